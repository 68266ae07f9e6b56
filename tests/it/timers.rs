//! Timers: handlers at their instants, ticks that fall together, and who goes first.
//!
//! Owns scenarios that are written out here. Costs are zero but where a test says otherwise.

use vpyb_sim::expect::judge;
use vpyb_sim::trace::{Kind, Trace};
use vpyb_sim::trace::{State, render_state};

use crate::runs::{check, rows, run, scenario};

/// Timers that are set up, interrupts, and notes of scripts.
fn ticks(trace: &Trace) -> Vec<String> {
    rows(trace, |kind| {
        matches!(
            kind,
            Kind::TimerSetUp { .. }
                | Kind::IrqPending { .. }
                | Kind::IrqCoalesced { .. }
                | Kind::Handler { .. }
                | Kind::Op { .. }
        )
    })
}

fn bench(cpu: &str, script: &str) -> String {
    format!(
        "{cpu}
        objects.events = {{ e = {{}} }}
        run.main = \"main\"
        [[task]]
        name = \"main\"
        script = [{script}]
        "
    )
}

/// Handlers run in the middle of a busy wait, one span after the other from the setting up on, whenever that is.
#[test]
fn a_handler_is_called_every_so_often() {
    let outcome = run(&bench(
        "cpu.isr = \"10us\"\ncpu.irq_latency = \"4us\"",
        "{ sleep_ms = 5 }, { on_timer = { timer = \"timer4\", every = \"333us\", set = \"e\" } }, \
         { busy_us = 700 }, { ev_wait = \"e\" }, { off_timer = \"timer4\" }, { sleep_ms = 1 }",
    ));
    let expected = [
        "5000000 main 0 sleep_ms",
        "5000000 timer4 every 333us",
        "5000000 main 1 on_timer",
        "5333000 timer4 interrupt pending",
        "5337000 timer4 handler runs, takes 6us",
        "5666000 timer4 interrupt pending",
        "5670000 timer4 handler runs, takes 6us",
        "5700000 main 2 busy_us",
        "5700000 main 3 ev_wait → timer4 #2",
        "5700000 timer4 stopped",
        "5700000 main 4 off_timer",
        "6000000 main 5 sleep_ms",
    ];
    check("timer 4", &ticks(&outcome.trace), &expected);
}

/// A third of a second is no whole number of nanoseconds: the ticks do not drift.
#[test]
fn ticks_do_not_drift() {
    let script =
        "{ on_timer = { timer = \"timer2\", every = \"333333333ns\", set = \"e\" } }, { sleep_ms = 2050 }";
    let outcome = run(&bench("", script));
    let handlers = rows(&outcome.trace, |kind| matches!(kind, Kind::Handler { .. }));
    let expected = ["333333333", "666666666", "1000000000", "1333333333", "1666666666", "2000000000"]
        .map(|at| format!("{at} timer2 handler runs, takes 0s"));
    assert_eq!(handlers, expected);
}

/// The real-time clock counts its crystal: 10 ms are 163 of 16 384 Hz.
#[test]
fn the_real_time_clock_wakes() {
    let script = "{ on_timer = { timer = \"rtc\", every = \"10ms\", set = \"e\" } }, { sleep_ms = 15 }";
    let outcome = run(&bench("", script));
    let expected = [
        "0 rtc every 9.94873ms",
        "0 main 0 on_timer",
        "9948730 rtc interrupt pending",
        "9948730 rtc handler runs, takes 0s",
        "15000000 main 1 sleep_ms",
    ];
    check("the real-time clock", &ticks(&outcome.trace), &expected);
}

/// A handler that takes longer than its timer's span keeps the next ones waiting until ticks are lost.
#[test]
fn ticks_that_fall_together_are_counted() {
    let source = bench(
        "cpu.isr = \"1.6ms\"\nrun.max_step = \"20ms\"",
        "{ on_timer = { timer = \"timer7\", every = \"1ms\", set = \"e\" } }, { busy_us = 6500 }",
    );
    let outcome = run(&source);
    let expected = [
        "0 timer7 every 1ms",
        "0 main 0 on_timer",
        "1000000 timer7 interrupt pending",
        "1000000 timer7 handler runs, takes 1.6ms",
        "2000000 timer7 interrupt pending",
        "2600000 timer7 handler runs, takes 1.6ms",
        "3000000 timer7 interrupt pending",
        "4000000 timer7 interrupt COALESCED: one was pending already",
        "4200000 timer7 handler runs, takes 1.6ms",
        "5000000 timer7 interrupt pending",
        "5800000 timer7 handler runs, takes 1.6ms",
        "6000000 timer7 interrupt pending",
        "7000000 timer7 interrupt COALESCED: one was pending already",
    ];
    check("long handlers", &ticks(&outcome.trace)[..expected.len()], &expected);
    let judgement = judge(&outcome.trace, &scenario(&source, &[]));
    assert_eq!(judgement.verdict, "hang", "no time is left for the task");
    let coalesced = judgement.counters.value("timer7.coalesced");
    assert!(coalesced.is_ok_and(|count| !count.is_zero()));
}

/// Handlers that take all the time there is: the run ends, in a step and while the loop idles.
#[test]
fn handlers_that_leave_no_time_are_a_hang() {
    for script in ["{ busy_us = 5000 }", "{ sleep_ms = 5 }"] {
        let timer = "{ on_timer = { timer = \"timer7\", every = \"1ms\", set = \"e\" } }";
        let cpu = "cpu.isr = \"1ms\"\nrun.max_step = \"100ms\"";
        let outcome = run(&bench(cpu, &format!("{timer}, {script}")));
        let end = outcome.trace.end().as_millis();
        assert_eq!((outcome.verdict.as_str(), (100..=110).contains(&end)), ("hang", true), "{end} ms");
    }
}

/// A timer that is set up anew forgets what it counted and who waits.
#[test]
fn a_timer_that_is_set_up_anew_begins_anew() {
    let outcome = run(&bench(
        "cpu.isr = \"500us\"\ncpu.irq_latency = \"400us\"",
        "{ on_timer = { timer = \"timer4\", every = \"1ms\", set = \"e\" } }, { busy_us = 1200 }, \
         { on_timer = { timer = \"timer4\", every = \"2ms\", set = \"e\" } }, { busy_us = 3000 }",
    ));
    let expected = [
        "0 timer4 every 1ms",
        "0 main 0 on_timer",
        "1000000 timer4 interrupt pending",
        "1200000 main 1 busy_us",
        "1200000 timer4 every 2ms",
        "1200000 main 2 on_timer",
        "3200000 timer4 interrupt pending",
        "3600000 timer4 handler runs, takes 100us",
        "4200000 main 3 busy_us",
    ];
    check("set up anew", &ticks(&outcome.trace), &expected);
}

/// While a pin's handler runs another edge and two timers come: timers go first, and the real-time clock last.
#[test]
fn timers_go_before_pins() {
    let source = r#"
        cpu.isr = "1ms"
        objects.pins = { a = { pin = "X3", pull = "up" }, b = { pin = "X4", pull = "up" } }
        objects.events = { e = {} }
        run.main = "main"
        [[task]]
        name = "main"
        script = [
          { on_edge = { pin = "a", edge = "falling", set = "e" } }, { on_edge = { pin = "b", edge = "falling", set = "e" } },
          { on_timer = { timer = "rtc", every = "3ms", set = "e" } },
          { on_timer = { timer = "timer6", every = "3ms", set = "e" } },
          { on_timer = { timer = "timer3", every = "3ms", set = "e" } }, { busy_us = 5000 },
        ]
        [[actor]]
        name = "outside"
        steps = [
          { at = "2.2ms", drive = { pin = "X3", level = "low" } },
          { at = "2.3ms", drive = { pin = "X4", level = "low" } },
        ]
    "#;
    let handlers = rows(&run(source).trace, |kind| matches!(kind, Kind::Handler { .. }));
    let expected = [
        "2200000 X3 handler runs, takes 1ms",
        "3200000 timer3 handler runs, takes 1ms",
        "4200000 timer6 handler runs, takes 1ms",
        "5200000 X4 handler runs, takes 1ms",
        "6200000 timer3 handler runs, takes 1ms",
    ];
    assert_eq!(handlers[..expected.len()], expected);
    let first = handlers.iter().position(|row| row.contains("rtc"));
    assert_eq!(first.map(|place| handlers[place].as_str()), Some("8200000 rtc handler runs, takes 1ms"));
}

/// What a timer cannot count is an error of the script, and what waits is seen in the state.
#[test]
fn settings_out_of_range_and_the_state_of_a_timer() {
    let refused = |timer: &str, every: &str| {
        let outcome = run(&bench(
            "",
            &format!("{{ on_timer = {{ timer = \"{timer}\", every = \"{every}\", set = \"e\" }} }}"),
        ));
        outcome.verdict
    };
    assert_eq!(
        refused("timer4", "2min"),
        "error: main: RuntimeError: timer4 cannot be set up: 16 bits and a prescaler of 16 cannot count 120s"
    );
    assert_eq!(
        refused("rtc", "1.5ms"),
        "error: main: RuntimeError: rtc cannot be set up: the real-time clock counts whole milliseconds, not 1.5ms"
    );
    let outcome = run(&bench(
        "cpu.isr = \"2us\"\ncpu.irq_latency = \"1us\"",
        "{ on_timer = { timer = \"timer4\", every = \"1ms\", set = \"e\" } }, { busy_us = 5000 }",
    ));
    let state = State::at(&outcome.trace, vpyb_core::time::Instant::from_micros(3_000));
    let text = render_state(&state, &outcome.trace);
    let line = text.lines().find(|line| line.contains("timer4")).expect("a line");
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[..3], ["timer4", "every", "1ms"]);
    assert!(line.contains("pending") && line.ends_with("handled 2"), "{line}");
}

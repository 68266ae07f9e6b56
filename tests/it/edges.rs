//! Interrupts of pins: handlers at their instants, masks, and edges that fall together.
//!
//! Owns scenarios that are written out here. Costs are zero but where a test says otherwise, so that every time can
//! be computed by hand.

use vpyb_sim::expect::judge;
use vpyb_sim::trace::{Kind, Trace, Words, why};

use crate::runs::{check, rows, run, scenario};

/// Edges, interrupts, what handlers do, and steps.
fn interrupts(trace: &Trace) -> Vec<String> {
    rows(trace, |kind| {
        matches!(
            kind,
            Kind::Edge { .. }
                | Kind::IrqSetUp { .. }
                | Kind::IrqPending { .. }
                | Kind::IrqCoalesced { .. }
                | Kind::Handler { .. }
                | Kind::Used { task: None, .. }
                | Kind::Step { .. }
        )
    })
}

/// One task that sets a handler up and then does something.
fn bench(cpu: &str, script: &str, steps: &str) -> String {
    format!(
        "{cpu}
        objects.pins = {{ in = {{ pin = \"X3\", pull = \"up\" }} }}
        objects.events = {{ e = {{}} }}
        run.main = \"main\"
        [[task]]
        name = \"main\"
        script = [{{ on_edge = {{ pin = \"in\", edge = \"both\", set = \"e\" }} }}, {script}]
        [[actor]]
        name = \"outside\"
        steps = [{steps}]
        "
    )
}

/// The edge comes 300 us into a busy wait of 1 ms. The handler begins 500 ns later and takes what is left of 2 us; the
/// wait, which looks at the clock, does not last longer for it.
#[test]
fn a_handler_runs_in_the_middle_of_a_busy_wait() {
    let outcome = run(&bench(
        "cpu.isr = \"2us\"\ncpu.irq_latency = \"500ns\"",
        "{ busy_us = 1000 }, { ev_wait = \"e\" }",
        "{ at = \"300us\", drive = { pin = \"X3\", level = \"low\" } }",
    ));
    let expected = [
        "0 X3+X3.probe ↑ high",
        "0 main step starts (first), takes 1ms, yields stop_loop",
        "0 X3 interrupt line 2: both edges",
        "300000 X3+X3.probe ↓ low",
        "300000 X3 interrupt pending",
        "300500 X3 handler runs, takes 1.5us",
        "300500 sets event e",
    ];
    check("a busy wait", &interrupts(&outcome.trace), &expected);
    assert_eq!(outcome.verdict, "passed");
    let waited = rows(&outcome.trace, |kind| matches!(kind, Kind::Op { .. }));
    assert_eq!(waited, ["0 main 0 on_edge", "1000000 main 1 busy_us", "1000000 main 2 ev_wait → X3=0 #1"]);
}

/// The step is priced at 1 ms of work, and two handlers take 2 us of it each.
#[test]
fn work_takes_longer_by_the_handlers_that_break_into_it() {
    let outcome = run(&bench(
        "cpu.isr = \"2us\"\ncpu.irq_latency = \"0us\"\ncpu.step = \"1ms\"",
        "{ sleep_ms = 5 }",
        "{ at = \"300us\", drive = { pin = \"X3\", level = \"low\" } },
         { at = \"400us\", drive = { pin = \"X3\", level = \"float\" } }",
    ));
    let steps = rows(&outcome.trace, |kind| matches!(kind, Kind::Step { .. }));
    // The timer of 5 ms begins when the work is done, in the tick of 1 ms.
    let expected = [
        "0 main step starts (first), takes 1.004ms, yields sleep_ms 5",
        "6000000 main step starts, takes 1ms, yields stop_loop",
    ];
    assert_eq!(steps, expected);
}

/// A handler begins 5 us after its edge and takes 5 us. The second edge comes before it begins and is lost in the
/// first; the third and fourth come while it runs, and only one of them is kept.
#[test]
fn edges_that_come_before_their_handler_are_one_and_are_counted() {
    let outcome = run(&bench(
        "cpu.isr = \"10us\"\ncpu.irq_latency = \"5us\"",
        "{ sleep_ms = 1 }, { ev_wait = \"e\" }, { ev_clear = \"e\" }",
        "{ at = \"100us\", drive = { pin = \"X3\", level = \"low\" } },
         { at = \"104us\", drive = { pin = \"X3\", level = \"float\" } },
         { at = \"106us\", drive = { pin = \"X3\", level = \"low\" } },
         { at = \"109us\", drive = { pin = \"X3\", level = \"float\" } }",
    ));
    let expected = [
        "0 X3+X3.probe ↑ high",
        "0 main step starts (first), takes 0s, yields sleep_ms 1",
        "0 X3 interrupt line 2: both edges",
        "100000 X3+X3.probe ↓ low",
        "100000 X3 interrupt pending",
        "104000 X3+X3.probe ↑ high",
        "104000 X3 interrupt COALESCED: one was pending already",
        "105000 X3 handler runs, takes 5us",
        "105000 sets event e",
        "106000 X3+X3.probe ↓ low",
        "106000 X3 interrupt pending",
        "109000 X3+X3.probe ↑ high",
        "109000 X3 interrupt COALESCED: one was pending already",
        // Not at 110 us, when the one before is over: the chip needs its 5 us again.
        "111000 X3 handler runs, takes 5us",
        "111000 sets event e",
        "1000000 main step starts, takes 0s, yields stop_loop",
    ];
    check("four edges", &interrupts(&outcome.trace), &expected);
}

#[test]
fn what_is_lost_makes_the_run_an_overrun() {
    let source = bench(
        "cpu.isr = \"10us\"\ncpu.irq_latency = \"5us\"",
        "{ sleep_ms = 1 }",
        "{ at = \"100us\", drive = { pin = \"X3\", level = \"low\" } },
         { at = \"101us\", drive = { pin = \"X3\", level = \"float\" } }",
    );
    let outcome = run(&source);
    let judgement = judge(&outcome.trace, &scenario(&source, &[]));
    assert_eq!(judgement.findings[0].message, "the run ended as `overrun`: pin.X3.coalesced 1");
    assert_eq!(
        judgement.counters.value("event.e.set_while_set").map(|value| value.to_string()),
        Ok("0".into())
    );
}

/// While the line is masked one edge waits and the next falls into it; unmasked, the handler is called at once.
#[test]
fn an_edge_waits_while_its_line_is_masked() {
    let outcome = run(&bench(
        "cpu.isr = \"2us\"\ncpu.irq_latency = \"1us\"",
        "{ mask_edge = \"in\" }, { busy_us = 1000 }, { unmask_edge = \"in\" }, { busy_us = 100 },
         { off_edge = \"in\" }, { busy_us = 1000 }",
        "{ at = \"300us\", drive = { pin = \"X3\", level = \"low\" } },
         { at = \"400us\", drive = { pin = \"X3\", level = \"float\" } },
         { at = \"1500us\", drive = { pin = \"X3\", level = \"low\" } }",
    ));
    let expected = [
        "0 X3+X3.probe ↑ high",
        "0 main step starts (first), takes 2.1ms, yields stop_loop",
        "0 X3 interrupt line 2: both edges",
        "0 X3 interrupt line 2: both edges, masked",
        "300000 X3+X3.probe ↓ low",
        "300000 X3 interrupt pending",
        "400000 X3+X3.probe ↑ high",
        "400000 X3 interrupt COALESCED: one was pending already",
        "1000000 X3 interrupt line 2: both edges",
        "1001000 X3 handler runs, takes 1us",
        "1001000 sets event e",
        "1100000 X3 interrupt line 2: off",
        "1500000 X3+X3.probe ↓ low",
    ];
    check("a masked line", &interrupts(&outcome.trace), &expected);
}

/// X5 is line 4 and X3 line 2. Both edges come while a handler runs; the smaller line goes first.
#[test]
fn handlers_wait_for_each_other_and_the_smaller_line_goes_first() {
    let outcome = run(r#"
        cpu.isr = "10us"
        cpu.irq_latency = "1us"
        objects.pins = { a = { pin = "X3" }, b = { pin = "X5" }, c = { pin = "Y1" } }
        objects.events = { a = {}, b = {}, c = {} }
        run.main = "main"
        [[task]]
        name = "main"
        script = [
          { on_edge = { pin = "b", edge = "rising", set = "b" } },
          { on_edge = { pin = "a", edge = "rising", set = "a" } },
          { on_edge = { pin = "c", edge = "rising", set = "c" } },
          { sleep_ms = 1 },
        ]
        [[actor]]
        name = "outside"
        steps = [
          { drive = { pin = "X3", level = "low" } },
          { drive = { pin = "X5", level = "low" } },
          { drive = { pin = "Y1", level = "low" } },
          { at = "100us", drive = { pin = "Y1", level = "high" } },
          { at = "102us", drive = { pin = "X5", level = "high" } },
          { at = "103us", drive = { pin = "X3", level = "high" } },
        ]
    "#);
    let handlers = rows(&outcome.trace, |kind| matches!(kind, Kind::Handler { .. }));
    let expected = [
        "101000 Y1 handler runs, takes 9us",
        "110000 X3 handler runs, takes 9us",
        "119000 X5 handler runs, takes 9us",
    ];
    assert_eq!(handlers, expected);
}

/// A task that waits for an edge is woken by its handler, and leaves no handler behind; one that gives up neither.
#[test]
fn a_task_waits_for_an_edge() {
    let outcome = run(r#"
        cpu.isr = "2us"
        objects.pins = { in = { pin = "X3", pull = "up" } }
        run.main = "main"
        [[task]]
        name = "main"
        script = [
          { pin_wait = { pin = "in", edge = "falling" } },
          { wait_for_ms = { limit = 10, do = [{ pin_wait = { pin = "in", edge = "falling" } }] } },
        ]
        [[actor]]
        name = "outside"
        steps = [
          { at = "3ms", drive = { pin = "X3", level = "low" } },
          { at = "20ms", drive = { pin = "X3", level = "float" } },
        ]
    "#);
    let expected = [
        "0 X3+X3.probe ↑ high",
        "0 main step starts (first), takes 0s, yields waker",
        "0 X3 interrupt line 2: falling edges",
        "3000000 X3+X3.probe ↓ low",
        "3000000 X3 interrupt pending",
        "3000000 X3 handler runs, takes 2us",
        "3002000 main step starts, takes 0s, yields waker",
        "3002000 X3 interrupt line 2: off",
        "3002000 X3 interrupt line 2: falling edges",
        "13000000 main step starts, takes 0s, yields stop_loop",
        "13000000 X3 interrupt line 2: off",
    ];
    check("two waits", &interrupts(&outcome.trace), &expected);
}

/// The task's step is there because of the handler, and that because of the edge.
#[test]
fn a_task_that_a_handler_woke_knows_why() {
    let outcome = run(r#"
        objects.pins = { in = { pin = "X3", pull = "up" } }
        run.main = "main"
        [[task]]
        name = "main"
        script = [{ pin_wait = { pin = "in", edge = "falling" } }, { log = "fell" }]
        [[task]]
        name = "other"
        script = [{ sleep_ms = 3 }]
        [[stimulus]]
        at = "3ms"
        drive = { pin = "X3", level = "low" }
    "#);
    let trace = &outcome.trace;
    let line = trace.iter().find(|(_, record)| matches!(record.kind, Kind::Line { .. })).expect("a line").0;
    let words = Words::new(trace);
    let chain: Vec<_> =
        why(trace, line).iter().map(|link| words.describe(&trace.get(link.seq).unwrap())).collect();
    let expected = [
        "main prints \"fell\"",
        "main step starts, takes 0s, yields stop_loop",
        "main is queued: its waker was called",
        "X3 handler runs, takes 0s",
        "X3 interrupt pending",
        "X3+X3.probe ↓ low",
        "X3.probe drives low",
        "stimulus#1 acts: step 0",
    ];
    check("the chain", &chain, &expected);
}

/// X4 and X22 are both line 3: the chip cannot listen to both.
#[test]
fn two_pins_of_one_line_cannot_both_have_a_handler() {
    let outcome = run(r#"
        objects.pins = { a = { pin = "X4" }, b = { pin = "X22" } }
        objects.events = { e = {} }
        run.main = "main"
        [[task]]
        name = "main"
        script = [
          { on_edge = { pin = "a", edge = "rising", set = "e" } },
          { on_edge = { pin = "b", edge = "rising", set = "e" } },
        ]
    "#);
    let expected = "error: main: RuntimeError: interrupt line 3 of pin X22 is in use by pin X4";
    assert_eq!(outcome.verdict, expected);
}

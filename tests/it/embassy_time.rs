//! `embassy-time` on the virtual clock: exact instants, and runs that do not meet.
//!
//! Owns small programs that use its timers. Steps and calls cost nothing, so that each time is exact.

use embassy_time::{Duration, Instant, Timer, with_timeout};
use vpyb_core::{Board, Config};
use vpyb_sim::runner::{self, Options, Outcome, Program, Run, boxed};
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::trace::{Kind, Words, digest, why};

use crate::runs::{check, rows, scenario};
use crate::trial::{Bench, TopLevel};

const fn program(name: &'static str, main: TopLevel) -> Program {
    Program { name, args: &[], tasks: &[], main, around: Some(vpyb_embassy_time::around) }
}

fn run(rest: &str, main: TopLevel) -> Outcome {
    let programs = [program("test", main)];
    let scenario = scenario(&format!("{rest}\nprogram.name = \"test\""), &programs);
    runner::run(&scenario, &programs, Options::default())
}

fn said(outcome: &Outcome) -> Vec<String> {
    rows(&outcome.trace, |kind| matches!(kind, Kind::Line { .. } | Kind::Alarm { .. }))
}

/// A handler begins 500 ns after its alarm and keeps the CPU for 1.5 us; the woken task's turn comes after that.
#[test]
fn a_timer_ends_at_its_microsecond() {
    let outcome = run("cpu.isr = \"2us\"\ncpu.irq_latency = \"500ns\"", |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            top.run_until_complete(async move {
                let began = Instant::now();
                bench.ev.interruptible(Timer::after_micros(1_234)).await?;
                bench.say(began.elapsed().as_micros());
                let late = with_timeout(Duration::from_micros(80), Timer::after_millis(3));
                bench.say(format_args!("{:?}", bench.ev.interruptible(late).await?));
                bench.ev.interruptible(Timer::at(Instant::from_ticks(0))).await?;
                bench.say("what is past is past");
                let hour = bench.ev.interruptible(Timer::after_secs(3_600));
                let ended = bench.ev.wait_for_ms(hour, 10).await;
                bench.say(format_args!("{ended:?}"));
                Ok(())
            })
            .named("main")
            .await?;
            Ok(())
        })
    });
    let expected = [
        "1234500 alarm wakes 1, takes 1.5us",
        "1236000 main prints \"1236\"",
        "1316500 alarm wakes 1, takes 1.5us",
        "1318000 main prints \"Err(TimeoutError)\"",
        "1318000 main prints \"what is past is past\"",
        // The timer of 3 ms was asked once more before it was given up: `embassy-time` takes no alarm back.
        "4236500 alarm wakes 1, takes 1.5us",
        "11000000 main prints \"Err(TimedOut)\"",
    ];
    check("timers", &said(&outcome), &expected);
    assert_eq!(outcome.verdict, "passed");
}

/// Two tasks and one register: the earlier alarm goes first although it was asked for last, and two of one instant are
/// woken by one handler.
#[test]
fn alarms_ring_in_the_order_of_their_instants_and_each_has_its_cause() {
    let outcome = run("", |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            for (name, us) in [("late", 5_000), ("early", 2_000), ("too", 2_000)] {
                bench.spawn(name, |bench| async move {
                    bench.ev.interruptible(Timer::after_micros(us)).await?;
                    bench.say(name);
                    Ok(())
                });
            }
            bench.ev.call_later_ms(6, || ())?;
            bench.spawn("stop", |bench| async move { Ok(bench.ev.sleep_ms(7).await?) });
            top.run_until_complete(async move { Ok(bench.ev.sleep_ms(7).await?) }).await?;
            Ok(())
        })
    });
    let expected = [
        "2000000 alarm wakes 2, takes 0s",
        "2000000 early prints \"early\"",
        "2000000 too prints \"too\"",
        "5000000 alarm wakes 1, takes 0s",
        "5000000 late prints \"late\"",
    ];
    check("three alarms", &said(&outcome), &expected);
    // Why was `late` woken? By its alarm, which its own first step asked for.
    let words = Words::new(&outcome.trace);
    let late = outcome.trace.iter().find(|(_, record)| words.describe(record).contains("\"late\""));
    let chain: Vec<_> = why(&outcome.trace, late.expect("a line").0)
        .iter()
        .map(|link| words.describe(&outcome.trace.get(link.seq).expect("a record")))
        .collect();
    assert!(chain.iter().any(|row| row.starts_with("late step starts (first)")), "{chain:#?}");
    assert!(chain.iter().any(|row| row.starts_with("alarm wakes 1")), "{chain:#?}");
}

/// A blocking wait spins on the clock, and each look at it costs a call into the board.
#[test]
fn a_blocking_wait_lets_time_pass() {
    let main: TopLevel = |top, _| {
        boxed(async move {
            Bench::of(&top);
            embassy_time::block_for(Duration::from_micros(50));
            let at = Instant::now().as_micros();
            assert!((50..55).contains(&at), "{at}");
            Ok(())
        })
    };
    let programs = [program("test", main)];
    let mut scenario = scenario("program.name = \"test\"", &programs);
    scenario.cpu.access = Some(vpyb_core::time::Duration::from_micros(1));
    assert_eq!(runner::run(&scenario, &programs, Options::default()).verdict, "passed");
}

/// What one world says of its time: each line is the present microsecond.
fn ticking(period_us: u64) -> TopLevel {
    fn main<const PERIOD: u64>(top: vpyb_core::Top<vpyb_sim::board::VirtualBoard>) -> runner::Main {
        boxed(async move {
            let bench = Bench { ev: top.event_loop(Config::default()), board: top.board().clone() };
            top.run_until_complete(async move {
                for _ in 0..20 {
                    bench.ev.interruptible(Timer::after_micros(PERIOD)).await?;
                    bench.board.println(format_args!("{}", Instant::now().as_micros()));
                }
                Ok::<(), vpyb_core::TaskError>(())
            })
            .await?;
            Ok(())
        })
    }
    match period_us {
        700 => |top, _| main::<700>(top),
        _ => |top, _| main::<1_100>(top),
    }
}

fn world(start: &str, programs: &[Program]) -> Scenario {
    scenario(&format!("{start}program.name = \"ticking\""), programs)
}

/// Two runs on one thread, one step of the one, one step of the other: their clocks differ from the beginning, and each
/// leaves the very trace that it leaves alone.
#[test]
fn two_worlds_that_are_stepped_in_turn_do_not_meet() {
    let programs = [[program("ticking", ticking(700))], [program("ticking", ticking(1_100))]];
    let worlds = [world("", &programs[0]), world("run.start = \"1s\"\n", &programs[1])];
    let alone: Vec<_> = worlds
        .iter()
        .zip(&programs)
        .map(|(world, programs)| runner::run(world, programs, Options::default()))
        .collect();
    let mut runs: Vec<_> = worlds
        .iter()
        .zip(&programs)
        .map(|(world, programs)| (Run::begin(world, programs, Options::default()), None))
        .collect();
    let mut turns = 0;
    while runs.iter().any(|(_, verdict)| verdict.is_none()) {
        for (run, verdict) in runs.iter_mut().filter(|(_, verdict)| verdict.is_none()) {
            *verdict = run.step();
            turns += 1;
        }
    }
    assert!(turns > 100, "only {turns} turns");
    for ((run, verdict), alone) in runs.into_iter().zip(&alone) {
        let outcome = run.finish(verdict.expect("it is over"));
        assert_eq!((&outcome.verdict, outcome.verdict.as_str()), (&alone.verdict, "passed"));
        assert_eq!(digest(&outcome.trace), digest(&alone.trace));
    }
    // The second world's clock began at one second.
    let first = |outcome: &Outcome| said(outcome).into_iter().find(|row| row.contains("prints"));
    assert_eq!(first(&alone[0]).as_deref(), Some("700000 main#1 prints \"700\""));
    assert_eq!(first(&alone[1]).as_deref(), Some("1100000 main#1 prints \"1001100\""));
}

#[test]
fn outside_a_step_there_is_no_time() {
    let asked = std::panic::catch_unwind(Instant::now).expect_err("nobody's step");
    let said = asked.downcast_ref::<String>().expect("a message");
    assert!(said.contains("outside a step"), "{said}");
}

/// A step that is unwound leaves nothing behind either.
#[test]
fn a_panic_inside_a_step_takes_the_clock_away_too() {
    let outcome = run("", |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let _ = Instant::now();
            bench.say("so far");
            panic!("a bug")
        })
    });
    assert_eq!(outcome.verdict, "panic: a bug");
    assert!(std::panic::catch_unwind(Instant::now).is_err());
}

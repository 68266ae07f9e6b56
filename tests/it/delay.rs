//! The original retriggerable delay, with its surprises; ours, which has none of them, is in `sync_timed`.
//!
//! Owns one program for each, on the simulated board, where steps cost nothing.

use std::rc::Rc;

use vpyb_core::asyn::{DelayMs, Launch};
use vpyb_core::{TaskError, Top};
use vpyb_sim::board::VirtualBoard;
use vpyb_sim::runner::{Main, boxed};

use crate::trial::{Bench, Said, run, says};

/// A delay of a second that says `fires`.
fn delay(bench: &Bench) -> DelayMs {
    let told = bench.clone();
    DelayMs::new(&bench.ev, 1000).calling(Launch::function(move || told.say("fires")))
}

fn program<F>(top: Top<VirtualBoard>, body: impl FnOnce(Bench, DelayMs) -> F + 'static) -> Main
where
    F: Future<Output = Result<(), TaskError>> + 'static,
{
    boxed(async move {
        let bench = Bench::of(&top);
        let delay = delay(&bench);
        top.run_until_complete(body(bench, delay)).await?;
        Ok(())
    })
}

/// Conformance vector 18.
#[test]
fn a_shorter_trigger_ends_no_sooner() {
    let main = |top, _| {
        program(top, |bench, delay| async move {
            delay.trigger(4000)?;
            bench.ev.sleep_ms(1000).await?;
            delay.trigger(1000)?;
            bench.ev.sleep_ms(5000).await?;
            Ok(())
        })
    };
    says(main, Said::by_all(&["4000 fires"]));
}

#[test]
fn a_longer_trigger_puts_the_end_off_and_without_a_time_it_is_the_usual_one() {
    let ran = run(|top, _| {
        program(top, |bench, delay| async move {
            delay.trigger(0)?;
            bench.ev.sleep_ms(600).await?;
            delay.trigger(-1)?;
            bench.ev.sleep_ms(2000).await?;
            Ok(())
        })
    });
    assert_eq!(ran.lines, ["1600 fires"]);
}

#[test]
fn a_trigger_from_its_own_callback_is_forgotten() {
    let main = |top: Top<VirtualBoard>, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let slot: Rc<std::cell::OnceCell<DelayMs>> = Rc::default();
            let (again, told) = (slot.clone(), bench.clone());
            let launch = Launch::function(move || {
                let delay = again.get().expect("it was made");
                told.say(format_args!("fires, running {}", delay.running()));
                delay.trigger(100).map_err(TaskError::from)
            });
            let delay = slot.get_or_init(|| DelayMs::new(&bench.ev, 1000).calling(launch)).clone();
            top.run_until_complete(async move {
                delay.trigger(10)?;
                bench.ev.sleep_ms(1000).await?;
                bench.say(format_args!("running {}", delay.running()));
                Ok(())
            })
            .await?;
            Ok(())
        })
    };
    says(main, Said::by_all(&["10 fires, running true", "1000 running false"]));
}

#[test]
fn a_stopped_delay_fires_once_if_it_is_started_again_before_its_task_has_noticed() {
    let ran = run(|top, _| {
        program(top, |bench, delay| async move {
            delay.trigger(500)?;
            bench.ev.sleep_ms(100).await?;
            delay.stop();
            assert!(!delay.running());
            delay.trigger(1000)?;
            bench.ev.sleep_ms(3000).await?;
            Ok(())
        })
    });
    // Two tasks sleep until 1100 ms; the first of them fires, and then there is nothing left for the second.
    assert_eq!(ran.lines, ["1100 fires"]);
}

/// The original's is dead after an error of its callback.
#[test]
fn after_an_error_of_what_it_launches_it_can_be_triggered_again() {
    let ran = run(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let (told, times) = (bench.clone(), std::cell::Cell::new(0));
            let delay = DelayMs::new(&bench.ev, 10).calling(Launch::function(move || {
                times.set(times.get() + 1);
                told.say(times.get());
                if times.get() == 1 { Err(TaskError::failed("the first time")) } else { Ok(()) }
            }));
            delay.trigger(0)?;
            let ev = bench.ev.clone();
            let ended = top.run_until_complete(async move { Ok(ev.sleep_ms(50).await?) }).await;
            bench.tell("first run", ended);
            assert!(!delay.running());
            delay.trigger(0)?;
            let ev = bench.ev.clone();
            top.run_until_complete(async move { Ok(ev.sleep_ms(30).await?) }).await?;
            Ok(())
        })
    });
    assert_eq!(ran.lines, ["10 1", "10 first run: killer#1: the first time", "20 2"]);
    assert_eq!(ran.verdict, "passed");
}

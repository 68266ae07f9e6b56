//! What depends on chance, or corrupts memory, on a real interpreter. Here it has a defined result.

use vpyb_core::TaskError;
use vpyb_core::asyn::Cancellables;

use crate::trial::{Said, main_task, says};

/// Neither is reached; under `fast-io` it is an error, for one that ended by an interrupt the first time.
#[test]
fn a_task_that_ended_by_an_interrupt_is_beyond_reach() {
    let main = main_task!(|bench| {
        let well = bench.spawn("well", |_| async move { Ok(()) });
        let cancelled = bench.spawn("cancelled", |b| async move { Ok(b.ev.sleep_ms(5).await?) });
        bench.ev.sleep_ms(1).await?;
        bench.ev.cancel(&cancelled)?;
        bench.ev.sleep_ms(10).await?;
        for (name, task) in [("ended well", well), ("ended by a cancellation", cancelled)] {
            for _ in 0..2 {
                bench.tell(name, bench.ev.cancel(&task));
            }
        }
        Ok(())
    });
    let fast = &[
        "11 ended well: ok",
        "11 ended well: the task is interrupted already, has ended, or is itself",
        "11 ended by a cancellation: the task is interrupted already, has ended, or is itself",
        "11 ended by a cancellation: the task is interrupted already, has ended, or is itself",
    ];
    let none = &[
        "11 ended well: ok",
        "11 ended well: ok",
        "11 ended by a cancellation: ok",
        "11 ended by a cancellation: ok",
    ];
    says(main, Said::by_each(none, fast, none));
}

/// The cancelled task leaves an entry under `fast-io`, which is discarded at 50 ms. None of those that come after it gets
/// its number while that lasts, so none loses a sleep to it.
#[test]
fn a_new_task_never_loses_a_sleep_to_the_entry_of_one_that_has_ended() {
    let main = main_task!(|bench| {
        let former = bench.spawn_telling("former", |b| async move { b.ev.sleep_ms(50).await });
        bench.ev.sleep_ms(1).await?;
        bench.ev.cancel(&former)?;
        drop(former);
        bench.ev.sleep_ms(1).await?;
        for (name, ms) in [("one", 30), ("two", 60), ("three", 90)] {
            bench.spawn_telling(name, move |b| async move { b.ev.sleep_ms(ms).await });
        }
        Ok(bench.ev.sleep_ms(100).await?)
    });
    says(
        main,
        Said {
            v2: &["32 one: ok", "50 former: cancelled", "62 two: ok", "92 three: ok"],
            ..Said::by_all(&["1 former: cancelled", "32 one: ok", "62 two: ok", "92 three: ok"])
        },
    );
}

/// The original goes through a table by its hashes.
#[test]
fn a_group_is_cancelled_in_the_order_of_its_numbers() {
    let main = main_task!(|bench| {
        let group = Cancellables::new(&bench.ev);
        for name in ["e", "d", "c", "b", "a"] {
            let own = bench.clone();
            let member = group.cancellable(4, async move {
                let slept = own.ev.sleep_ms(20).await;
                own.tell(name, slept);
                Ok::<(), TaskError>(slept?)
            });
            member.create_task()?;
        }
        bench.ev.sleep_ms(10).await?;
        group.cancel_all(4, true).await?;
        Ok(bench.ev.sleep_ms(40).await?)
    });
    let at_10 =
        &["10 e: cancelled", "10 d: cancelled", "10 c: cancelled", "10 b: cancelled", "10 a: cancelled"];
    let at_20 =
        &["20 e: cancelled", "20 d: cancelled", "20 c: cancelled", "20 b: cancelled", "20 a: cancelled"];
    says(main, Said::by_each(at_20, at_10, at_10));
}

/// Half the period of the ticks: such a delay cannot be told from one that is over, if nothing comes before it.
#[test]
fn a_delay_of_half_the_ticks_period_expires_at_once() {
    let main = main_task!(|bench| {
        for (name, ms) in [("2^29", 1 << 29), ("2^29 + 1", (1 << 29) + 1)] {
            bench.tell(name, bench.ev.sleep_ms(ms).await);
        }
        bench.spawn_telling("2^29 - 1", |b| async move { b.ev.sleep_ms((1 << 29) - 1).await });
        bench.tell("1 s", bench.ev.sleep(1.0).await);
        Ok(())
    });
    says(main, Said::by_all(&["0 2^29: ok", "0 2^29 + 1: ok", "1000 1 s: ok"]));
}

#[test]
fn a_delay_of_half_the_ticks_period_waits_behind_another_timer() {
    let main = main_task!(|bench| {
        bench.spawn_telling("2^29", |b| async move { b.ev.sleep_ms(1 << 29).await });
        bench.tell("1 s", bench.ev.sleep(1.0).await);
        bench.tell("another", bench.ev.sleep(1.0).await);
        Ok(())
    });
    says(main, Said::by_all(&["1000 1 s: ok", "2000 another: ok"]));
}

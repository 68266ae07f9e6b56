//! What tasks share: who goes first, and turns that come for nothing.

use std::rc::Rc;

use vpyb_core::TaskError;
use vpyb_core::asyn::{self, Barrier, Condition, Launch};
use vpyb_core::time::Duration;

use crate::trial::{Bench, Said, main_task, says, says_with};

/// The last two to come are notified first; of the two, the one whose turn is next goes on first. Under `asyncio-v3` the
/// notifier's turn comes between those of c and d, and between those of a and b.
#[test]
fn those_notified_together_go_on_in_the_order_of_the_run_queue() {
    let main = main_task!(|bench| {
        let condition = Rc::new(Condition::new(&bench.ev));
        for name in ["a", "b", "c", "d"] {
            let condition = condition.clone();
            bench.spawn(name, |b: Bench| async move {
                condition.acquire().await?;
                condition.wait().await?;
                b.say(name);
                Ok(condition.release()?)
            });
        }
        for _ in 0..2 {
            bench.ev.sleep_ms(10).await?;
            condition.acquire().await?;
            condition.notify(2)?;
            condition.release()?;
        }
        Ok(bench.ev.sleep_ms(10).await?)
    });
    says_with(
        |scenario| scenario.cpu.step = Some(Duration::from_micros(1)),
        main,
        Said::before_v3(
            &["10.008 c", "10.009 d", "20.003 a", "20.004 b"],
            &["10.005 d", "10.008 c", "20.003 b", "20.004 a"],
        ),
    );
}

#[test]
fn a_barriers_function_is_called_before_anybody_goes_on_and_its_task_runs_after() {
    let main = main_task!(|bench| {
        let own = bench.clone();
        let function = Launch::function(move || own.say("function"));
        let own = bench.clone();
        let task = Launch::task(move || {
            let own = own.clone();
            async move {
                own.say("task");
                Ok::<(), TaskError>(())
            }
        });
        for launch in [function, task] {
            let barrier = Rc::new(Barrier::new(&bench.ev, 2).calling(launch));
            for name in ["first", "last"] {
                let barrier = barrier.clone();
                bench.spawn(name, |b| async move {
                    barrier.wait().await?;
                    b.say(name);
                    Ok(())
                });
            }
            bench.ev.sleep_ms(1).await?;
        }
        Ok(())
    });
    says(main, Said::by_all(&["0 function", "0 last", "0 first", "1 last", "1 first", "1 task"]));
}

/// The other one sleeps as long, and began later.
#[test]
fn a_sleep_in_parts_ends_with_a_part_of_no_length() {
    let main = main_task!(|bench| {
        for (name, seconds) in [("a part and a rest", 0.15), ("two parts", 0.2), ("one part", 0.1)] {
            bench.spawn(name, |b| async move {
                asyn::sleep(&b.ev, seconds, 100).await?;
                b.say(name);
                Ok(())
            });
        }
        bench.ev.yield_now().await?;
        for (name, ms) in [("100 ms", 100), ("150 ms", 50), ("200 ms", 50)] {
            bench.ev.sleep_ms(ms).await?;
            bench.say(name);
        }
        Ok(bench.ev.sleep_ms(10).await?)
    });
    says(
        main,
        Said::by_all(&[
            "100 one part",
            "100 100 ms",
            "150 a part and a rest",
            "150 150 ms",
            "200 200 ms",
            "200 two parts",
        ]),
    );
}

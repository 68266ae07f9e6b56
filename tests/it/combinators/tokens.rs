//! A pause that is posted in the place of one that is complete takes over its token, and nothing else of it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use vpyb_core::TaskError;
use vpyb_core::sync::Event;

use crate::trial::{main_task, run};

/// Awaits both, in one task and with its own waker.
async fn both<T, U>(one: impl Future<Output = T>, other: impl Future<Output = U>) -> (T, U) {
    let (mut one, mut other, mut results) = (pin!(one), pin!(other), (None, None));
    poll_fn(|cx| {
        if results.0.is_none()
            && let Poll::Ready(result) = one.as_mut().poll(cx)
        {
            results.0 = Some(result);
        }
        if results.1.is_none()
            && let Poll::Ready(result) = other.as_mut().poll(cx)
        {
            results.1 = Some(result);
        }
        match (results.0.take(), results.1.take()) {
            (Some(one), Some(other)) => Poll::Ready((one, other)),
            pending => {
                results = pending;
                Poll::Pending
            }
        }
    })
    .await
}

#[test]
fn a_pause_that_is_polled_again_in_the_step_that_posted_it_is_not_complete() {
    let ran = run(main_task!(|bench| {
        let (mut first, mut second) = (pin!(bench.ev.sleep_ms(10)), pin!(bench.ev.sleep_ms(20)));
        let (mut waits, mut steps) = (true, 0);
        poll_fn(|cx| {
            steps += 1;
            if waits && first.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            waits = false;
            for _ in 0..3 {
                if let Poll::Ready(result) = second.as_mut().poll(cx) {
                    return Poll::Ready(result);
                }
            }
            Poll::Pending
        })
        .await?;
        bench.say(format_args!("after {steps} steps"));
        Ok(())
    }));
    assert_eq!(ran.lines, ["30 after 3 steps"]);
    assert_eq!(ran.verdict, "passed");
}

#[test]
fn a_time_out_does_not_hit_the_pause_that_took_over_the_token_of_its_own() {
    let ran = run(main_task!(|bench| {
        let (ev, never, go) = (&bench.ev, Event::<()>::new(), Event::new());
        // Its pause is the one that the task posts. In the step that completes it, the other part posts in its place.
        let timed = async {
            let waits = async {
                ev.sleep_ms(10).await?;
                go.set(());
                ev.interruptible(never.wait()).await
            };
            let ended = ev.wait_for_ms(waits, 50).await;
            bench.say(format_args!("{ended:?}"));
        };
        let pauses = async {
            ev.interruptible(go.wait()).await?;
            for _ in 0..10 {
                ev.sleep_ms(15).await?;
            }
            bench.say("all pauses");
            Ok::<(), TaskError>(())
        };
        both(timed, pauses).await.1
    }));
    assert_eq!(ran.lines, ["50 Err(TimedOut)", "160 all pauses"]);
    assert_eq!(ran.verdict, "passed");
}

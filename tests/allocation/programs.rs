//! The programs whose allocations are counted: two tasks each, of which the first counts its rounds.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use vpyb_core::sync::DelayMs;
use vpyb_core::{StreamReader, StreamWriter};

use super::{COUNTED, Named, Program, WARM_UP, allocated};

/// A program that does `$body` in each round, counted from the end of the warm-up.
macro_rules! rounds {
    (|$ev:ident, $shared:ident| $body:block) => {
        |$ev, $shared| {
            Box::pin(async move {
                // The parameters are the macro's; a body need not use both.
                let _ = (&$ev, &$shared);
                let mut before = 0;
                for round in 0..WARM_UP + COUNTED {
                    if round == WARM_UP {
                        before = allocated();
                    }
                    $body
                }
                $shared.counted.set(allocated() - before);
                Ok(())
            })
        }
    };
}

/// A program that does `$body` for ever.
macro_rules! forever {
    (|$ev:ident, $shared:ident| $body:block) => {
        |$ev, $shared| {
            Box::pin(async move {
                // The parameters are the macro's; a body need not use both.
                let _ = (&$ev, &$shared);
                loop {
                    $body
                }
            })
        }
    };
}

pub const IDLE: Program = forever!(|ev, shared| { ev.sleep_ms(1000).await? });

/// What the loop itself does.
pub fn of_the_loop() -> Vec<Named> {
    vec![
        ("yield", rounds!(|ev, shared| { ev.yield_now().await? }), IDLE),
        ("sleep", rounds!(|ev, shared| { ev.sleep_ms(3).await? }), IDLE),
        (
            "wait_for, in time and not",
            rounds!(|ev, shared| {
                ev.wait_for_ms(ev.sleep_ms(2), 5).await?;
                // A time-out meets a sleeper when it wakes; one is enough for two awaits.
                assert!(ev.wait_for_ms(ev.sleep_ms(5), 2).await.is_err());
                assert!(ev.wait_for_ms(ev.interruptible(shared.event.wait()), 2).await.is_err());
            }),
            IDLE,
        ),
        (
            "cancel",
            rounds!(|ev, shared| {
                let partner = shared.partner.take().expect("it was made");
                ev.sleep_ms(1).await?;
                ev.cancel(&partner)?;
                shared.partner.set(Some(partner));
                ev.sleep_ms(1).await?;
            }),
            forever!(|ev, shared| { assert!(ev.interruptible(shared.event.wait()).await.is_err()) }),
        ),
    ]
}

/// Primitives whose waiters are handed something.
pub fn of_locks_and_queues() -> Vec<Named> {
    vec![
        (
            "lock",
            rounds!(|ev, shared| {
                let held = ev.interruptible(shared.lock.acquire()).await?;
                ev.sleep_ms(1).await?;
                drop(held);
            }),
            forever!(|ev, shared| {
                let _held = ev.interruptible(shared.lock.acquire()).await?;
                ev.yield_now().await?;
            }),
        ),
        (
            "semaphore",
            rounds!(|ev, shared| { ev.interruptible(shared.semaphore.acquire()).await?.forget() }),
            forever!(|ev, shared| {
                shared.semaphore.release();
                ev.sleep_ms(1).await?;
            }),
        ),
        (
            "queue",
            rounds!(|ev, shared| {
                ev.interruptible(shared.queue.get()).await?;
            }),
            forever!(|ev, shared| { ev.interruptible(shared.queue.put(1)).await? }),
        ),
    ]
}

/// Primitives that tell something.
pub fn of_events() -> Vec<Named> {
    vec![
        (
            "event",
            rounds!(|ev, shared| {
                ev.interruptible(shared.event.wait()).await?;
                shared.event.clear();
            }),
            forever!(|ev, shared| {
                shared.event.set(1);
                ev.sleep_ms(1).await?;
            }),
        ),
        (
            "barrier",
            rounds!(|ev, shared| {
                ev.interruptible(shared.barrier.wait()).await?;
            }),
            forever!(|ev, shared| {
                ev.interruptible(shared.barrier.wait()).await?;
                ev.sleep_ms(1).await?;
            }),
        ),
        (
            "condition",
            rounds!(|ev, shared| {
                let held = ev.interruptible(shared.lock.acquire()).await?;
                drop(ev.interruptible(shared.condition.wait(held)).await?);
            }),
            forever!(|ev, shared| {
                shared.condition.notify(1);
                ev.sleep_ms(1).await?;
            }),
        ),
        (
            "flag and numbers",
            rounds!(|ev, shared| {
                ev.interruptible(shared.flag.wait()).await?;
                ev.interruptible(shared.numbers.get()).await?;
            }),
            forever!(|ev, shared| {
                shared.flag.set();
                ev.sleep_ms(1).await?;
                shared.numbers.push(1).ok();
                ev.sleep_ms(1).await?;
            }),
        ),
    ]
}

/// Devices: asked, read and written.
pub fn of_devices() -> Vec<Named> {
    vec![(
        "a read, a write and one that is timed out",
        rounds!(|ev, shared| {
            let reader = StreamReader::new(&ev, shared.device.clone());
            let writer = StreamWriter::new(&ev, shared.device.clone());
            reader.readinto(&mut [0]).await?;
            writer.awrite(b"x").await?;
            assert!(ev.wait_for_ms(reader.readinto(&mut [0]), 2).await.is_err());
            // What comes later finds nobody.
            ev.sleep_ms(20).await?;
        }),
        forever!(|ev, shared| {
            shared.device.0.set(true);
            ev.sleep_ms(10).await?;
        }),
    )]
}

/// Awaits that sleep and wait at the same time.
pub fn of_both() -> Vec<Named> {
    vec![
        (
            "select of two pauses",
            rounds!(|ev, shared| {
                let (mut long, mut short) = (pin!(ev.sleep_ms(5)), pin!(ev.sleep_ms(2)));
                std::future::poll_fn(|cx| match long.as_mut().poll(cx) {
                    Poll::Pending => short.as_mut().poll(cx),
                    ready => ready,
                })
                .await?;
            }),
            IDLE,
        ),
        (
            "delay: trigger, shorten, expire, stop",
            |ev, shared| {
                Box::pin(async move {
                    let delay = DelayMs::calling(&ev, || ())?;
                    let mut before = 0;
                    for round in 0..WARM_UP + COUNTED {
                        if round == WARM_UP {
                            before = allocated();
                        }
                        delay.trigger(50);
                        ev.sleep_ms(2).await?;
                        delay.trigger(3);
                        ev.sleep_ms(5).await?;
                        delay.trigger(50);
                        ev.sleep_ms(1).await?;
                        delay.stop();
                        ev.sleep_ms(1).await?;
                    }
                    shared.counted.set(allocated() - before);
                    Ok(())
                })
            },
            IDLE,
        ),
    ]
}

/// Tasks and callbacks are boxed, and that is all. A task lasts for some turns, and its place is used again.
pub fn of_makers() -> Vec<Named> {
    vec![
        (
            "create_task",
            rounds!(|ev, shared| {
                let (own, number) = (ev.clone(), [0_u8; 100]);
                ev.create_task(async move {
                    own.yield_now().await?;
                    own.sleep_ms(i32::from(number[7])).await?;
                    Ok(())
                })?;
                ev.sleep_ms(1).await?;
                ev.sleep_ms(1).await?;
            }),
            IDLE,
        ),
        (
            "call_soon",
            rounds!(|ev, shared| {
                let partner = shared.partner.take();
                let shared = shared.clone();
                ev.call_soon(move || shared.partner.set(partner))?;
                ev.sleep_ms(1).await?;
            }),
            IDLE,
        ),
    ]
}

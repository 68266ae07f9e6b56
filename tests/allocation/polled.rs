//! The programs that use the original's primitives, whose waiters ask, and those of tasks that wait for one another.
//!
//! Not here, as it allocates by its nature: `gather` and what is cancellable make tasks and a registry's entries; a `read` or
//! `readline` gives a vector of its own.

use std::future::{Future, poll_fn};
use std::pin::pin;

use vpyb_core::{EventLoop, StreamReader, asyn, official};

use super::programs::IDLE;
use super::{COUNTED, Named, WARM_UP, allocated};

/// One primitive of each kind, which two tasks share.
pub struct Polled {
    lock: asyn::Lock,
    event: asyn::Event<u32>,
    barrier: asyn::Barrier,
    semaphore: asyn::Semaphore,
    condition: asyn::Condition,
    official_lock: official::Lock,
    queue: official::Queue<u32>,
    delay: asyn::DelayMs,
}

impl Polled {
    pub fn new(ev: &EventLoop) -> Self {
        Self {
            lock: asyn::Lock::new(ev, 0),
            event: asyn::Event::new(ev, 1),
            barrier: asyn::Barrier::new(ev, 2),
            semaphore: asyn::Semaphore::new(ev, 0),
            condition: asyn::Condition::new(ev),
            official_lock: official::Lock::new(ev),
            queue: official::Queue::new(ev, 1),
            delay: asyn::DelayMs::new(ev, 5),
        }
    }
}

/// The primitives that two tasks share.
macro_rules! polled {
    ($shared:ident) => {
        $shared.polled.get().expect("made with the loop")
    };
}

/// Tasks that wait for one another by the loop itself, and for a device beside a pause.
pub fn of_tasks() -> Vec<Named> {
    vec![
        (
            "park and requeue",
            rounds!(|ev, shared| {
                shared.parked.set(ev.current_task());
                ev.park().await?;
            }),
            forever!(|ev, shared| {
                ev.sleep_ms(1).await?;
                let parked = shared.parked.take();
                if let Some(parked) = &parked {
                    ev.requeue(parked)?;
                }
                shared.parked.set(parked);
            }),
        ),
        (
            "a read beside a pause",
            rounds!(|ev, shared| {
                let reader = StreamReader::new(&ev, shared.device.clone());
                let mut byte = [0];
                let (mut read, mut pause) = (pin!(reader.readinto(&mut byte)), pin!(ev.sleep_ms(3)));
                poll_fn(|cx| match read.as_mut().poll(cx) {
                    std::task::Poll::Pending => pause.as_mut().poll(cx),
                    ready => ready.map_ok(drop),
                })
                .await?;
            }),
            forever!(|ev, shared| {
                shared.device.0.set(true);
                ev.sleep_ms(5).await?;
            }),
        ),
    ]
}

/// Pauses at low priority.
pub fn of_low_priority() -> Vec<Named> {
    vec![
        ("after_ms", rounds!(|ev, shared| { ev.after_ms(2).await? }), IDLE),
        ("after", rounds!(|ev, shared| { ev.after(0.0).await? }), IDLE),
    ]
}

/// The primitives of `asyn` and `official`.
pub fn of_polled() -> Vec<Named> {
    vec![
        (
            "asyn lock",
            rounds!(|ev, shared| {
                let lock = &polled!(shared).lock;
                lock.with(async { Ok::<_, asyn::Error>(ev.sleep_ms(1).await?) }).await?;
            }),
            forever!(|ev, shared| {
                polled!(shared).lock.acquire().await?;
                ev.sleep_ms(1).await?;
                polled!(shared).lock.release()?;
                ev.yield_now().await?;
            }),
        ),
        (
            "asyn event",
            rounds!(|ev, shared| {
                polled!(shared).event.wait().await?;
                polled!(shared).event.clear();
            }),
            forever!(|ev, shared| {
                polled!(shared).event.set(1);
                ev.sleep_ms(2).await?;
            }),
        ),
        (
            "asyn barrier",
            rounds!(|ev, shared| { polled!(shared).barrier.wait().await? }),
            forever!(|ev, shared| { polled!(shared).barrier.wait().await? }),
        ),
        (
            "asyn semaphore",
            rounds!(|ev, shared| { polled!(shared).semaphore.acquire().await? }),
            forever!(|ev, shared| {
                polled!(shared).semaphore.release();
                ev.sleep_ms(1).await?;
            }),
        ),
    ]
}

/// Those of conditions, and of the official library; and pauses.
pub fn of_polled_conditions_and_queues() -> Vec<Named> {
    vec![
        (
            "asyn condition",
            rounds!(|ev, shared| {
                let condition = &polled!(shared).condition;
                condition.with(condition.wait()).await?;
            }),
            forever!(|ev, shared| {
                let condition = &polled!(shared).condition;
                condition.with(async { condition.notify(1) }).await?;
                ev.sleep_ms(1).await?;
            }),
        ),
        (
            "official lock",
            rounds!(|ev, shared| {
                polled!(shared).official_lock.acquire().await?;
                ev.sleep_ms(1).await?;
                polled!(shared).official_lock.release()?;
            }),
            forever!(|ev, shared| {
                polled!(shared).official_lock.acquire().await?;
                ev.sleep_ms(1).await?;
                polled!(shared).official_lock.release()?;
            }),
        ),
        (
            "official queue",
            rounds!(|ev, shared| {
                polled!(shared).queue.get().await?;
            }),
            forever!(|ev, shared| { polled!(shared).queue.put(1).await? }),
        ),
        ("asyn sleep", rounds!(|ev, shared| { asyn::sleep(&ev, 0.005, 2).await? }), IDLE),
        (
            "asyn delay, put off",
            rounds!(|ev, shared| {
                polled!(shared).delay.trigger(5)?;
                ev.sleep_ms(1).await?;
            }),
            IDLE,
        ),
    ]
}

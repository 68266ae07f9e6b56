//! Switching, sleeping, waiting, waking, timing out and cancelling allocate nothing.
//!
//! Each program does the same thing a few times to fill what grows in blocks, then many times more; the
//! second part is counted. A counting allocator needs a binary of its own. It counts the allocations of
//! each thread by itself, as the harness of tests has threads too.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

use vpyb_core::clock::Clock;
use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};
use vpyb_core::sync::*;
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{
    Config, Discipline, EventLoop, Firmware, Overrides, Setup, Step, StreamReader, StreamWriter, TaskError,
    TaskHandle,
};

struct Counting;

thread_local! {
    /// How often this thread has allocated: the test harness has threads of its own.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// How often this thread has allocated so far.
fn allocated() -> usize {
    ALLOCATIONS.get()
}

// SAFETY: every call is passed on to the system's allocator unchanged, so its guarantees are this one's; the
// counter does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`, which is that of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: `ptr` came from `System` by way of `alloc` or `realloc` here, with this layout.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as for `dealloc`; the caller keeps the contract on `size`.
        unsafe { System.realloc(ptr, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A clock that is put forward by hand.
struct Hand(Cell<Instant>);

impl Clock for Hand {
    fn now(&self) -> Instant {
        self.0.get()
    }
}

/// Rounds that may allocate, and rounds that are counted.
const WARM_UP: u32 = 20;
const COUNTED: u32 = 200;

/// What a round of a program does; the other half of it may be a task of its own.
type Round = Pin<Box<dyn Future<Output = Result<(), TaskError>>>>;
type Program = fn(EventLoop, Rc<Shared>) -> Round;

/// A device that has a byte when it was given one, and takes a byte then.
#[derive(Default)]
struct Device(Cell<bool>);

impl Pollable for Device {
    fn name(&self) -> &str {
        "device"
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        if self.0.get() { interest } else { Readiness::NONE }
    }
}

impl StreamRead for Device {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        self.0.take().then_some(buf.len())
    }
}

impl StreamWrite for Device {
    fn write(&self, data: &[u8]) -> Option<usize> {
        self.0.take().then_some(data.len())
    }
}

/// What the two tasks of a program share.
struct Shared {
    device: Rc<Device>,
    lock: Lock,
    semaphore: Semaphore,
    event: Event<u32>,
    barrier: Barrier,
    condition: Condition,
    queue: Queue<u32>,
    flag: ThreadSafeFlag,
    numbers: IrqQueue<4>,
    partner: Cell<Option<TaskHandle>>,
    counted: Cell<usize>,
}

/// Runs two tasks to the end of the first, and gives how often the counted rounds allocated.
fn allocations(config: Config, first: Program, second: Program) -> usize {
    let clock = Rc::new(Hand(Cell::new(Instant::ZERO)));
    let shared = Rc::new(Shared {
        device: Rc::default(),
        lock: Lock::new(),
        semaphore: Semaphore::new(0),
        event: Event::new(),
        barrier: Barrier::new(2),
        condition: Condition::new(),
        queue: Queue::bounded(1),
        flag: ThreadSafeFlag::new(),
        numbers: IrqQueue::new(),
        partner: Cell::new(None),
        counted: Cell::new(0),
    });
    let setup =
        Setup { clock: clock.clone(), observer: None, overrides: Overrides::default(), started: None };
    let own = shared.clone();
    let mut firmware = Firmware::new(setup, (), move |top| async move {
        let ev = top.event_loop(config);
        let partner = ev.create_task(second(ev.clone(), own.clone()))?;
        own.partner.set(Some(partner));
        top.run_until_complete(first(ev, own)).await?;
        Ok(())
    });
    loop {
        match firmware.step() {
            Step::Done => break,
            Step::Idle { until, .. } => {
                clock.0.set(until.expect("the programs here wait for time, or for each other"));
            }
            _ => clock.0.set(clock.0.get() + Duration::from_micros(10)),
        }
    }
    firmware.take_result().expect("it is done").expect("no program fails");
    shared.counted.get()
}

/// A program that does `$body` in each round, counted from the end of the warm-up.
macro_rules! rounds {
    (|$ev:ident, $shared:ident| $body:block) => {
        |$ev, $shared| {
            Box::pin(async move {
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

/// A program's name and its two tasks.
type Named = (&'static str, Program, Program);

const IDLE: Program = forever!(|ev, shared| { ev.sleep_ms(1000).await? });

/// What the loop itself does.
fn of_the_loop() -> Vec<Named> {
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
fn of_locks_and_queues() -> Vec<Named> {
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
fn of_events() -> Vec<Named> {
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
fn of_devices() -> Vec<Named> {
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
fn of_both() -> Vec<Named> {
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

#[test]
fn switching_waiting_and_waking_allocate_nothing() {
    // The counter counts: a callback is boxed, by design, and once only.
    let boxes: Program = rounds!(|ev, shared| { ev.call_soon(|| ())? });
    let counted = allocations(
        Config { runq_len: 2 * (WARM_UP + COUNTED) as usize + 2, ..Config::default() },
        boxes,
        IDLE,
    );
    assert!(counted > 0, "callbacks are boxed");

    let fast = Discipline::FastIo { ioq_len: 4, lp_len: 0, max_overdue_ms: 0 };
    let mut broken = Vec::new();
    for discipline in [Discipline::UasyncioV2, fast, Discipline::Asyncio3] {
        for (name, first, second) in
            [of_the_loop(), of_locks_and_queues(), of_events(), of_devices(), of_both()].into_iter().flatten()
        {
            let allocations = allocations(Config { discipline, ..Config::default() }, first, second);
            if allocations > 0 {
                broken.push((discipline.name(), name, allocations));
            }
        }
    }
    assert!(broken.is_empty(), "of {COUNTED} rounds, allocations: {broken:?}");
}

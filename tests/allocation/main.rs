//! Switching, sleeping, waiting, waking, timing out and cancelling allocate nothing; a task or a callback that is made
//! allocates once.
//!
//! Each program does the same thing a few times to fill what grows in blocks, then many times more; the
//! second part is counted. A counting allocator needs a binary of its own. It counts the allocations of
//! each thread by itself, as the harness of tests has threads too.

#[macro_use]
mod programs;
mod polled;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, OnceCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use vpyb_core::clock::Clock;
use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};
use vpyb_core::sync::{Barrier, Condition, Event, IrqQueue, Lock, Queue, Semaphore, ThreadSafeFlag};
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Config, Discipline, EventLoop, Firmware, Overrides, Setup, Step, TaskError, TaskHandle};

use polled::{Polled, of_low_priority, of_polled, of_polled_conditions_and_queues, of_tasks};
use programs::{of_both, of_devices, of_events, of_locks_and_queues, of_makers, of_the_loop};

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

const DISCIPLINES: [Discipline; 5] = [
    Discipline::UasyncioV2,
    Discipline::FastIo { ioq_len: 0, lp_len: 0, max_overdue_ms: 0 },
    Discipline::FastIo { ioq_len: 4, lp_len: 0, max_overdue_ms: 0 },
    WITH_LOW_PRIORITY,
    Discipline::Asyncio3,
];

const WITH_LOW_PRIORITY: Discipline = Discipline::FastIo { ioq_len: 4, lp_len: 4, max_overdue_ms: 0 };

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

/// A program's name and its two tasks.
type Named = (&'static str, Program, Program);

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
    polled: OnceCell<Polled>,
    partner: Cell<Option<TaskHandle>>,
    parked: Cell<Option<TaskHandle>>,
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
        polled: OnceCell::new(),
        partner: Cell::new(None),
        parked: Cell::new(None),
        counted: Cell::new(0),
    });
    let setup =
        Setup { clock: clock.clone(), observer: None, overrides: Overrides::default(), started: None };
    let own = shared.clone();
    let mut firmware = Firmware::new(setup, (), move |top| async move {
        let ev = top.event_loop(config);
        own.polled.set(Polled::new(&ev)).ok();
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

#[test]
fn a_task_and_a_callback_allocate_once() {
    for discipline in DISCIPLINES {
        for (name, first, second) in of_makers() {
            let allocations = allocations(Config { discipline, ..Config::default() }, first, second);
            assert_eq!(allocations, COUNTED as usize, "{name} under {}", discipline.name());
        }
    }
}

#[test]
fn switching_waiting_and_waking_allocate_nothing() {
    let mut broken = Vec::new();
    for discipline in DISCIPLINES {
        let low_priority = if discipline == WITH_LOW_PRIORITY { of_low_priority() } else { Vec::new() };
        let all = [
            of_the_loop(),
            of_tasks(),
            of_locks_and_queues(),
            of_events(),
            of_polled(),
            of_polled_conditions_and_queues(),
            of_devices(),
            of_both(),
            low_priority,
        ];
        for (name, first, second) in all.into_iter().flatten() {
            let allocations = allocations(Config { discipline, ..Config::default() }, first, second);
            if allocations > 0 {
                broken.push((discipline.name(), name, allocations));
            }
        }
    }
    assert!(broken.is_empty(), "of {COUNTED} rounds, allocations: {broken:?}");
}

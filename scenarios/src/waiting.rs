//! Waiters that ask again and again, and waiters that are woken (tutorial section 3).
//!
//! # What you should see
//!
//! Every 250 ms `give 1`, `give 2` and so on; after each, one of the waiters says `got 1`, `got 2`. How long that takes,
//! and how many steps the waiters need meanwhile, is what the styles differ in.
//!
//! # How it works
//!
//! A giver sets an event, gives a lock, a place, a notice or an arrival, puts an item into a queue, or has a delay run out.
//! Waiters wait for it by the original's primitives (`asyn` and `official`), or by those of `sync`, whose waiters are
//! woken. An event's waiter clears it; a lock's gives it back, for the giver to take again. A gathering waits for two
//! events, polled in two tasks of its own, or in the waiter. The original's delay cannot be awaited: who waits asks
//! whether it runs.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::vec;

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, EventLoop, TaskError, Top, asyn, official, sync};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec {
        name: "what",
        default: ArgDefault::Text("event"),
        help: "`event`, `lock`, `semaphore`, `bounded`, `barrier`, `condition`, `gather`, `delay` or `queue`",
    },
    ArgSpec {
        name: "style",
        default: ArgDefault::Text("polled"),
        help: "`polled`, `woken`, or `official`: the official library's lock or queue",
    },
    ArgSpec {
        name: "every_ms",
        default: ArgDefault::Int(0),
        help: "how often polled waiters ask, of an event, a lock or a delay; 0: each turn",
    },
    ArgSpec { name: "rounds", default: ArgDefault::Int(8), help: "how often something is given" },
    ArgSpec { name: "waiters", default: ArgDefault::Int(1), help: "how many tasks wait" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["giver", "waiter"];

/// How long the giver rests between two rounds.
const REST_MS: i32 = 250;

/// What is waited for.
enum Thing {
    PolledEvent(asyn::Event<u32>),
    WokenEvent(sync::Event<u32>),
    PolledLock(asyn::Lock),
    OfficialLock(official::Lock),
    WokenLock(sync::Lock),
    PolledSemaphore(asyn::Semaphore),
    WokenSemaphore(sync::Semaphore),
    PolledPlaces(asyn::BoundedSemaphore),
    WokenPlaces(sync::BoundedSemaphore),
    PolledBarrier(asyn::Barrier),
    WokenBarrier(sync::Barrier),
    PolledCondition(asyn::Condition),
    WokenCondition(sync::Lock, sync::Condition),
    PolledGather(Rc<[asyn::Event<u32>; 2]>),
    WokenGather([sync::Event<u32>; 2]),
    PolledDelay(asyn::DelayMs, i32),
    WokenDelay(sync::DelayMs),
    OfficialQueue(official::Queue<u32>),
    WokenQueue(sync::Queue<u32>),
}

/// What a task holds, and gives back when it drops it.
#[expect(dead_code, reason = "it is held, and nothing else")]
enum Held<'a> {
    Lock(sync::LockGuard<'a>),
    Place(sync::Permit<'a>),
    /// It has to be given back by hand.
    Bare,
    Nothing,
}

impl Thing {
    fn new(ev: &EventLoop, what: &str, style: &str, every_ms: i32) -> Result<Self, TaskError> {
        Ok(match (what, style) {
            ("event", "polled") => Self::PolledEvent(asyn::Event::new(ev, every_ms).named("thing")),
            ("event", "woken") => Self::WokenEvent(sync::Event::new().named(ev, "thing")),
            ("lock", "polled") => Self::PolledLock(asyn::Lock::new(ev, every_ms).named("thing")),
            ("lock", "official") => Self::OfficialLock(official::Lock::new(ev).named("thing")),
            ("lock", "woken") => Self::WokenLock(sync::Lock::new().named(ev, "thing")),
            ("semaphore", "polled") => Self::PolledSemaphore(asyn::Semaphore::new(ev, 1).named("thing")),
            ("semaphore", "woken") => Self::WokenSemaphore(sync::Semaphore::new(1).named(ev, "thing")),
            ("bounded", "polled") => Self::PolledPlaces(asyn::BoundedSemaphore::new(ev, 1).named("thing")),
            ("bounded", "woken") => Self::WokenPlaces(sync::BoundedSemaphore::new(1).named(ev, "thing")),
            ("barrier", "polled") => Self::PolledBarrier(asyn::Barrier::new(ev, 2).named("thing")),
            ("barrier", "woken") => Self::WokenBarrier(sync::Barrier::new(2).named(ev, "thing")),
            ("condition", "polled") => Self::PolledCondition(asyn::Condition::new(ev).named("thing")),
            ("condition", "woken") => {
                Self::WokenCondition(sync::Lock::new(), sync::Condition::new().named(ev, "thing"))
            }
            ("gather", "polled") => {
                let event = |name| asyn::Event::new(ev, 0).named(name);
                Self::PolledGather(Rc::new(["one", "other"].map(event)))
            }
            ("gather", "woken") => {
                Self::WokenGather(["one", "other"].map(|name| sync::Event::new().named(ev, name)))
            }
            ("delay", "polled") => {
                Self::PolledDelay(asyn::DelayMs::new(ev, DELAY_MS).named("thing"), every_ms)
            }
            ("delay", "woken") => Self::WokenDelay(sync::DelayMs::new(ev).named("thing")),
            ("queue", "official") => Self::OfficialQueue(official::Queue::new(ev, 0).named("thing")),
            ("queue", "woken") => Self::WokenQueue(sync::Queue::unbounded().named(ev, "thing")),
            _ => return Err(TaskError::failed(alloc::format!("there is no {style} {what}"))),
        })
    }

    /// Takes the thing, if it is a lock or a place.
    async fn take(&self, ev: &EventLoop) -> Result<Held<'_>, TaskError> {
        match self {
            Self::PolledLock(lock) => lock.acquire().await?,
            Self::OfficialLock(lock) => lock.acquire().await?,
            Self::PolledSemaphore(semaphore) => semaphore.acquire().await?,
            Self::PolledPlaces(semaphore) => semaphore.acquire().await?,
            Self::WokenLock(lock) => return Ok(Held::Lock(ev.interruptible(lock.acquire()).await?)),
            Self::WokenSemaphore(semaphore) => {
                return Ok(Held::Place(ev.interruptible(semaphore.acquire()).await?));
            }
            Self::WokenPlaces(semaphore) => {
                return Ok(Held::Place(ev.interruptible(semaphore.acquire()).await?));
            }
            _ => return Ok(Held::Nothing),
        }
        Ok(Held::Bare)
    }

    /// Gives back what was taken.
    fn give_back(&self, held: Held<'_>) -> Result<(), TaskError> {
        match (self, held) {
            (Self::PolledLock(lock), Held::Bare) => lock.release()?,
            (Self::OfficialLock(lock), Held::Bare) => lock.release()?,
            (Self::PolledSemaphore(semaphore), Held::Bare) => semaphore.release(),
            (Self::PolledPlaces(semaphore), Held::Bare) => semaphore.release()?,
            (_, held) => drop(held),
        }
        Ok(())
    }

    /// Gives what is waited for.
    async fn give(&self, ev: &EventLoop, round: u32) -> Result<(), TaskError> {
        match self {
            Self::PolledEvent(event) => event.set(round),
            Self::WokenEvent(event) => event.set(round),
            Self::PolledBarrier(barrier) => barrier.trigger()?,
            Self::WokenBarrier(barrier) => drop(barrier.trigger()),
            Self::PolledCondition(condition) => condition.with(async { condition.notify(1) }).await?,
            Self::WokenCondition(lock, condition) => {
                let _held = ev.interruptible(lock.acquire()).await?;
                condition.notify(1);
            }
            Self::PolledGather(events) => events.iter().for_each(|event| event.set(round)),
            Self::WokenGather(events) => events.iter().for_each(|event| event.set(round)),
            Self::PolledDelay(delay, _) => delay.trigger(0)?,
            Self::WokenDelay(delay) => delay.trigger(DELAY_MS as u32),
            Self::OfficialQueue(queue) => {
                queue.put_nowait(round).map_err(|full| TaskError::failed(full.to_string()))?;
            }
            Self::WokenQueue(queue) => {
                queue.try_put(round).unwrap_or_else(|_| unreachable!("it has no limit"))
            }
            _ => {}
        }
        Ok(())
    }

    /// Waits for what is given, unless it is something that is taken.
    async fn wait(&self, ev: &EventLoop) -> Result<(), TaskError> {
        match self {
            Self::PolledEvent(event) => {
                event.wait().await?;
                event.clear();
            }
            Self::WokenEvent(event) => {
                ev.interruptible(event.wait()).await?;
                event.clear();
            }
            Self::PolledBarrier(barrier) => barrier.wait().await?,
            Self::WokenBarrier(barrier) => drop(ev.interruptible(barrier.wait()).await?),
            Self::PolledCondition(condition) => condition.with(condition.wait()).await?,
            Self::WokenCondition(lock, condition) => {
                let held = ev.interruptible(lock.acquire()).await?;
                drop(ev.interruptible(condition.wait(held)).await?);
            }
            Self::PolledGather(events) => gathered(ev, events).await?,
            Self::WokenGather(events) => {
                let both = sync::gather(events.iter().map(sync::Event::wait));
                ev.interruptible(both).await?;
                events.iter().for_each(sync::Event::clear);
            }
            Self::PolledDelay(delay, every_ms) => {
                // First until it is started, then until it has run out.
                for running in [false, true] {
                    while delay.running() == running {
                        ev.sleep_ms(*every_ms).await?;
                    }
                }
            }
            Self::WokenDelay(delay) => delay.expired().await?,
            Self::OfficialQueue(queue) => drop(queue.get().await?),
            Self::WokenQueue(queue) => drop(ev.interruptible(queue.get()).await?),
            _ => {}
        }
        Ok(())
    }
}

/// How long the delay takes.
const DELAY_MS: i32 = 20;

/// Waits for both events, each in a task.
async fn gathered(ev: &EventLoop, events: &Rc<[asyn::Event<u32>; 2]>) -> Result<(), TaskError> {
    let member = |at: usize| {
        let events = events.clone();
        asyn::Gatherable::new(Box::pin(async move { Ok(events[at].wait().await?) }))
    };
    asyn::gather(ev, vec![member(0), member(1)]).await?;
    events.iter().for_each(asyn::Event::clear);
    Ok(())
}

/// The firmware's top level.
///
/// # Errors
///
/// If there is no such primitive, or a queue is too short for the tasks.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let event_loop = top.event_loop(Config { runq_len: 32, ..Config::default() });
    let number = |name| i32::try_from(args.int(name)).unwrap_or(0);
    let (what, style) = (args.text("what"), args.text("style"));
    let thing = Rc::new(Thing::new(&event_loop, what, style, number("every_ms"))?);
    for n in 1..=number("waiters") {
        let waiter = waiter(event_loop.clone(), top.board().clone(), thing.clone());
        event_loop.create_task_named(alloc::format!("waiter#{n}"), waiter)?;
    }
    let giver = giver(event_loop, top.board().clone(), thing, number("rounds"));
    top.run_until_complete(giver).named("giver").await?;
    Ok(())
}

async fn giver<B: Board>(ev: EventLoop, board: B, thing: Rc<Thing>, rounds: i32) -> Result<(), TaskError> {
    let mut held = thing.take(&ev).await?;
    for round in 1..=rounds {
        ev.sleep_ms(REST_MS).await?;
        board.println(format_args!("give {round}"));
        thing.give_back(held)?;
        thing.give(&ev, round as u32).await?;
        // Another turn, so that a waiter can be ahead.
        ev.sleep_ms(REST_MS / 2).await?;
        held = thing.take(&ev).await?;
    }
    thing.give_back(held)
}

async fn waiter<B: Board>(ev: EventLoop, board: B, thing: Rc<Thing>) -> Result<(), TaskError> {
    // A waiter of a lock lets the giver take it first.
    ev.sleep_ms(1).await?;
    let mut got = 0;
    loop {
        let held = thing.take(&ev).await?;
        thing.wait(&ev).await?;
        got += 1;
        board.println(format_args!("got {got}"));
        thing.give_back(held)?;
        // Rests until the giver has what it gives again.
        ev.sleep_ms(REST_MS).await?;
    }
}

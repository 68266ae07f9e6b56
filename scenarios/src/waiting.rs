//! Waiters that ask again and again, and waiters that are woken (tutorial section 3).
//!
//! # What you should see
//!
//! Every 250 ms `give 1`, `give 2` and so on; after each, one of the waiters says `got 1`, `got 2`. How long that takes,
//! and how many steps the waiters need meanwhile, is what the styles differ in.
//!
//! # How it works
//!
//! A giver sets an event, gives a lock back for a moment, or puts an item into a queue. Waiters wait for it by the
//! original's primitives (`asyn` and `official`), or by those of `sync`, whose waiters are woken. An event's waiter
//! clears it; a lock's gives it back, for the giver to take again.

use alloc::rc::Rc;
use alloc::string::ToString;

use vpyb_core::{
    ArgDefault, ArgSpec, Args, Board, Config, EventLoop, Interrupt, TaskError, Top, asyn, official, sync,
};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "what", default: ArgDefault::Text("event"), help: "`event`, `lock` or `queue`" },
    ArgSpec {
        name: "style",
        default: ArgDefault::Text("polled"),
        help: "`polled`, `woken`, or `official`: the official library's lock or queue",
    },
    ArgSpec {
        name: "every_ms",
        default: ArgDefault::Int(0),
        help: "how often polled waiters ask; 0: each turn",
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
    WokenLock(sync::Semaphore),
    OfficialQueue(official::Queue<u32>),
    WokenQueue(sync::Queue<u32>),
}

impl Thing {
    fn new(ev: &EventLoop, what: &str, style: &str, every_ms: i32) -> Result<Self, TaskError> {
        Ok(match (what, style) {
            ("event", "polled") => Self::PolledEvent(asyn::Event::new(ev, every_ms).named("thing")),
            ("event", "woken") => Self::WokenEvent(sync::Event::new().named(ev, "thing")),
            ("lock", "polled") => Self::PolledLock(asyn::Lock::new(ev, every_ms).named("thing")),
            ("lock", "official") => Self::OfficialLock(official::Lock::new(ev).named("thing")),
            ("lock", "woken") => Self::WokenLock(sync::Semaphore::new(1).named(ev, "thing")),
            ("queue", "official") => Self::OfficialQueue(official::Queue::new(ev, 0).named("thing")),
            ("queue", "woken") => Self::WokenQueue(sync::Queue::unbounded().named(ev, "thing")),
            _ => return Err(TaskError::failed(alloc::format!("there is no {style} {what}"))),
        })
    }

    /// Takes the thing, if it is a lock.
    async fn take(&self, ev: &EventLoop) -> Result<(), TaskError> {
        match self {
            Self::PolledLock(lock) => lock.acquire().await?,
            Self::OfficialLock(lock) => lock.acquire().await?,
            Self::WokenLock(lock) => ev.interruptible(lock.acquire()).await?.forget(),
            _ => {}
        }
        Ok(())
    }

    fn give(&self, round: u32) -> Result<(), TaskError> {
        match self {
            Self::PolledEvent(event) => event.set(round),
            Self::WokenEvent(event) => event.set(round),
            Self::PolledLock(lock) => lock.release().map_err(TaskError::failed)?,
            Self::OfficialLock(lock) => lock.release()?,
            Self::WokenLock(lock) => lock.release(),
            Self::OfficialQueue(queue) => {
                queue.put_nowait(round).map_err(|full| TaskError::failed(full.to_string()))?;
            }
            Self::WokenQueue(queue) => {
                queue.try_put(round).unwrap_or_else(|_| unreachable!("it has no limit"))
            }
        }
        Ok(())
    }

    /// Waits for the thing; a lock is held then.
    async fn wait(&self, ev: &EventLoop) -> Result<(), Interrupt> {
        match self {
            Self::PolledEvent(event) => event.wait().await,
            Self::WokenEvent(event) => ev.interruptible(event.wait()).await.map(drop),
            Self::PolledLock(lock) => lock.acquire().await,
            Self::OfficialLock(lock) => lock.acquire().await,
            Self::WokenLock(lock) => ev.interruptible(lock.acquire()).await.map(|permit| permit.forget()),
            Self::OfficialQueue(queue) => queue.get().await.map(drop),
            Self::WokenQueue(queue) => ev.interruptible(queue.get()).await.map(drop),
        }
    }

    /// What a waiter does with what it got.
    fn done(&self) -> Result<(), TaskError> {
        match self {
            Self::PolledEvent(event) => event.clear(),
            Self::WokenEvent(event) => event.clear(),
            Self::PolledLock(_) | Self::OfficialLock(_) | Self::WokenLock(_) => self.give(0)?,
            Self::OfficialQueue(_) | Self::WokenQueue(_) => {}
        }
        Ok(())
    }
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
    thing.take(&ev).await?;
    for round in 1..=rounds {
        ev.sleep_ms(REST_MS).await?;
        board.println(format_args!("give {round}"));
        thing.give(round as u32)?;
        // Another turn, so that a waiter can be ahead.
        ev.sleep_ms(REST_MS / 2).await?;
        thing.take(&ev).await?;
    }
    Ok(())
}

async fn waiter<B: Board>(ev: EventLoop, board: B, thing: Rc<Thing>) -> Result<(), TaskError> {
    // A waiter of a lock lets the giver take it first.
    ev.sleep_ms(1).await?;
    let mut got = 0;
    loop {
        thing.wait(&ev).await?;
        got += 1;
        board.println(format_args!("got {got}"));
        thing.done()?;
        // Rests until the giver has what it gives again.
        ev.sleep_ms(REST_MS).await?;
    }
}

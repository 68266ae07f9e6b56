//! Locks, events, queues and their like, whose waiters are woken rather than polling (tutorial section 3).
//!
//! | for tasks only | |
//! |---|---|
//! | [`Lock`], [`Condition`] | one task at a time; wait until the state that a lock guards has changed |
//! | [`Semaphore`], [`BoundedSemaphore`] | so many tasks at a time |
//! | [`Event`], [`Barrier`] | wait until something is said; until all have arrived |
//! | [`Queue`] | items from task to task |
//! | [`DelayMs`] | a time-out that can be extended, shortened and stopped |
//! | [`gather`] | several futures within one task |
//!
//! | set from an interrupt handler | |
//! |---|---|
//! | [`ThreadSafeFlag`], also called [`IrqFlag`] | something happened |
//! | [`IrqQueue`] | something happened, and this is its number |
//!
//! # How they are awaited
//!
//! Their futures are plain ones: they know no event loop, so that any executor may poll them. Inside a task one
//! awaits them through [`EventLoop::interruptible`], which makes cancellation and time-outs arrive at once,
//! under every discipline:
//!
//! ```
//! use vpyb_core::sync::Lock;
//! use vpyb_core::{EventLoop, TaskError};
//!
//! async fn measure(ev: EventLoop, bus: &Lock) -> Result<(), TaskError> {
//!     let held = ev.interruptible(bus.acquire()).await?;
//!     ev.sleep_ms(50).await?;
//!     drop(held);
//!     Ok(())
//! }
//! ```
//!
//! So each method has one meaning and one name, and a wait that cannot be interrupted is seen to be one: it
//! stands without `interruptible`. Such a wait goes on when its task is cancelled; the interrupt arrives at the
//! task's next await of the core. Only [`DelayMs::expired`] needs the loop's time, and answers `Result` itself.
//!
//! A primitive that is to be seen in reports is given a name, and the loop whose observer is to hear of it:
//! `Lock::new().named(&ev, "i2c")`. One without a name tells nobody, and costs nothing for it. What a handler sets
//! ([`ThreadSafeFlag`], [`IrqQueue`]) lies in a `static` and knows no loop: its wait gets the name, by
//! [`EventLoop::interruptible_named`].
//!
//! # What all of them keep
//!
//! - **first-come** — what becomes free goes to who has waited longest, at that moment; nobody barges in.
//! - **no-idle** — nobody waits for what is free.
//! - **passed-on** — a waiter that is dropped or interrupted leaves the list. If what it waited for had been
//!   handed to it already, that goes to the next one.
//! - **asleep** — a waiter is polled only when its waker was called, once for each hand-over.
//! - **no-borrow-across** — no `RefCell` here stays borrowed while a waker is called or a value dropped.
//!
//! The order is one of *ownership*. The steps of tasks that are woken between two polls of the loop come in the
//! order of the loop's task slots.
//!
//! Lists of waiters have places for a few, made with the primitive, and grow by doubling: waiting and waking
//! allocate nothing once a list has been as long as it gets.

mod barrier;
mod condition;
mod delay_ms;
mod event;
mod gather;
mod irq_queue;
mod lock;
mod permits;
mod queue;
mod semaphore;
mod tag;
mod thread_safe_flag;
mod wait_list;

pub use barrier::Barrier;
pub use condition::Condition;
pub use delay_ms::DelayMs;
pub use event::Event;
pub use gather::{Gather, gather};
pub use irq_queue::{Full, IrqQueue};
pub use lock::{Lock, LockGuard};
pub use permits::Permit;
pub use queue::Queue;
pub use semaphore::{BoundedSemaphore, ReleasedTooOften, Semaphore};
pub use thread_safe_flag::{IrqFlag, ThreadSafeFlag};

#[cfg(doc)]
use crate::EventLoop;

//! The `asyn` library of the tutorial (sections 3.1 to 3.6 and 5.2): what tasks share, and tasks that can be
//! cancelled by name.
//!
//! Its primitives *poll*: a waiter asks again at each of its turns, or every `delay_ms`, so waiters go on in the
//! order of the run queue rather than of arrival, and an interrupt reaches them soon. Whoever finds what it waits
//! for gives up no turn. Waiting with a delay of 0 keeps the run queue busy.
//!
//! [`sync`](crate::sync) has primitives whose waiters are woken instead: new programs are better off with those.
//! These are for programs of the tutorial, whose order of events depends on the polling.
//!
//! There is no ambient registry: tasks that can be cancelled are entered in a [`Cancellables`], which programs pass
//! around as they do the event loop.
//!
//! Their waiters ask by pauses of the loop. So a future of theirs that has to wait can be polled inside a step of that loop
//! only: polled by anything else, as by a test's own executor, it panics. Those of [`sync`](crate::sync) do not.
//!
//! | original | here |
//! |---|---|
//! | `async with lock:` | [`lock.with(body).await`](Lock::with) |
//! | `await event`, `await barrier` | [`event.wait()`](Event::wait), [`barrier.wait()`](Barrier::wait) |
//! | `with await cond as c:` | [`cond.with(body).await`](Condition::with) |
//! | `await Gather([Gatherable(f, timeout=3)])` | [`gather(&ev, vec![Gatherable::new(f).timeout(3.0)])`](gather()) |
//! | `@cancellable` and `Cancellable(f, group=1)` | [`cancellables.cancellable(1, f)`](Cancellables::cancellable) |
//! | `NamedTask('name', f)` | [`cancellables.named("name", f)`](Cancellables::named) |
//! | `await NamedTask.cancel('name')` | [`cancellables.cancel("name", true).await`](Cancellables::cancel) |
//! | `await Cancellable.cancel_all(1)` | [`cancellables.cancel_all(1, false).await`](Cancellables::cancel_all) |
//! | `aswitch.Delay_ms(f, duration=1000)` | [`DelayMs::new(&ev, 1000).calling(f)`](DelayMs::calling) |
//! | `StopTask` | [`StopTask`] |

mod barrier;
mod cancellable;
mod cancellables;
mod condition;
mod delay_ms;
mod error;
mod event;
mod gather;
mod held;
mod launch;
mod lock;
mod semaphore;
mod sleep;

pub use barrier::Barrier;
pub use cancellable::{Cancellable, NamedTask};
pub use cancellables::{Cancellables, Group};
pub use condition::Condition;
pub use delay_ms::DelayMs;
pub use error::Error;
pub use event::{Event, NumberSetter, Setter};
pub use gather::{Gather, Gatherable, gather};
pub use launch::Launch;
pub use lock::Lock;
pub use semaphore::{BoundedSemaphore, Semaphore};
pub use sleep::sleep;

/// The original's name for a cancellation, as a program may trap it.
pub use crate::error::Interrupt::Cancelled as StopTask;

//! Several things at once, awaited as one (tutorial section 3.6).
//!
//! Owns the tasks' common end: a barrier for all of them and the one that gathers.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::future::Future;
use core::pin::Pin;

use super::{Barrier, Error};
use crate::error::TaskError;
use crate::event_loop::EventLoop;

type Boxed<T> = Pin<Box<dyn Future<Output = Result<T, TaskError>>>>;

/// Something to be gathered, perhaps with a time-out.
pub struct Gatherable<T> {
    future: Boxed<T>,
    timeout: Option<f64>,
}

impl<T> Gatherable<T> {
    /// Gathers what `future` gives.
    pub fn new(future: impl Future<Output = Result<T, TaskError>> + 'static) -> Self {
        Self { future: Box::pin(future), timeout: None }
    }

    /// Interrupts it after so many seconds, as [`wait_for`](EventLoop::wait_for).
    pub fn timeout(mut self, seconds: f64) -> Self {
        self.timeout = Some(seconds);
        self
    }
}

/// Tasks that run, and their results as they come.
///
/// ```
/// # use vpyb_core::asyn::{Gather, Gatherable};
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
/// # fn main() { run(|ev| async move {
/// let (one, other) = (ev.clone(), ev.clone());
/// let members = vec![
///     Gatherable::new(async move { one.sleep(0.2).await?; Ok(42) }),
///     // A time-out has to be trapped, or the gathering never ends.
///     Gatherable::new(async move { Ok(if other.sleep(0.9).await.is_err() { 17 } else { 0 }) }).timeout(0.3),
/// ];
/// let gather = Gather::new(&ev, members)?; // They run from now on.
/// assert_eq!(gather.wait().await?, [42, 17]);
/// # Ok(())
/// # }); }
/// ```
#[must_use = "the results are lost unless they are waited for"]
pub struct Gather<T> {
    barrier: Rc<Barrier>,
    results: Rc<RefCell<Vec<Option<T>>>>,
}

impl<T: 'static> Gather<T> {
    /// Makes a task of each, in order, at once. Who waits for them waits, in reports, for the barrier `gather`.
    ///
    /// # Errors
    ///
    /// `QueueFull` if the run queue has no place for all; those that were made run.
    ///
    /// # Panics
    ///
    /// If there are more than 65 534.
    pub fn new(event_loop: &EventLoop, gatherables: Vec<Gatherable<T>>) -> Result<Self, Error> {
        Self::new_named(event_loop, "gather", gatherables)
    }

    /// As [`new`](Self::new), with another name for reports.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    ///
    /// # Panics
    ///
    /// As for [`new`](Self::new).
    pub fn new_named(
        event_loop: &EventLoop,
        name: impl Into<Cow<'static, str>>,
        gatherables: Vec<Gatherable<T>>,
    ) -> Result<Self, Error> {
        let participants = u16::try_from(gatherables.len() + 1).expect("so many tasks fit no run queue");
        let barrier = Rc::new(Barrier::new(event_loop, participants).named(name));
        let results = Rc::new(RefCell::new(gatherables.iter().map(|_| None).collect::<Vec<_>>()));
        for (index, Gatherable { future, timeout }) in gatherables.into_iter().enumerate() {
            let (barrier, results) = (barrier.clone(), results.clone());
            let store = move |value| {
                results.borrow_mut()[index] = Some(value);
                barrier.trigger()
            };
            event_loop.create_task(wrapped(event_loop.clone(), future, timeout, store))?;
        }
        Ok(Self { barrier, results })
    }

    /// Waits for all, and gives their results in the order of the list.
    ///
    /// # Errors
    ///
    /// None but interrupts.
    ///
    /// # Cancellation
    ///
    /// The interrupt arrives at the next turn; the gathered tasks run on. If one of *them* ends by an interrupt, this
    /// never completes; any other error of theirs stops the loop. Dropped, the tasks run on.
    pub async fn wait(self) -> Result<Vec<T>, Error> {
        self.barrier.wait().await?;
        let results = self.results.take();
        Ok(results.into_iter().map(|result| result.expect("the barrier opens when all have ended")).collect())
    }
}

async fn wrapped<T>(
    event_loop: EventLoop,
    future: Boxed<T>,
    timeout: Option<f64>,
    store: impl FnOnce(T) -> Result<(), Error>,
) -> Result<(), TaskError> {
    let value = match timeout {
        Some(seconds) => event_loop.wait_for(future, seconds).await?,
        None => future.await?,
    };
    Ok(store(value)?)
}

/// Runs several things at once, each as a task, and gives their results in the order of the list. For a name in reports,
/// see [`Gather::new_named`].
///
/// # Errors
///
/// As for [`Gather::new`].
///
/// # Cancellation
///
/// As for [`Gather::wait`].
#[must_use = "it does nothing unless it is awaited"]
pub fn gather<T: 'static>(
    event_loop: &EventLoop,
    gatherables: Vec<Gatherable<T>>,
) -> impl Future<Output = Result<Vec<T>, Error>> {
    let unawaited = event_loop.unawaited(|| "gather");
    async move {
        unawaited.begins();
        Gather::new(event_loop, gatherables)?.wait().await
    }
}

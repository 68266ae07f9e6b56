//! Several futures within one task. Not in the tutorial: its gathering makes tasks (section 3.6).
//!
//! Owns [`gather`]. It makes no tasks: where members should be cancelled or traced one by one, make tasks.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::tag::Tag;
use crate::event_loop::EventLoop;
use crate::observer::{ObjectKind, Use};

/// Runs futures side by side within the current task, and gives their results in the order given.
///
/// Each is polled whenever the task is resumed, whichever was meant: it is for a handful of futures. It makes one
/// box for each.
///
/// ```
/// use vpyb_core::sync::gather;
/// use vpyb_core::{EventLoop, Interrupt};
///
/// async fn both(ev: &EventLoop) -> Result<(), Interrupt> {
///     // Done after 20 ms, not 30.
///     let results = ev.interruptible(gather([ev.sleep_ms(10), ev.sleep_ms(20)])).await?;
///     assert!(results.iter().all(Result::is_ok));
///     Ok(())
/// }
/// ```
///
/// # Cancellation
///
/// Awaited through [`interruptible`](crate::EventLoop::interruptible), an interrupt drops all members. Awaited
/// plainly, it is raised in the first member that awaits something of the core, and in no other. Dropped, it drops
/// all members, and the results of those that were complete.
pub fn gather<F: Future>(futures: impl IntoIterator<Item = F>) -> Gather<F> {
    let members = futures.into_iter().map(|future| Member::Running(Box::pin(future))).collect();
    Gather { members, tag: Tag::NONE, waits: false }
}

/// Futures that run side by side. Made by [`gather`].
#[must_use = "futures do nothing unless they are awaited"]
pub struct Gather<F: Future> {
    members: Vec<Member<F>>,
    tag: Tag,
    /// The observer was told that it waits.
    waits: bool,
}

impl<F: Future> Gather<F> {
    /// Gives it a name, by which the observer of `event_loop` hears of who waits for it, and reports say so.
    ///
    /// ```
    /// use vpyb_core::sync::gather;
    /// use vpyb_core::{EventLoop, Interrupt};
    ///
    /// async fn both(ev: &EventLoop) -> Result<(), Interrupt> {
    ///     let pauses = gather([ev.sleep_ms(10), ev.sleep_ms(20)]).named(ev, "pauses");
    ///     ev.interruptible(pauses).await.map(drop)
    /// }
    /// ```
    pub fn named(mut self, event_loop: &EventLoop, name: impl Into<Cow<'static, str>>) -> Self {
        self.tag = Tag::new(event_loop, ObjectKind::Future, name);
        self
    }

    /// Tells the observer that the wait begins or ends. What a member waits for begins later and ends before.
    fn tell(&mut self, waits: bool) {
        if self.waits != waits {
            self.waits = waits;
            self.tag.tell(if waits { Use::WaitsOn } else { Use::WaitEnds });
        }
    }
}

impl<F: Future> Drop for Gather<F> {
    fn drop(&mut self) {
        self.members.clear();
        self.tell(false);
    }
}

enum Member<F: Future> {
    Running(Pin<Box<F>>),
    Done(F::Output),
}

/// Members are pinned in boxes of their own, and a result is never pinned.
impl<F: Future> Unpin for Gather<F> {}

impl<F: Future> Future for Gather<F> {
    type Output = Vec<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.tell(true);
        let mut all = true;
        for member in &mut self.members {
            let Member::Running(future) = member else { continue };
            match future.as_mut().poll(cx) {
                Poll::Ready(result) => *member = Member::Done(result),
                Poll::Pending => all = false,
            }
        }
        if !all {
            return Poll::Pending;
        }
        self.tell(false);
        let members = core::mem::take(&mut self.members).into_iter();
        Poll::Ready(
            members
                .filter_map(|member| if let Member::Done(result) = member { Some(result) } else { None })
                .collect(),
        )
    }
}

impl<F: Future> fmt::Debug for Gather<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gather({})", self.members.len())
    }
}

//! A flag that an interrupt handler sets and one task waits for.
//!
//! Owns [`ThreadSafeFlag`]. It is made of atomics only, and may lie in a `static` or an `Arc`.
//!
//! The waker lies in an [`AtomicWaker`](atomic_waker::AtomicWaker): a lock-free cell, without critical section
//! or allocation, in which a handler that breaks into the registration sets a bit, and the registration then
//! calls the waker itself. A hand-made one would need `unsafe`, which this crate forbids; one behind a critical
//! section would mask interrupts, and need an implementation of it on the host.
//!
//! Invariants: **flag-first** — the flag is set before the waker is called, and looked at again after the
//! waker is stored, so that no setting is missed; **nothing-freed-in-a-handler** — a wait that ends takes its
//! waker out, so that a handler never holds the last reference to one.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};

use atomic_waker::AtomicWaker;

/// Set from an interrupt handler (or another thread), waited for by one task, cleared by the wait: MicroPython's
/// class of that name.
///
/// Setting it twice before the wait is the same as once. Where each interrupt counts, use an
/// [`IrqQueue`](super::IrqQueue).
///
/// ```
/// use vpyb_core::sync::ThreadSafeFlag;
/// use vpyb_core::{EventLoop, Interrupt};
///
/// // A handler does `PRESSED.set()` and nothing else.
/// static PRESSED: ThreadSafeFlag = ThreadSafeFlag::new();
///
/// async fn button(ev: &EventLoop) -> Result<(), Interrupt> {
///     loop {
///         ev.interruptible(PRESSED.wait()).await?;
///         // Once for each press that came after the last time round, or for several of them.
///     }
/// }
/// ```
pub struct ThreadSafeFlag {
    set: AtomicBool,
    /// A task waits.
    taken: AtomicBool,
    waker: AtomicWaker,
}

/// The name by which interrupt handlers know [`ThreadSafeFlag`].
pub type IrqFlag = ThreadSafeFlag;

impl ThreadSafeFlag {
    /// A flag that is not set.
    ///
    /// ```
    /// use vpyb_core::sync::IrqFlag;
    ///
    /// static EDGE: IrqFlag = IrqFlag::new();
    /// assert!(!EDGE.is_set());
    /// ```
    pub const fn new() -> Self {
        Self { set: AtomicBool::new(false), taken: AtomicBool::new(false), waker: AtomicWaker::new() }
    }

    /// Sets it and wakes the task that waits. Callable from an interrupt handler; takes a fixed time.
    pub fn set(&self) {
        self.set.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Clears it.
    ///
    /// ```
    /// let flag = vpyb_core::sync::ThreadSafeFlag::new();
    /// flag.set();
    /// flag.clear();
    /// assert!(!flag.is_set());
    /// ```
    pub fn clear(&self) {
        self.set.store(false, Ordering::Release);
    }

    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        self.set.load(Ordering::Acquire)
    }

    /// Waits until it is set, and clears it.
    ///
    /// # Panics
    ///
    /// If another task waits for it already: one flag has one waiter.
    ///
    /// # Cancellation
    ///
    /// Safe. After an interrupt, and when the future is dropped, the flag is as it was: one that was set stays set.
    pub async fn wait(&self) {
        Set { flag: self, waiting: false }.await
    }
}

impl Default for ThreadSafeFlag {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ThreadSafeFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_set() { "ThreadSafeFlag(set)" } else { "ThreadSafeFlag(clear)" })
    }
}

struct Set<'a> {
    flag: &'a ThreadSafeFlag,
    waiting: bool,
}

impl Future for Set<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let flag = self.flag;
        if !self.waiting {
            assert!(
                !flag.taken.swap(true, Ordering::AcqRel),
                "a flag has one waiter, and this is the second"
            );
            self.waiting = true;
        }
        if flag.set.swap(false, Ordering::AcqRel) {
            return Poll::Ready(());
        }
        flag.waker.register(cx.waker());
        // A handler may have come in between.
        if flag.set.swap(false, Ordering::AcqRel) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Set<'_> {
    fn drop(&mut self) {
        if self.waiting {
            drop(self.flag.waker.take());
            self.flag.taken.store(false, Ordering::Release);
        }
    }
}

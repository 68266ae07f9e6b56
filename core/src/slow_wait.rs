//! A wait that the loop does not do for a task, but for a waker.
//!
//! Owns [`SlowWait`]: a deadline or a device, and the stored waker that is called for it. It knows no interrupts of
//! tasks: who polls it takes them, or leaves them to others.

use core::task::Context;

use crate::event_loop::Shared;
use crate::stream::Readiness;

/// A wait with a waker of its own. It has to be given up, whether it is over or not.
pub(crate) enum SlowWait {
    /// Until a tick.
    Delay { key: u32 },
    /// Until a device is ready.
    Device { key: u32, interest: Readiness },
}

impl SlowWait {
    /// Has the waker of `cx` called when the tick `ms` from the present one begins; `None` if the wait queue is full,
    /// which stops the loop.
    pub fn delay(shared: &Shared, ms: i32, cx: &Context<'_>) -> Option<Self> {
        Some(Self::Delay { key: shared.wake_after(ms, false, cx)? })
    }

    /// Has the waker of `cx` called when a device is ready.
    pub fn device(shared: &Shared, device: u32, interest: Readiness, cx: &Context<'_>) -> Self {
        Self::Device { key: shared.wake_when_ready(device, interest, cx), interest }
    }

    /// Whether what it waits for is there.
    pub fn is_over(&self, shared: &Shared) -> bool {
        match *self {
            Self::Delay { key } => shared.is_over(key),
            Self::Device { key, interest } => shared.has_become_ready(key, interest),
        }
    }

    /// Goes on waiting, with the waker of `cx` in place of the one before.
    pub fn go_on(&self, shared: &Shared, cx: &Context<'_>) {
        let (Self::Delay { key } | Self::Device { key, .. }) = *self;
        shared.rewake(key, cx);
        // A device is told of once: whoever was told and finds nothing has to ask again.
        if let Self::Device { key, interest } = *self {
            shared.ask_again(key, interest);
        }
    }

    /// Calls nobody any more.
    pub fn give_up(self, shared: &Shared) {
        match self {
            Self::Delay { key } => shared.forget_delay(key),
            Self::Device { key, .. } => shared.forget_device(key),
        }
    }
}

//! The original retriggerable delay (`aswitch.Delay_ms`, of the tutorial's drivers).
//!
//! Owns the deadline; each start makes a task, `killer#n`, that sleeps until it. Invariant: **later-only** — a sleeping
//! `killer` is never woken, so that a trigger can put the end off and never bring it forward.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};
use core::fmt;

use super::Launch;
use crate::error::{QueueFull, TaskError};
use crate::event_loop::EventLoop;
use crate::ticks;

/// A delay that can be triggered again, as the original has it.
///
/// It has the original's surprises: triggered for a shorter time it ends no sooner; triggered from its own callback it
/// forgets that; after a stop its task sleeps on. [`sync::DelayMs`](crate::sync::DelayMs) has none of them.
///
/// ```
/// use vpyb_core::asyn::{DelayMs, Launch};
/// use vpyb_core::{EventLoop, QueueFull};
///
/// fn light(ev: &EventLoop) -> Result<DelayMs, QueueFull> {
///     let light = DelayMs::new(ev, 1000).calling(Launch::function(|| { /* the light goes out */ }));
///     light.trigger(0)?; // For the usual second.
///     light.trigger(5000)?; // For five, after all.
///     Ok(light)
/// }
/// ```
#[derive(Clone)]
pub struct DelayMs {
    inner: Rc<Inner>,
}

struct Inner {
    event_loop: EventLoop,
    duration_ms: i32,
    /// The tick at which it ends; `None`: it does not run.
    end: Cell<Option<u32>>,
    launch: RefCell<Option<Box<Launch>>>,
}

impl DelayMs {
    /// A delay that does not run; triggered without a time it lasts `duration_ms`.
    pub fn new(event_loop: &EventLoop, duration_ms: i32) -> Self {
        let (end, launch) = (Cell::new(None), RefCell::new(None));
        Self { inner: Rc::new(Inner { event_loop: event_loop.clone(), duration_ms, end, launch }) }
    }

    /// Has something launched whenever it ends.
    pub fn calling(self, launch: Launch) -> Self {
        *self.inner.launch.borrow_mut() = Some(Box::new(launch));
        self
    }

    /// Starts it, or puts its end off, to `ms` milliseconds from now; 0 or less stands for the usual time.
    ///
    /// # Errors
    ///
    /// `QueueFull` if it does not run and the run queue has no place for its task; it does not run then.
    pub fn trigger(&self, ms: i32) -> Result<(), QueueFull> {
        let inner = &self.inner;
        let ms = if ms <= 0 { inner.duration_ms } else { ms };
        if inner.end.get().is_none() {
            inner.event_loop.create_task(killer(inner.clone()))?;
        }
        inner.end.set(Some(ticks::ticks_add(inner.event_loop.time(), ms)));
        Ok(())
    }

    /// Stops it: nothing is launched. Its task sleeps on to the end that it knows.
    pub fn stop(&self) {
        self.inner.end.set(None);
    }

    /// Whether it runs. Inside what it launches, it still does.
    pub fn running(&self) -> bool {
        self.inner.end.get().is_some()
    }
}

impl fmt::Debug for DelayMs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.running() { "DelayMs(running)" } else { "DelayMs(stopped)" })
    }
}

/// Sleeps until the end, and until the later one that it was put off to meanwhile.
async fn killer(delay: Rc<Inner>) -> Result<(), TaskError> {
    while let Some(end) = delay.end.get() {
        let left = ticks::ticks_diff(end, delay.event_loop.time());
        if left <= 0 {
            let launch = delay.launch.borrow_mut().take();
            if let Some(mut launch) = launch {
                launch.launch(&delay.event_loop)?;
                *delay.launch.borrow_mut() = Some(launch);
            }
            break;
        }
        delay.event_loop.sleep_ms(left).await?;
    }
    // Also what was triggered from the callback is forgotten.
    delay.end.set(None);
    Ok(())
}

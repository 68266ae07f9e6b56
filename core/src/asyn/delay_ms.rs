//! The original retriggerable delay (`aswitch.Delay_ms`); not in the tutorial, but in its library of buttons.
//!
//! Owns the deadline; each start makes a task, `killer#n`, that sleeps until it. Invariant: **later-only** — a sleeping
//! `killer` is never woken, so that a trigger can put the end off and never bring it forward.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{Cell, OnceCell, RefCell};
use core::fmt;

use super::Launch;
use crate::error::{QueueFull, TaskError};
use crate::event_loop::EventLoop;
use crate::label::Label;
use crate::observer::{ObjectKind, Use};
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
    /// What reports call it, if it has a name: of others nobody is told.
    label: OnceCell<Label>,
}

impl DelayMs {
    /// A delay that does not run; triggered without a time it lasts `duration_ms`.
    pub fn new(event_loop: &EventLoop, duration_ms: i32) -> Self {
        let (end, launch, label) = (Cell::new(None), RefCell::new(None), OnceCell::new());
        Self { inner: Rc::new(Inner { event_loop: event_loop.clone(), duration_ms, end, launch, label }) }
    }

    /// Names it in reports: its task then waits for it, and starts and stops are told. The first name stays.
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.inner.label.get_or_init(|| {
            let mut label = Label::new(ObjectKind::Delay);
            label.rename(name);
            label
        });
        self
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
        inner.tell(Use::Set);
        Ok(())
    }

    /// Stops it: nothing is launched. Its task sleeps on to the end that it knows.
    pub fn stop(&self) {
        self.inner.end.set(None);
        self.inner.tell(Use::Cleared);
    }

    /// Whether it runs. Inside what it launches, it still does.
    pub fn running(&self) -> bool {
        self.inner.end.get().is_some()
    }
}

impl Inner {
    fn tell(&self, how: Use) {
        if let Some(label) = self.label.get() {
            label.tell(&self.event_loop, how);
        }
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
                let launched = launch.launch(&delay.event_loop);
                // Whatever came of it: a run that goes on after an error can trigger it again.
                *delay.launch.borrow_mut() = Some(launch);
                delay.end.set(None);
                launched?;
            }
            break;
        }
        let _waiting = delay.label.get().map(|label| label.wait(&delay.event_loop));
        delay.event_loop.sleep_ms(left).await?;
    }
    // Also what was triggered from the callback is forgotten.
    delay.end.set(None);
    Ok(())
}

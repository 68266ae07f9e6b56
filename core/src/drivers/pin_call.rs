//! Callbacks at the edges of a pin, found by asking (tutorial section 6.4, `pin_cb.py`).
//!
//! Owns [`PinCall`]. It is no interrupt: an edge is seen where the loop asks its devices, and one that goes back before is
//! missed.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};

use embedded_hal::digital::InputPin;

use crate::error::{QueueFull, TaskError};
use crate::event_loop::{EventLoop, TaskHandle};
use crate::stream::{Pollable, Readiness, StreamRead, StreamReader};

/// What is called at an edge, with the new level: true is high.
type Call = Box<dyn FnMut(bool)>;

/// Calls back when a pin has changed.
///
/// The callback runs in a task's step. Under `FastIo` with an I/O queue the pin is looked at before every step, so that
/// the callback is late by one step at the most; else by a pass or two.
///
/// ```
/// use embedded_hal::digital::InputPin;
/// use vpyb_core::drivers::PinCall;
/// use vpyb_core::{EventLoop, QueueFull};
///
/// fn watch(ev: &EventLoop, door: impl InputPin + 'static) -> Result<(), QueueFull> {
///     PinCall::new("door", door).calling(ev, |open| if open { /* light the lamp */ })?;
///     Ok(())
/// }
/// ```
pub struct PinCall<P> {
    name: Cow<'static, str>,
    pin: RefCell<P>,
    level: Cell<bool>,
    call: RefCell<Option<Call>>,
}

impl<P: InputPin + 'static> PinCall<P> {
    /// A pin to be watched, under a name for reports. A pin that cannot be read counts as low.
    pub fn new(name: impl Into<Cow<'static, str>>, mut pin: P) -> Self {
        let level = Cell::new(pin.is_high().unwrap_or(false));
        Self { name: name.into(), pin: RefCell::new(pin), level, call: RefCell::default() }
    }

    /// Makes the task `run#n` that calls back at each change, as long as it is not cancelled. The callback must not
    /// ask for the pin's own stream.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the run queue has no place for the task.
    pub fn calling(
        self,
        event_loop: &EventLoop,
        call: impl FnMut(bool) + 'static,
    ) -> Result<TaskHandle, QueueFull> {
        *self.call.borrow_mut() = Some(Box::new(call));
        event_loop.create_task(run(StreamReader::new(event_loop, Rc::new(self))))
    }
}

async fn run<P: InputPin + 'static>(reader: StreamReader<PinCall<P>>) -> Result<(), TaskError> {
    let mut byte = [0];
    loop {
        reader.readinto(&mut byte).await?;
    }
}

impl<P: InputPin> Pollable for PinCall<P> {
    fn name(&self) -> &str {
        &self.name
    }

    /// Asked with the read bit, it takes note of the change: who asks consumes the edge.
    fn poll(&self, interest: Readiness) -> Readiness {
        if interest.and(Readiness::READ).is_empty() {
            return Readiness::NONE;
        }
        let level = self.pin.borrow_mut().is_high().unwrap_or(false);
        if self.level.replace(level) == level { Readiness::NONE } else { Readiness::READ }
    }
}

impl<P: InputPin> StreamRead for PinCall<P> {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        let call = self.call.borrow_mut().take();
        if let Some(mut call) = call {
            call(self.level.get());
            *self.call.borrow_mut() = Some(call);
        }
        let first = buf.first_mut()?;
        *first = b'\n';
        Some(1)
    }
}

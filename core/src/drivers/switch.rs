//! A switch whose contact bounces (tutorial section 3, `aswitch.Switch`).
//!
//! Owns the sampling: a change acts at once, and what comes within the debounce time after it does not count. Pulses that
//! begin and end between two samples are missed, as in the original.

use alloc::rc::Rc;
use core::cell::{Cell, RefCell};

use embedded_hal::digital::InputPin;

use crate::asyn::Launch;
use crate::error::{QueueFull, TaskError};
use crate::event_loop::EventLoop;

/// Between two samples.
const DEBOUNCE_MS: i32 = 50;

/// A contact between a pin and ground; the pin has a pull-up. Its task is `switch#n`.
///
/// A pin that cannot be read counts as unchanged.
///
/// ```
/// use embedded_hal::digital::InputPin;
/// use vpyb_core::asyn::Launch;
/// use vpyb_core::drivers::Switch;
/// use vpyb_core::{EventLoop, QueueFull};
///
/// fn bell(ev: &EventLoop, pin: impl InputPin + 'static) -> Result<(), QueueFull> {
///     let switch = Switch::new(ev, pin)?;
///     switch.on_close(Launch::function(|| { /* ring */ }));
///     Ok(())
/// }
/// ```
pub struct Switch<P> {
    event_loop: EventLoop,
    pin: RefCell<P>,
    closed: Cell<bool>,
    on_close: RefCell<Option<Launch>>,
    on_open: RefCell<Option<Launch>>,
}

impl<P: InputPin + 'static> Switch<P> {
    /// Takes the pin, as it is now.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the run queue has no place for the task.
    pub fn new(event_loop: &EventLoop, mut pin: P) -> Result<Rc<Self>, QueueFull> {
        let closed = Cell::new(pin.is_low().unwrap_or(false));
        let switch = Rc::new(Self {
            event_loop: event_loop.clone(),
            pin: RefCell::new(pin),
            closed,
            on_close: RefCell::default(),
            on_open: RefCell::default(),
        });
        event_loop.create_task(switch_task(switch.clone()))?;
        Ok(switch)
    }

    /// What is launched when it closes, in place of an earlier one.
    pub fn on_close(&self, launch: Launch) {
        *self.on_close.borrow_mut() = Some(launch);
    }

    /// What is launched when it opens, in place of an earlier one.
    pub fn on_open(&self, launch: Launch) {
        *self.on_open.borrow_mut() = Some(launch);
    }

    /// Whether it is closed, debounced.
    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    fn sample(&self) -> Result<(), TaskError> {
        let closed = self.pin.borrow_mut().is_low().unwrap_or(self.closed.get());
        if closed == self.closed.replace(closed) {
            return Ok(());
        }
        launch(if closed { &self.on_close } else { &self.on_open }, &self.event_loop)
    }
}

/// Launches what is there. It may be replaced by what it launches.
pub(super) fn launch(place: &RefCell<Option<Launch>>, event_loop: &EventLoop) -> Result<(), TaskError> {
    let Some(mut launched) = place.borrow_mut().take() else { return Ok(()) };
    let result = launched.launch(event_loop);
    place.borrow_mut().get_or_insert(launched);
    result
}

async fn switch_task<P: InputPin + 'static>(switch: Rc<Switch<P>>) -> Result<(), TaskError> {
    loop {
        switch.sample()?;
        switch.event_loop.sleep_ms(DEBOUNCE_MS).await?;
    }
}

//! An LED that flashes by itself (tutorial section 8.3, `LED_async`).
//!
//! Owns the rate and the task that toggles.

use alloc::rc::Rc;
use core::cell::{Cell, RefCell};

use embedded_hal::digital::StatefulOutputPin;

use crate::error::{QueueFull, TaskError};
use crate::event_loop::EventLoop;

/// How often a task that does not flash looks whether it should.
const IDLE_MS: i32 = 200;

/// An LED with a task of its own, `led#n`. At first it does not flash.
///
/// A pin that cannot be set is left as it is: an LED has nobody to tell.
pub struct Led<P> {
    pin: RefCell<P>,
    rate: Cell<f64>,
}

impl<P: StatefulOutputPin + 'static> Led<P> {
    /// Takes a pin that is high when the LED is lit.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the run queue has no place for the task.
    pub fn new(event_loop: &EventLoop, pin: P) -> Result<Rc<Self>, QueueFull> {
        let led = Rc::new(Self { pin: RefCell::new(pin), rate: Cell::new(0.0) });
        event_loop.create_task(led_task(event_loop.clone(), led.clone()))?;
        Ok(led)
    }

    /// Flashes so many times a second. The new rate counts when the task looks again: after half a period of the former
    /// one, or within 200 ms.
    pub fn flash(&self, rate: f64) {
        self.rate.set(rate);
    }

    /// Lights it, and keeps it lit.
    pub fn on(&self) {
        let _ = self.pin.borrow_mut().set_high();
        self.rate.set(0.0);
    }

    /// Darkens it, and keeps it dark.
    pub fn off(&self) {
        let _ = self.pin.borrow_mut().set_low();
        self.rate.set(0.0);
    }
}

async fn led_task<P: StatefulOutputPin>(event_loop: EventLoop, led: Rc<Led<P>>) -> Result<(), TaskError> {
    loop {
        let rate = led.rate.get();
        if rate <= 0.0 {
            event_loop.sleep_ms(IDLE_MS).await?;
        } else {
            let _ = led.pin.borrow_mut().toggle();
            event_loop.sleep_ms((500.0 / rate) as i32).await?;
        }
    }
}

//! A push-button that knows double clicks and long presses (tutorial section 3, `aswitch.Pushbutton`).
//!
//! Owns the order of what a press, a release, and the ends of the two times do. The contact is sampled as that of a
//! [`Switch`](super::Switch); the times are [`DelayMs`]es.

use alloc::rc::{Rc, Weak};
use core::cell::{Cell, OnceCell, RefCell};

use embedded_hal::digital::InputPin;

use super::switch::launch;
use crate::asyn::Launch;
use crate::error::{QueueFull, TaskError};
use crate::event_loop::EventLoop;
use crate::sync::DelayMs;

/// Between two samples, to a long press, and to the end of a double click.
const DEBOUNCE_MS: i32 = 50;
const LONG_PRESS_MS: u32 = 1000;
const DOUBLE_CLICK_MS: u32 = 400;

/// What is launched when.
type Place = RefCell<Option<Launch>>;

/// A button of either polarity: it must be released when it is made. Its task is `pushbutton#n`.
///
/// A pin that cannot be read counts as unchanged. Where the original fails with an `AttributeError`, something else happens:
/// what is set after the first step is heeded, too; and without a function for releases nothing is launched where a
/// suppressed one would be.
pub struct Pushbutton<P> {
    event_loop: EventLoop,
    pin: RefCell<P>,
    /// A release waits until it is known to be no part of a double click or of a long press.
    suppress: bool,
    released_high: bool,
    pressed: Cell<bool>,
    /// A second press would make a double click.
    double_may_follow: Cell<bool>,
    /// The present press was the second of a double click.
    double_ran: Cell<bool>,
    double: OnceCell<Rc<DelayMs>>,
    long: OnceCell<Rc<DelayMs>>,
    on_press: Place,
    on_release: Place,
    on_double: Place,
    on_long: Place,
}

impl<P: InputPin + 'static> Pushbutton<P> {
    /// Takes the pin of a button that is released. With `suppress` the release is launched only if the press was no part
    /// of a double click and not long.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the run queue has no place for the task.
    pub fn new(event_loop: &EventLoop, mut pin: P, suppress: bool) -> Result<Rc<Self>, QueueFull> {
        let released_high = pin.is_high().unwrap_or(true);
        let button = Rc::new(Self {
            event_loop: event_loop.clone(),
            pin: RefCell::new(pin),
            suppress,
            released_high,
            pressed: Cell::new(false),
            double_may_follow: Cell::new(false),
            double_ran: Cell::new(false),
            double: OnceCell::new(),
            long: OnceCell::new(),
            on_press: Place::default(),
            on_release: Place::default(),
            on_double: Place::default(),
            on_long: Place::default(),
        });
        event_loop.create_task(pushbutton(button.clone()))?;
        Ok(button)
    }

    /// What is launched at a press.
    pub fn on_press(&self, launch: Launch) {
        *self.on_press.borrow_mut() = Some(launch);
    }

    /// What is launched at a release.
    pub fn on_release(&self, launch: Launch) {
        *self.on_release.borrow_mut() = Some(launch);
    }

    /// What is launched when a second press follows within 400 ms of the first.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the run queue has no place for the task that waits for the end of that time.
    pub fn on_double(self: &Rc<Self>, launch: Launch) -> Result<(), QueueFull> {
        *self.on_double.borrow_mut() = Some(launch);
        self.timer(&self.double, Self::double_is_over)
    }

    /// What is launched when it has been pressed for a second.
    ///
    /// # Errors
    ///
    /// As for [`on_double`](Self::on_double).
    pub fn on_long(self: &Rc<Self>, launch: Launch) -> Result<(), QueueFull> {
        *self.on_long.borrow_mut() = Some(launch);
        self.timer(&self.long, |button| self::launch(&button.on_long, &button.event_loop))
    }

    fn timer(
        self: &Rc<Self>,
        place: &OnceCell<Rc<DelayMs>>,
        over: impl Fn(&Self) -> Result<(), TaskError> + 'static,
    ) -> Result<(), QueueFull> {
        if place.get().is_none() {
            let button: Weak<Self> = Rc::downgrade(self);
            let call = move || button.upgrade().map_or(Ok(()), |button| over(&button));
            let _ = place.set(DelayMs::calling(&self.event_loop, call)?);
        }
        Ok(())
    }

    /// Whether it is pressed, debounced.
    pub fn is_pressed(&self) -> bool {
        self.pressed.get()
    }

    fn sample(&self) -> Result<(), TaskError> {
        let high = self.pin.borrow_mut().is_high();
        let pressed = high.map_or(self.pressed.get(), |high| high != self.released_high);
        match (self.pressed.replace(pressed), pressed) {
            (false, true) => self.press(),
            (true, false) => self.release(),
            _ => Ok(()),
        }
    }

    fn press(&self) -> Result<(), TaskError> {
        launch(&self.on_press, &self.event_loop)?;
        if let Some(long) = self.long.get() {
            long.trigger(LONG_PRESS_MS);
        }
        let Some(double) = self.double.get() else { return Ok(()) };
        if double.running() {
            double.stop();
            self.double_may_follow.set(false);
            self.double_ran.set(true);
            return launch(&self.on_double, &self.event_loop);
        }
        double.trigger(DOUBLE_CLICK_MS);
        self.double_may_follow.set(true);
        Ok(())
    }

    fn release(&self) -> Result<(), TaskError> {
        let double = self.double_may_follow.get() || self.double_ran.get();
        let long = self.long.get().is_some_and(|long| !long.running());
        let launched = if self.suppress && (double || long) {
            Ok(())
        } else {
            launch(&self.on_release, &self.event_loop)
        };
        if let Some(long) = self.long.get() {
            long.stop();
        }
        self.double_ran.set(false);
        launched
    }

    /// No second press came in time. A release that was suppressed for it is launched, unless the press was long.
    fn double_is_over(&self) -> Result<(), TaskError> {
        self.double_may_follow.set(false);
        let long = self.long.get().is_some_and(|long| long.running());
        if self.suppress && !self.pressed.get() && !long {
            return launch(&self.on_release, &self.event_loop);
        }
        Ok(())
    }
}

async fn pushbutton<P: InputPin + 'static>(button: Rc<Pushbutton<P>>) -> Result<(), TaskError> {
    loop {
        button.sample()?;
        button.event_loop.sleep_ms(DEBOUNCE_MS).await?;
    }
}

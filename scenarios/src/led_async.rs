//! A class for an LED that flashes in the background, and a switch that ends the program (tutorial section 8.3).
//!
//! # Wiring
//!
//! LED1 to LED3 of the board, and its USR switch, which pulls X17 low.
//!
//! # What you should see
//!
//! All three LEDs light at once and then toggle each 714, 526 and 416 ms (0.7, 0.95 and 1.2 flashes a second). The
//! program ends within 100 ms after the switch is pressed.
//!
//! # How it works
//!
//! `flash` returns at once: it only says what the task of the LED is to do when it is next its turn.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use embedded_hal::digital::{InputPin, StatefulOutputPin};
use vpyb_core::{ArgSpec, Args, Board, Config, PinMode, Pull, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "run"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or something on the board does not answer.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let mut leds = Vec::new();
    for name in ["LED1", "LED2", "LED3"] {
        leds.push(LedAsync::new(main.env(), name)?);
    }
    for (led, rate) in leds.iter().zip([0.7, 0.95, 1.2]) {
        led.flash(rate);
    }
    Ok(main.run(killer(main.env())).await?)
}

/// An LED that flashes if it is told to.
struct LedAsync<B: Board> {
    led: RefCell<B::Led>,
    /// Flashes a second; 0 if it does not flash.
    rate: Cell<f64>,
}

impl<B: Board> LedAsync<B> {
    fn new(env: Env<B>, name: &str) -> Result<Rc<Self>, TaskError> {
        let led = Rc::new(Self { led: RefCell::new(env.board.led(name)?), rate: Cell::new(0.0) });
        env.ev.clone().create_task(run(env, led.clone()))?;
        Ok(led)
    }

    fn flash(&self, rate: f64) {
        self.rate.set(rate);
    }
}

async fn run<B: Board>(env: Env<B>, led: Rc<LedAsync<B>>) -> Ended {
    loop {
        if led.rate.get() <= 0.0 {
            env.ev.sleep_ms(200).await?;
        } else {
            led.led.borrow_mut().toggle().map_err(|_| TaskError::failed("an LED does not answer"))?;
            env.ev.sleep_ms((500.0 / led.rate.get()) as i32).await?;
        }
    }
}

async fn killer<B: Board>(env: Env<B>) -> Ended {
    let mut switch = env.board.pin("X17", PinMode::Input(Pull::Up))?;
    while switch.is_high().map_err(|_| TaskError::failed("the switch does not answer"))? {
        env.ev.sleep_ms(100).await?;
    }
    Ok(())
}

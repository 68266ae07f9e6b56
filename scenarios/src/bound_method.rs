//! Tasks that are methods of an object, and the values that they return (tutorial section 2.2.3).
//!
//! # Wiring
//!
//! LED1 and LED2 of the board.
//!
//! # What you should see
//!
//! LED1 toggles every 100 ms and LED2 every 250 ms. After one second `10 toggles` and `4 toggles`: what each method
//! returned to the task that awaited it.
//!
//! # How it works
//!
//! A method is made a task as a function is; the object goes with it. A task has no value of its own, so that what
//! wants a method's value awaits it.

use alloc::rc::Rc;
use core::cell::RefCell;

use embedded_hal::digital::StatefulOutputPin;
use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "report"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    for (led, period_ms) in [("LED1", 100), ("LED2", 250)] {
        let blinker = Rc::new(Blinker::new(main.env(), led, period_ms)?);
        main.ev.create_task(report(main.env(), blinker))?;
    }
    Ok(main.run_for_ms(1100).await?)
}

/// An LED that toggles.
struct Blinker<B: Board> {
    env: Env<B>,
    led: RefCell<B::Led>,
    period_ms: i32,
}

impl<B: Board> Blinker<B> {
    fn new(env: Env<B>, led: &str, period_ms: i32) -> Result<Self, TaskError> {
        let led = RefCell::new(env.board.led(led)?);
        Ok(Self { env, led, period_ms })
    }

    /// Toggles for a second; gives how often.
    async fn blink(&self) -> Result<u32, TaskError> {
        let mut count = 0;
        for _ in 0..1000 / self.period_ms {
            self.env.ev.sleep_ms(self.period_ms).await?;
            self.led.borrow_mut().toggle().map_err(|_| TaskError::failed("an LED does not answer"))?;
            count += 1;
        }
        Ok(count)
    }
}

async fn report<B: Board>(env: Env<B>, blinker: Rc<Blinker<B>>) -> Ended {
    let count = blinker.blink().await?;
    say!(env, "{count} toggles");
    Ok(())
}

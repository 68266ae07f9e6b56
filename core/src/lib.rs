//! The executor core of the virtual Pyboard: everything that runs on the chip.
//!
//! An author of asynchronous firmware writes a program against [`Top`], [`EventLoop`] and the trait
//! [`Board`]. The same program, on the same loop, runs on an STM32F405 and on a simulated board whose
//! time is virtual. The system is that of the uasyncio tutorial for MicroPython hardware interfaces; the
//! event loop keeps its verbs.
//!
//! The loop never waits: whoever owns a [`Firmware`] calls [`Firmware::step`], charges what the step cost,
//! lets time pass when it says [`Step::Idle`], and so owns time. There are no statics and no
//! thread-locals: several boards live in one process.
//!
//! Interrupts of a task (cancellation and time-out) are errors at its innermost await: every await
//! returns `Result<_, Interrupt>`, `?` propagates, `match` traps, and what follows may clean up with
//! awaits of its own.
//!
//! ```
//! use vpyb_core::{Board, EventLoop, TaskError};
//!
//! async fn blink<B: Board>(ev: EventLoop, board: B) -> Result<(), TaskError> {
//!     use embedded_hal::digital::StatefulOutputPin;
//!     let mut led = board.led("LED1")?;
//!     loop {
//!         led.toggle().ok();
//!         ev.sleep_ms(500).await?;
//!     }
//! }
//! ```
//!
//! # Where to look
//!
//! | for | see |
//! |---|---|
//! | a program's top level | [`Top`], [`Config`], [`Args`], [`Board`] |
//! | tasks, callbacks, pauses, time-outs, cancellation | [`EventLoop`], [`TaskHandle`], [`Interrupt`], [`TaskError`] |
//! | reading and writing devices | [`StreamReader`], [`StreamWriter`]; for drivers, [`stream`] |
//! | pins, and handlers of their edges | [`Gpio`], [`Irq`] |
//! | what tasks share, as in the tutorial | [`official`], [`asyn`] |
//! | what tasks share, with waiters that are woken | [`sync`] |
//! | bringing the core to a board | [`Firmware`], [`Step`], [`clock::Clock`], [`Board`], [`observer::Observer`] |
//!
//! A future that is made and not awaited does nothing; the tutorial calls it a common error (section 7.5). The
//! compiler tells:
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//!
//! async fn task(ev: vpyb_core::EventLoop) {
//!     ev.sleep_ms(100);
//! }
//! ```
//!
//! ```
//! #![deny(unused_must_use)]
//!
//! async fn task(ev: vpyb_core::EventLoop) -> Result<(), vpyb_core::Interrupt> {
//!     ev.sleep_ms(100).await
//! }
//! ```
#![no_std]
#![warn(missing_docs)]

extern crate alloc;

mod args;
pub mod asyn;
mod board;
pub mod classes;
pub mod clock;
pub mod drivers;
mod error;
mod event_loop;
mod interruptible;
mod label;
mod leaf;
pub mod observer;
pub mod official;
mod pin;
mod sleep;
pub mod stream;
pub mod sync;
pub mod ticks;
pub mod time;

pub use args::{ArgDefault, ArgError, ArgSpec, ArgValue, Args};
pub use board::{Board, BoardError, Uart, UartConfig, UartError};
pub use error::{CancelError, Interrupt, Queue, QueueFull, RunError, TaskError};
pub use event_loop::{
    Config, Discipline, EventLoop, ExceptionHandler, Firmware, Join, Outcome, Overrides, RunForever,
    RunUntilComplete, Setup, Started, Step, TaskHandle, TaskName, Top,
};
pub use pin::{Edge, Gpio, Irq, IrqObserver, PinMode, Pull};
pub use sleep::Sleep;
pub use stream::{StreamReader, StreamWriter};

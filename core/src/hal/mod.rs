//! The event loop and its devices behind the traits of `embedded-hal-async` and `embedded-io-async`.
//!
//! Owns the adapters that any board can use, so that drivers of others run on it. Knows no board.
//! It is not in the tutorial.
//!
//! | trait | blocking, from the board | async, on the event loop |
//! |---|---|---|
//! | `InputPin`, `OutputPin`, `StatefulOutputPin` | [`Board::pin`](crate::Board::pin), [`Board::led`](crate::Board::led) | |
//! | `digital::Wait` | | [`EdgeWait`], on a pin's interrupt |
//! | `DelayNs` | [`BoardDelay`](crate::BoardDelay) | [`LoopDelay`] |
//! | `I2c` | [`Board::i2c`](crate::Board::i2c) | the same |
//! | `embedded-io`'s `Read`, `Write`, `ReadReady`, `WriteReady` | [`Board::uart`](crate::Board::uart) | [`AsyncIo`] |
//!
//! What a HAL has and this board does not is said by an error that names it: [`Board::spi`](crate::Board::spi),
//! [`Board::adc`](crate::Board::adc) and [`Board::pwm`](crate::Board::pwm) give [`Missing`].
//!
//! # Interrupts of a task
//!
//! A driver of another crate knows no [`Interrupt`](crate::Interrupt), and its traits have no place for one. So the
//! futures here leave it alone: await the driver through [`EventLoop::interruptible`](crate::EventLoop::interruptible),
//! and cancellation and time-out arrive at once, under every discipline. Without it the interrupt stays for the
//! task's next await of the core.
//!
//! ```
//! use embedded_hal_async::digital::Wait;
//! use vpyb_core::hal::EdgeWait;
//! use vpyb_core::{Board, EventLoop, PinMode, Pull, TaskError};
//!
//! async fn doorbell<B: Board>(ev: EventLoop, board: B) -> Result<(), TaskError> {
//!     let mut bell = EdgeWait::new(board.pin("X3", PinMode::Input(Pull::Up))?)?;
//!     loop {
//!         // A pin of a board cannot fail.
//!         let _ = ev.interruptible(bell.wait_for_falling_edge()).await?;
//!         board.println(format_args!("somebody is at the door"));
//!     }
//! }
//! ```

mod async_io;
mod edge_wait;
mod loop_delay;
mod missing;

pub use async_io::AsyncIo;
pub use edge_wait::EdgeWait;
pub use loop_delay::LoopDelay;
pub use missing::Missing;

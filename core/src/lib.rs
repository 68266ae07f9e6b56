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
//! # How it schedules
//!
//! A *task* is a future that the loop holds. It runs until it awaits something of the loop; that is one *step*. The loop
//! then acts on what it awaits, and the next one has its turn. Nobody is interrupted in the middle of a step: a step that
//! lasts long makes everybody wait.
//!
//! ```text
//!  create_task ──▶ Ready ───── its turn ─────▶ Running ──── ends ────▶ Finished
//!                    ▲  run queue,               │  │                  (join tells who awaits it)
//!                    │  first in first out       │  └─ yield_now, sleep(0) ─▶ Ready, at the end
//!                    │                           │
//!                    ├── tick is due ── Sleeping ◀── sleep, wait queue by due tick
//!                    ├── device ready ─ Waiting ◀─── a stream's read or write
//!                    ├── waker called ─ Waker ◀───── a primitive of `sync`, a foreign future
//!                    └── requeue ────── Parked ◀──── park, an official lock that is held
//! ```
//!
//! One *pass* of the loop is: move what is due from the wait queue to the run queue; run each entry that is in the run
//! queue now, once; ask the devices, and wait if nothing is ready. So a task that only takes turns runs once a pass, a
//! sleep can be late by everybody else's steps, and a device by two passes (tutorial section 6.1). That is
//! [`Discipline::UasyncioV2`]. [`Discipline::FastIo`] asks devices before every step if it has an I/O queue, and lets tasks
//! wait at low priority; [`Discipline::Asyncio3`] has no passes but one queue ordered by time.
//!
//! [`EventLoop::cancel`] and a [`wait_for`](EventLoop::wait_for) that runs out raise an [`Interrupt`] at the await where the
//! task is. When it arrives differs: under `UasyncioV2` a sleeper gets it when its sleep is over, under the others at once.
//!
//! # Where to look
//!
//! | for | see |
//! |---|---|
//! | a program's top level | [`Top`], [`Config`], [`Args`], [`Board`] |
//! | tasks, callbacks, pauses, time-outs, cancellation | [`EventLoop`], [`TaskHandle`], [`Interrupt`], [`TaskError`] |
//! | reading and writing devices | [`StreamReader`], [`StreamWriter`]; for drivers, [`stream`] |
//! | drivers of the tutorial's devices | [`drivers`] |
//! | types of one's own that are awaited, iterated, entered and left | [`classes`] |
//! | pins, and handlers of their edges | [`Gpio`], [`Irq`] |
//! | stream sockets | [`net`] |
//! | drivers of other crates, on their traits | [`hal`] |
//! | what tasks share, as in the tutorial | [`official`], [`asyn`] |
//! | what tasks share, with waiters that are woken | [`sync`] |
//! | bringing the core to a board | [`Firmware`], [`Step`], [`clock::Clock`], [`Board`], [`observer::Observer`] |
//!
//! A future that is made and not awaited does nothing; the tutorial calls it a common error (section 7.5). The compiler
//! tells, and where it was silenced the [observer](observer::Event::Unawaited) hears of it. A pause:
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//!
//! async fn task(ev: vpyb_core::EventLoop) -> Result<(), vpyb_core::Interrupt> {
//!     ev.sleep_ms(100);
//!     Ok(())
//! }
//! ```
//!
//! ```
//! #![deny(unused_must_use)]
//!
//! async fn task(ev: vpyb_core::EventLoop) -> Result<(), vpyb_core::Interrupt> {
//!     ev.sleep_ms(100).await?;
//!     Ok(())
//! }
//! ```
//!
//! A lock that is thought to be taken:
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//!
//! async fn task(lock: vpyb_core::official::Lock) -> Result<(), vpyb_core::TaskError> {
//!     lock.acquire();
//!     Ok(lock.release()?)
//! }
//! ```
//!
//! ```
//! #![deny(unused_must_use)]
//!
//! async fn task(lock: vpyb_core::official::Lock) -> Result<(), vpyb_core::TaskError> {
//!     lock.acquire().await?;
//!     Ok(lock.release()?)
//! }
//! ```
//!
//! A cancellation, as in the original's own demonstration of it, which cancels nobody:
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//!
//! async fn task(tasks: vpyb_core::asyn::Cancellables) -> Result<(), vpyb_core::asyn::Error> {
//!     tasks.cancel_all(1, false);
//!     Ok(())
//! }
//! ```
//!
//! ```
//! #![deny(unused_must_use)]
//!
//! async fn task(tasks: vpyb_core::asyn::Cancellables) -> Result<(), vpyb_core::asyn::Error> {
//!     tasks.cancel_all(1, false).await?;
//!     Ok(())
//! }
//! ```
//!
//! A task that is not made:
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//! # use vpyb_core::{TaskError, asyn::Cancellables};
//!
//! async fn work() -> Result<(), TaskError> {
//!     Ok(())
//! }
//!
//! fn start(tasks: Cancellables) -> Result<(), TaskError> {
//!     tasks.cancellable(1, work());
//!     Ok(())
//! }
//! ```
//!
//! ```
//! #![deny(unused_must_use)]
//! # use vpyb_core::{TaskError, asyn::Cancellables};
//!
//! async fn work() -> Result<(), TaskError> {
//!     Ok(())
//! }
//!
//! fn start(tasks: Cancellables) -> Result<(), TaskError> {
//!     tasks.cancellable(1, work()).create_task()?;
//!     Ok(())
//! }
//! ```
//!
//! A run of the loop:
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//!
//! async fn program<B>(top: vpyb_core::Top<B>) -> Result<(), vpyb_core::RunError> {
//!     top.run_until_complete(async { Ok(()) });
//!     Ok(())
//! }
//! ```
//!
//! ```
//! #![deny(unused_must_use)]
//!
//! async fn program<B>(top: vpyb_core::Top<B>) -> Result<(), vpyb_core::RunError> {
//!     top.run_until_complete(async { Ok(()) }).await?;
//!     Ok(())
//! }
//! ```
//!
//! And the tutorial's own: a function is given where what it makes is meant. Here the types are not the same:
//!
//! ```compile_fail,E0277
//! # use vpyb_core::{EventLoop, QueueFull, TaskError};
//! async fn work() -> Result<(), TaskError> {
//!     Ok(())
//! }
//!
//! fn start(ev: EventLoop) -> Result<(), QueueFull> {
//!     ev.create_task(work).map(drop)
//! }
//! ```
//!
//! ```
//! # use vpyb_core::{EventLoop, QueueFull, TaskError};
//! async fn work() -> Result<(), TaskError> {
//!     Ok(())
//! }
//!
//! fn start(ev: EventLoop) -> Result<(), QueueFull> {
//!     ev.create_task(work()).map(drop)
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
mod delay;
pub mod drivers;
mod error;
mod event_loop;
pub mod hal;
pub mod i2c;
mod interruptible;
mod label;
mod leaf;
pub mod net;
pub mod observer;
pub mod official;
mod pin;
mod sleep;
mod slow_wait;
pub mod stream;
pub mod sync;
pub mod ticks;
pub mod time;
mod uart;
mod unawaited;

pub use args::{ArgDefault, ArgError, ArgSpec, ArgValue, Args};
pub use board::{Board, BoardError};
pub use delay::BoardDelay;
pub use error::{CancelError, Failure, Interrupt, Queue, QueueFull, RunError, TaskError};
#[cfg(feature = "observer")]
pub use event_loop::Contents;
pub use event_loop::{
    Config, Discipline, EventLoop, ExceptionHandler, Firmware, Join, Outcome, Overrides, RunForever,
    RunUntilComplete, Setup, Started, Step, TaskHandle, TaskName, Top, WakeMark,
};
pub use i2c::{I2c, I2cConfig, I2cError};
pub use pin::{Edge, Gpio, Irq, IrqObserver, PinMode, Pull};
pub use sleep::Sleep;
pub use stream::{StreamReader, StreamWriter};
pub use uart::{Parity, Uart, UartConfig, UartError, UartFlow, UartFrame};

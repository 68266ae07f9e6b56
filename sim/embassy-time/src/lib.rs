//! `embassy-time` on the virtual Pyboard's clock, so that async drivers of others that use its timers run.
//!
//! Owns the time driver that the linker finds, and which board it speaks for. It knows neither tasks nor event loops: an
//! alarm is an interrupt of the board's, whose handler calls a waker.
//!
//! The interface of `embassy-time` is a global: its functions take no handle. This crate is the one place of the project
//! where something ambient is allowed, and it is set only during a step: whoever runs a program sets the board before each
//! step and takes it away after it. So several runs can be under way on one thread, each with its own time.
//!
//! ```
//! use vpyb_sim::program;
//! use vpyb_sim::runner::Program;
//!
//! mod blink {
//!     use vpyb_core::{ArgSpec, Args, Board, Config, TaskError, Top};
//!
//!     pub const ARGS: &[ArgSpec] = &[];
//!     pub const TASKS: &[&str] = &[];
//!
//!     pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
//!         let event_loop = top.event_loop(Config::default());
//!         top.run_until_complete(async move {
//!             // A driver may do this; a task of one's own sleeps with `event_loop.sleep_ms`.
//!             event_loop.interruptible(embassy_time::Timer::after_micros(1500)).await?;
//!             Ok(())
//!         })
//!         .await?;
//!         Ok(())
//!     }
//! }
//!
//! /// To be handed to `vpyb_cli::main`, or to `vpyb_sim::runner::run`.
//! const PROGRAMS: &[Program] = &[program!(blink).within(vpyb_embassy_time::around)];
//! # fn main() { assert_eq!(PROGRAMS[0].name, "blink") }
//! ```
//!
//! A tick of `embassy-time` is a microsecond unless a feature of it says otherwise; an alarm is exact, and the task runs
//! when its turn comes.
#![warn(missing_docs)]

use std::cell::RefCell;
use std::task::Waker;

use embassy_time_driver::{Driver, TICK_HZ, time_driver_impl};
use vpyb_core::time::Instant;
use vpyb_sim::board::VirtualBoard;

const NANOSECONDS: u128 = 1_000_000_000;

thread_local! {
    /// The board whose step is under way on this thread.
    static PRESENT: RefCell<Option<VirtualBoard>> = const { RefCell::new(None) };
}

/// Takes a step of a program with this board's clock as that of `embassy-time`; to be given to
/// [`Program::within`](vpyb_sim::runner::Program::within).
pub fn around(board: &VirtualBoard, step: &mut dyn FnMut()) {
    /// Puts back what was before, also if the step is unwound.
    struct Before(Option<VirtualBoard>);

    impl Drop for Before {
        fn drop(&mut self) {
            PRESENT.replace(self.0.take());
        }
    }

    let _before = Before(PRESENT.replace(Some(board.clone())));
    step();
}

struct VirtualTime;

/// The board of the step under way.
///
/// # Panics
///
/// Outside a step. Zero would be a lie, and time that goes back.
fn present() -> VirtualBoard {
    let board = PRESENT.with_borrow(Clone::clone);
    board.expect(
        "embassy-time was asked for the time outside a step; run the program `within(vpyb_embassy_time::around)`",
    )
}

impl Driver for VirtualTime {
    fn now(&self) -> u64 {
        let nanoseconds = u128::from(present().now().as_nanos());
        (nanoseconds * u128::from(TICK_HZ) / NANOSECONDS) as u64
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        // The first nanosecond at which `now` shows this tick.
        let nanoseconds = (u128::from(at) * NANOSECONDS).div_ceil(u128::from(TICK_HZ));
        // What lies beyond the end of the clock never comes.
        let at = Instant::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        present().wake_at(at, waker);
    }
}

time_driver_impl!(static DRIVER: VirtualTime = VirtualTime);

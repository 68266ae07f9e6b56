//! The same without an event loop: everything in one loop that looks at the clock (tutorial section 8.1).
//!
//! # Wiring
//!
//! LED1 and LED2 of the board; somebody may send on X4, the RX of UART 2.
//!
//! # What you should see
//!
//! LED1 toggles every 300 ms and LED2 every 700 ms, and each character that arrives is printed: for five seconds.
//!
//! # How it works
//!
//! One loop asks for each thing in turn: is it time, is there a character. All logic is in one place, and whatever
//! takes long in one branch is late in all others. There is no task and no pause: the CPU is always busy.

use embedded_hal::digital::StatefulOutputPin;
use vpyb_core::stream::StreamRead;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, TaskError, Top, Uart, UartConfig, ticks};

use crate::text::Bytes;

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec {
        name: "busy_us",
        default: ArgDefault::Int(0),
        help: "how long it takes to deal with a character",
    },
    ArgSpec { name: "seconds", default: ArgDefault::Int(5), help: "how long the program runs" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &[];

/// The firmware's top level.
///
/// # Errors
///
/// If something on the board does not answer.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let board = top.board();
    let busy_us = u32::try_from(args.int("busy_us")).unwrap_or(0);
    let uart = board.uart("uart2", UartConfig::baud(9600))?;
    let mut blinkers = [Blinker::new(board, "LED1", 300)?, Blinker::new(board, "LED2", 700)?];
    let begin = board.ticks_us();
    while i64::from(ticks::ticks_diff(board.ticks_us(), begin))
        < args.int("seconds").saturating_mul(1_000_000)
    {
        for blinker in &mut blinkers {
            blinker.look(board.ticks_us())?;
        }
        if uart.any() > 0 {
            let mut byte = [0];
            uart.read(&mut byte);
            board.println(format_args!("{}", Bytes(&byte)));
            board.delay_us(busy_us);
        }
    }
    Ok(())
}

/// An LED and when it is to toggle.
struct Blinker<B: Board> {
    led: B::Led,
    due: u32,
    period_us: i32,
}

impl<B: Board> Blinker<B> {
    fn new(board: &B, led: &str, period_ms: i32) -> Result<Self, TaskError> {
        Ok(Self { led: board.led(led)?, due: board.ticks_us(), period_us: period_ms * 1000 })
    }

    fn look(&mut self, now: u32) -> Result<(), TaskError> {
        if ticks::ticks_diff(now, self.due) >= 0 {
            self.led.toggle().map_err(|_| TaskError::failed("an LED does not answer"))?;
            self.due = ticks::ticks_add(self.due, self.period_us);
        }
        Ok(())
    }
}

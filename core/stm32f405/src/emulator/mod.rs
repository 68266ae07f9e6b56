//! The chip as `qemu-system-arm -M netduinoplus2` models it.
//!
//! Real here are the instructions, flash and memory, the interrupt controller, SysTick, and the registers of the
//! UARTs with their interrupts. The emulator has no pins, and a UART there has no speed and no wire that could be
//! joined to another. For these, models stand in behind `Board`: `nets` has pins, LEDs and wires in memory, `exti`
//! the interrupt lines of pins, and [`lines`] the time that a frame takes, wires from one UART to another, and frames
//! that come from outside. They are part of this target alone. Core, programs and drivers do not know of them.
//!
//! The host is reached by semihosting: console, command line, files, exit status.

pub mod board;
mod console;
mod exti;
mod host;
pub mod lines;
pub mod nets;
mod outside;
pub(crate) mod prices;
mod watch;

use alloc::rc::Rc;
use alloc::string::String;

use cortex_m_rt::{ExceptionFrame, exception};
use semihosting::io::Write as _;
use semihosting::process::exit;
use vpyb_core::observer::Observer;
use vpyb_core::{Firmware, Setup, TaskError};

use crate::{Program, choose, clock, heap, idle};
pub use board::{ChipBoard, ChipPin};
use console::{Console, Stamp};
pub(crate) use exti::Exti;
use host::Settings;
pub(crate) use lines::Lines;
use watch::Watch;

/// The program ended well, or its time was over.
const EXIT_PASSED: i32 = 0;
/// The program ended with an error.
const EXIT_FAILED: i32 = 1;
/// The command line cannot be taken.
const EXIT_USAGE: i32 = 2;
/// The firmware panicked.
const EXIT_PANIC: i32 = 101;
/// The CPU met a fault.
const EXIT_FAULT: i32 = 102;

/// Starts heap and clock. Called once, before anything else.
pub fn begin() {
    let peripherals = cortex_m::Peripherals::take().expect("start-up comes first");
    heap::start();
    clock::start(peripherals.SYST);
}

/// The board, for a firmware that is started in another way.
pub fn board() -> ChipBoard {
    ChipBoard::new(Rc::new(Console::new(None)))
}

/// Starts the chip and runs the program that the command line names, the first one if it names none. Its time begins when
/// everything else is done.
pub fn start(programs: &[Program]) -> ! {
    let peripherals = cortex_m::Peripherals::take().expect("start-up comes first");
    heap::start();
    let status = match run(programs, || clock::start(peripherals.SYST)) {
        Ok(status) => status,
        Err(message) => {
            host::complain(format_args!("{message}\n"));
            EXIT_USAGE
        }
    };
    exit(status)
}

fn run(programs: &[Program], start_clock: impl FnOnce()) -> Result<i32, String> {
    let Settings { words, watch, until, prices, stimuli, links, joins } = host::settings()?;
    let chosen = choose(programs, words.iter().map(String::as_str))?;
    for (from, to) in links {
        lines::link(from, to);
    }
    for (one, other) in joins {
        nets::join(one, other);
    }
    outside::expect(stimuli);
    let stamp = if prices.is_some() { Stamp::Nanos } else { Stamp::Tick };
    let console = Rc::new(Console::new(watch.then_some(stamp)));
    let watches = watch || prices.is_some();
    let watch = Rc::new(Watch::new(console.clone(), prices.is_some()));
    let setup = Setup {
        clock: Rc::new(clock::SysTick),
        observer: watches.then(|| watch.clone() as Rc<dyn Observer>),
        overrides: chosen.overrides,
        started: None,
    };
    let board = ChipBoard::new(console.clone());
    let args = chosen.args;
    let mut firmware = Firmware::new(setup, board, |top| (chosen.program.main)(top, args));
    match prices {
        None => start_clock(),
        Some(prices) => prices::start(prices),
    }
    outside::on_wrap();
    let result = match prices {
        None => idle::drive(&mut firmware, until, cortex_m::asm::wfi),
        Some(_) => prices::drive(&mut firmware, until, || watch.delayed()),
    };
    Ok(report(&console, result))
}

/// Lets happen what waited for this instant.
pub(crate) fn on_wrap() {
    outside::on_wrap();
    if prices::are_paid() {
        lines::on_wrap();
        exti::on_wrap();
    }
}

fn report(console: &Console, result: Option<Result<(), TaskError>>) -> i32 {
    match result {
        None => {
            console.end(format_args!("its time is over"));
            EXIT_PASSED
        }
        Some(Ok(())) => {
            console.end(format_args!("passed"));
            EXIT_PASSED
        }
        Some(Err(error)) => {
            console.end(format_args!("error: {error}"));
            EXIT_FAILED
        }
    }
}

/// Whether the target takes a byte that a UART received: the console is none.
pub(crate) fn takes(_unit: usize, _byte: u8) -> bool {
    false
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    cortex_m::interrupt::disable();
    if cfg!(feature = "programs") {
        host::complain(format_args!("{info}\n"));
    }
    exit(EXIT_PANIC)
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    if cfg!(feature = "programs")
        && let Ok(mut out) = semihosting::io::stderr()
    {
        let _ = writeln!(out, "the CPU met a fault: {frame:?}");
    }
    exit(EXIT_FAULT)
}

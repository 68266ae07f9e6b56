//! The Pyboard v1.1.
//!
//! The clock tree and the pins are embassy-stm32's. The UARTs are the port's own driver, that which runs in the
//! emulator: the loop must know how many bytes are in a ring, which embassy's buffered one does not tell.
//!
//! The console is UART 6, on Y1 (TX) and Y2 (RX) at 115 200 baud. There is no command line: words for the program are
//! given in the variable `VPYB_WORDS` when the firmware is built.

mod board;
mod exti;
mod lines;
pub(crate) mod prices;

use alloc::rc::Rc;
use core::fmt::Write as _;

use cortex_m::asm;
use embassy_stm32::Config;
use embassy_stm32::rcc::{
    AHBPrescaler, APBPrescaler, Hse, HseMode, Pll, PllMul, PllPDiv, PllPreDiv, PllQDiv, PllSource, Sysclk,
};
use embassy_stm32::time::Hertz;
use vpyb_core::{Board as _, Firmware, Setup};

use crate::registers::UNITS;
use crate::{Program, choose, clock, heap, idle};
pub use board::{ChipBoard, ChipPin};
pub(crate) use exti::Exti;
pub(crate) use lines::Lines;

/// Words for the program, given when the firmware is built: `argument=value`, `--discipline=fast-io`.
const WORDS: Option<&str> = option_env!("VPYB_WORDS");

/// The crystal's 12 MHz made to 168 MHz for the CPU, 84 MHz for the fast bus and 42 MHz for the slow one.
fn clocks() -> Config {
    let mut config = Config::default();
    config.rcc.hse = Some(Hse { freq: Hertz(12_000_000), mode: HseMode::Oscillator });
    config.rcc.hsi = false;
    config.rcc.pll_src = PllSource::HSE;
    config.rcc.pll = Some(Pll {
        prediv: PllPreDiv::DIV12,
        mul: PllMul::MUL336,
        divp: Some(PllPDiv::DIV2),
        divq: Some(PllQDiv::DIV7),
        divr: None,
    });
    config.rcc.sys = Sysclk::PLL1_P;
    config.rcc.ahb_pre = AHBPrescaler::DIV1;
    config.rcc.apb1_pre = APBPrescaler::DIV4;
    config.rcc.apb2_pre = APBPrescaler::DIV2;
    config
}

/// Starts the board and runs the first of these programs, or the one that was named when the firmware was built.
pub fn start(programs: &[Program]) -> ! {
    heap::start();
    let core = cortex_m::Peripherals::take().expect("start-up comes first");
    // From here on embassy's pins are used by number, and its other drivers not at all.
    let _peripherals = embassy_stm32::init(clocks());
    clock::start(core.SYST);
    let board = ChipBoard::new();
    match choose(programs, WORDS.unwrap_or_default().split_whitespace()) {
        Ok(chosen) => {
            let setup = Setup {
                clock: Rc::new(clock::SysTick),
                observer: None,
                overrides: chosen.overrides,
                started: None,
            };
            let args = chosen.args;
            let mut firmware = Firmware::new(setup, board.clone(), |top| (chosen.program.main)(top, args));
            match idle::drive(&mut firmware, None, asm::wfi) {
                Some(Err(error)) => board.println(format_args!("(error: {error})")),
                _ => board.println(format_args!("(passed)")),
            }
        }
        Err(message) => board.println(format_args!("{message}")),
    }
    loop {
        asm::wfi();
    }
}

/// Ctrl-C.
const CTRL_C: u8 = 3;

/// Whether the board takes a byte that a UART received: what comes over the console is for no program.
pub(crate) fn takes(unit: usize, byte: u8) -> bool {
    let of_console = unit == board::CONSOLE;
    if of_console && byte == CTRL_C {
        idle::keyboard_interrupt();
    }
    of_console
}

/// Nothing of the board waits for the clock.
pub(crate) fn on_wrap() {}

/// Writes on the console's registers, whatever its driver does.
struct LastWords;

impl core::fmt::Write for LastWords {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        text.bytes().for_each(|byte| UNITS[board::CONSOLE].send(byte));
        Ok(())
    }
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    cortex_m::interrupt::disable();
    board::show_panic();
    let _ = writeln!(LastWords, "{info}");
    loop {
        asm::wfi();
    }
}

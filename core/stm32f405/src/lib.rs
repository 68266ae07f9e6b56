//! The executor core on an STM32F405, the Pyboard's chip.
//!
//! The same event loop and the same programs as on the virtual Pyboard; nothing of them is compiled differently but
//! for the instruction set. Here is what a port has to bring: a clock, a heap, the idle rule, and a `Board`. It is the
//! only package of the project with `unsafe` code; each such block says why it is right.
//!
//! There are two targets. The *emulator* is the chip as QEMU models it: core, interrupts, SysTick and UARTs are
//! there, pins are not, and [`target`] says what stands in for them. The *Pyboard* is the board v1.1.
//!
//! | module | owns |
//! |---|---|
//! | [`clock`] | instants and the alarm, by SysTick |
//! | [`heap`] | memory for tasks |
//! | [`idle`] | the loop round [`Firmware::step`](vpyb_core::Firmware::step), and sleep |
//! | [`i2c`] | a master of an I2C bus, on two pins |
//! | [`pins`] | which pin is which |
//! | [`uart`] | the driver of the UARTs, above `registers` |
//! | `edges`, `timers` | handlers of pins' interrupts, and handlers that are called every so often |
//! | [`target`] | start-up, console and `Board` of the one target that is built |
#![no_std]
#![warn(missing_docs)]

extern crate alloc;

pub mod clock;
mod edges;
pub mod heap;
pub mod i2c;
pub mod idle;
pub mod pins;
mod program;
mod registers;
mod timers;
pub mod uart;
mod vectors;

#[cfg(feature = "emulator")]
pub mod emulator;
#[cfg(feature = "pyboard")]
pub mod pyboard;

#[cfg(feature = "emulator")]
pub use emulator as target;
#[cfg(feature = "pyboard")]
pub use pyboard as target;

#[cfg(all(feature = "emulator", feature = "pyboard"))]
compile_error!(
    "choose one target: `--no-default-features --features pyboard,programs`, or neither for the emulator"
);
#[cfg(not(any(feature = "emulator", feature = "pyboard")))]
compile_error!("choose a target: `--features emulator` or `--features pyboard`");

pub use cortex_m_rt::entry;
pub use program::{Chosen, Main, Program, boxed, choose};

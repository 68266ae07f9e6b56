//! The interrupts that the port serves.
//!
//! Owns the handlers' entries in the vector table. All have the same priority, so that none interrupts another.

use cortex_m_rt::exception;
use stm32_metapac::interrupt;

use crate::registers::UNITS;
use crate::{clock, edges, target, timers, uart};

#[exception]
fn SysTick() {
    clock::on_wrap();
    timers::on_wrap();
    target::on_wrap();
}

/// The handlers of the UARTs, each with its place among the units.
macro_rules! uarts {
    ($($vector:ident => $unit:literal),+) => {
        $(
            #[interrupt]
            fn $vector() {
                const { assert!(UNITS[$unit].interrupt as u16 == stm32_metapac::Interrupt::$vector as u16) }
                uart::on_interrupt($unit);
            }
        )+
    };
}

uarts!(USART1 => 0, USART2 => 1, USART3 => 2, UART4 => 3, USART6 => 4);

/// The handlers of the pins' lines, each with the lines that share it.
macro_rules! lines {
    ($($vector:ident => $lines:expr),+ $(,)?) => {
        $(
            #[interrupt]
            fn $vector() {
                edges::on_interrupt($lines);
            }
        )+
    };
}

lines! {
    EXTI0 => 0..=0,
    EXTI1 => 1..=1,
    EXTI2 => 2..=2,
    EXTI3 => 3..=3,
    EXTI4 => 4..=4,
    EXTI9_5 => 5..=9,
    EXTI15_10 => 10..=15,
}

//! The chip's external interrupt lines.
//!
//! Owns their registers. A line's pending flag is set by an edge also while the line is masked; writing one clears it.
//! Facts: reference manual RM0090, section 12.2 and, for the choice of the port, section 9.2.

use cortex_m::peripheral::NVIC;
use critical_section::CriticalSection;
use embedded_hal::digital::PinState;
use stm32_metapac::gpio::Gpio;
use stm32_metapac::{EXTI, GPIOA, GPIOB, GPIOC, GPIOD, RCC, SYSCFG};
use vpyb_core::Edge;

use crate::edges::vector;
use crate::pins::Pin;

fn port(pin: Pin) -> Gpio {
    match pin.port {
        'A' => GPIOA,
        'B' => GPIOB,
        'C' => GPIOC,
        _ => GPIOD,
    }
}

fn forget(line: usize) {
    EXTI.pr(0).write(|w| w.set_line(line, true));
}

/// The way to the lines.
pub struct Exti;

impl Exti {
    /// Has a line listen to a pin; an edge that waits is forgotten.
    pub fn set_up(_: CriticalSection<'_>, pin: Pin, edge: Edge) {
        let line = usize::from(pin.number);
        RCC.apb2enr().modify(|w| w.set_syscfgen(true));
        SYSCFG.exticr(line / 4).modify(|w| w.set_exti(line % 4, pin.port as u8 - b'A'));
        EXTI.rtsr(0).modify(|w| w.set_line(line, edge.leads_to(PinState::High)));
        EXTI.ftsr(0).modify(|w| w.set_line(line, edge.leads_to(PinState::Low)));
        forget(line);
        EXTI.imr(0).modify(|w| w.set_line(line, true));
        // SAFETY: the handler is in the vector table, and what it shares with the loop is behind critical sections.
        unsafe { NVIC::unmask(vector(line)) };
    }

    /// Frees a pin's line.
    pub fn free(_: CriticalSection<'_>, pin: Pin) {
        let line = usize::from(pin.number);
        EXTI.imr(0).modify(|w| w.set_line(line, false));
        EXTI.rtsr(0).modify(|w| w.set_line(line, false));
        EXTI.ftsr(0).modify(|w| w.set_line(line, false));
        forget(line);
    }

    /// Masks a pin's line, or lets it ask again.
    pub fn mask(_: CriticalSection<'_>, pin: Pin, masked: bool) {
        EXTI.imr(0).modify(|w| w.set_line(pin.number.into(), !masked));
    }

    /// Whether a line asks; if so, it has been heard.
    pub fn take_request(_: CriticalSection<'_>, line: usize) -> bool {
        let asks = EXTI.pr(0).read().line(line) && EXTI.imr(0).read().line(line);
        if asks {
            forget(line);
        }
        asks
    }

    /// What a pin reads.
    pub fn level(_: CriticalSection<'_>, pin: Pin) -> PinState {
        PinState::from(port(pin).idr().read().0 >> pin.number & 1 == 1)
    }
}

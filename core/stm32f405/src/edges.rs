//! Pins' interrupts: which handler is called at which line.
//!
//! Owns the handlers that programs have set up. A line has the number of its pin within the port; pins of other ports
//! with this number share it, so that only one of them may have a handler. What a line remembers and when it asks is
//! the hardware's business, `Exti`.

use alloc::boxed::Box;
use alloc::format;
use core::cell::RefCell;
use core::ops::RangeInclusive;

use critical_section::Mutex;
use embedded_hal::digital::PinState;
use stm32_metapac::Interrupt;
use vpyb_core::observer::{Object, Use};
use vpyb_core::ticks::ticks_us;
use vpyb_core::{BoardError, Edge, Irq, IrqObserver};

use crate::pins::Pin;
use crate::target::Exti;
use crate::{clock, idle};

/// How many lines there are for pins.
pub(crate) const LINES: usize = 16;

/// The interrupt of a line.
pub(crate) fn vector(line: usize) -> Interrupt {
    match line {
        0 => Interrupt::EXTI0,
        1 => Interrupt::EXTI1,
        2 => Interrupt::EXTI2,
        3 => Interrupt::EXTI3,
        4 => Interrupt::EXTI4,
        5..=9 => Interrupt::EXTI9_5,
        _ => Interrupt::EXTI15_10,
    }
}

type Handler = Box<dyn FnMut(&mut Irq<'_>, PinState) + Send>;

/// A line that has a handler, and for which pin.
type Used = Option<(Pin, Handler)>;

static HANDLERS: [Mutex<RefCell<Used>>; LINES] = [const { Mutex::new(RefCell::new(None)) }; LINES];

/// Nobody watches what handlers do.
pub(crate) struct Unwatched;

impl IrqObserver for Unwatched {
    fn count(&mut self, _counter: &str, _by: u32) {}

    fn used(&mut self, _object: Object<'_>, _how: Use) {}
}

/// Has a handler called at the edges of a pin, in place of the one before.
pub(crate) fn on_edge(
    pin: Pin,
    edge: Edge,
    handler: impl FnMut(&mut Irq<'_>, PinState) + Send + 'static,
) -> Result<(), BoardError> {
    let handler: Handler = Box::new(handler);
    // What was there is dropped where interrupts are not masked.
    let before = critical_section::with(|cs| {
        let mut entry = HANDLERS[usize::from(pin.number)].borrow_ref_mut(cs);
        if let Some((used, _)) = entry.as_ref().filter(|(used, _)| *used != pin) {
            let what = format!("interrupt line {} of pin {}", pin.number, pin.name);
            return Err(BoardError::InUse { what, by: format!("pin {}", used.name) });
        }
        Exti::set_up(cs, pin, edge);
        Ok(entry.replace((pin, handler)))
    });
    before.map(drop)
}

/// Takes a pin's handler away, if it has one.
pub(crate) fn off_edge(pin: Pin) {
    let before = critical_section::with(|cs| {
        let mut entry = HANDLERS[usize::from(pin.number)].borrow_ref_mut(cs);
        let own = entry.as_ref().is_some_and(|(used, _)| *used == pin);
        own.then(|| {
            Exti::free(cs, pin);
            entry.take()
        })
    });
    drop(before);
}

/// Masks a pin's line, or lets it ask again.
pub(crate) fn mask(pin: Pin, masked: bool) {
    critical_section::with(|cs| {
        let entry = HANDLERS[usize::from(pin.number)].borrow_ref(cs);
        if entry.as_ref().is_some_and(|(used, _)| *used == pin) {
            Exti::mask(cs, pin, masked);
        }
    });
}

/// The interrupt that these lines share.
pub(crate) fn on_interrupt(lines: RangeInclusive<usize>) {
    let begun = ticks_us(clock::now());
    critical_section::with(|cs| {
        for line in lines {
            // The flag is cleared first, so that an edge during the handler is seen.
            if Exti::take_request(cs, line)
                && let Some((pin, handler)) = &mut *HANDLERS[line].borrow_ref_mut(cs)
            {
                handler(&mut Irq::new(begun, &mut Unwatched), Exti::level(cs, *pin));
            }
        }
    });
    idle::rouse();
}

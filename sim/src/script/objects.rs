//! What scripted tasks share.
//!
//! Owns the opened UARTs, pins and LEDs by the names that scripts use.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use vpyb_core::{Board, BoardError, EventLoop, PinMode, Pull, StreamReader, StreamWriter, UartConfig};

use crate::scenario::model;

/// A UART with its reader and writer.
pub struct Stream<B: Board> {
    /// The UART.
    pub uart: Rc<B::Uart>,
    /// Reads it.
    pub reader: StreamReader<B::Uart>,
    /// Writes it.
    pub writer: StreamWriter<B::Uart>,
}

/// The shared objects of a scenario's scripts.
pub struct Objects<B: Board> {
    /// UARTs by name.
    pub uarts: BTreeMap<String, Stream<B>>,
    /// Pins by name.
    pub pins: BTreeMap<String, RefCell<B::Pin>>,
    /// LEDs by name, opened when first used.
    pub leds: RefCell<BTreeMap<String, B::Led>>,
}

impl<B: Board> Objects<B> {
    /// Opens what a scenario declares.
    ///
    /// # Errors
    ///
    /// If the board cannot hand something out.
    pub fn open(board: &B, event_loop: &EventLoop, objects: &model::Objects) -> Result<Self, BoardError> {
        let mut uarts = BTreeMap::new();
        for (name, object) in &objects.uarts {
            let uart = Rc::new(board.uart(&object.uart, UartConfig::baud(object.baud))?);
            let reader = StreamReader::new(event_loop, uart.clone());
            let writer = StreamWriter::new(event_loop, uart.clone());
            uarts.insert(name.clone(), Stream { uart, reader, writer });
        }
        let mut pins = BTreeMap::new();
        for (name, object) in &objects.pins {
            let pull = match object.pull {
                model::Pull::None => Pull::None,
                model::Pull::Up => Pull::Up,
                model::Pull::Down => Pull::Down,
            };
            let mode = if object.output { PinMode::Output } else { PinMode::Input(pull) };
            pins.insert(name.clone(), RefCell::new(board.pin(&object.pin, mode)?));
        }
        Ok(Self { uarts, pins, leds: RefCell::default() })
    }
}

//! Operations on UARTs, LEDs, pins, timers and I2C units.
//!
//! Owns their keys. Scripts use the names of `[objects]`; only LEDs, timers and I2C units are named as the board names
//! them.

use super::super::model::{Edge, LedTo, Level, Op};
use super::super::table::Table;
use super::super::value::Value;
use super::{Read, Scripts};

/// Bytes that one `read` may ask for.
const LONGEST_READ: i64 = 1 << 20;
/// Bytes that one `i2c_read` may ask for.
const LONGEST_TRANSFER: i64 = 1 << 12;

impl Scripts<'_> {
    /// How this operation on hardware is read.
    pub(super) fn hardware(word: &str) -> Option<Read> {
        Some(match word {
            "read" => |this, table, _| {
                let (uart, n) = this.uart_and_count(table)?;
                Some(Op::Read { uart, n })
            },
            "readexactly" => |this, table, _| {
                let (uart, n) = this.uart_and_count(table)?;
                Some(Op::Readexactly { uart, n })
            },
            "awrite" => |this, table, _| this.awrite(table),
            "led" => |this, table, _| this.led(table),
            "pin" => |this, table, _| this.pin(table),
            "pin_wait" => |this, table, _| {
                let (pin, edge) = this.pin_and_edge(table)?;
                Some(Op::PinWait { pin, edge })
            },
            "on_edge" => |this, table, _| {
                let pin_and_edge = this.pin_and_edge(table);
                let event = table.need("set", "\"ready\"").and_then(|value| this.names.event(value));
                let (pin, edge) = pin_and_edge?;
                Some(Op::OnEdge { pin, edge, event: event? })
            },
            "on_timer" => |this, table, _| this.on_timer(table),
            "i2c_write" => |this, table, _| this.i2c_write(table),
            "i2c_read" => |this, table, _| this.i2c_read(table),
            _ => return None,
        })
    }

    /// A UART of `[objects]`.
    pub(super) fn uart(&self, value: Value<'_>) -> Option<String> {
        self.names.uart_object(value, &self.vocabulary.uarts)
    }

    /// A pin of `[objects]`, to be read.
    pub(super) fn input(&self, value: Value<'_>) -> Option<String> {
        self.names.pin_object(value, &self.vocabulary.pins)
    }

    fn pin_and_edge(&self, table: &mut Table<'_>) -> Option<(String, Edge)> {
        let pin = table.need("pin", "\"in\"").and_then(|value| self.input(value));
        let words = [("rising", Edge::Rising), ("falling", Edge::Falling), ("both", Edge::Both)];
        let edge = table.need("edge", "\"falling\"").and_then(|value| value.word("edge", &words, &[]));
        Some((pin?, edge?))
    }

    /// A timer of the board.
    pub(super) fn timer(&self, value: Value<'_>) -> Option<String> {
        value.known("timer", &self.vocabulary.timers, &[])
    }

    fn on_timer(&self, table: &mut Table<'_>) -> Option<Op> {
        let timer = table.need("timer", "\"timer4\"").and_then(|value| self.timer(value));
        let every = table.need("every", "\"1ms\"").and_then(Value::lasting);
        let event = table.need("set", "\"tick\"").and_then(|value| self.names.event(value));
        Some(Op::OnTimer { timer: timer?, every: every?, event: event? })
    }

    fn uart_and_count(&self, table: &mut Table<'_>) -> Option<(String, usize)> {
        let uart = table.need("uart", "\"u\"").and_then(|value| self.uart(value));
        let n = table.need("n", "4").and_then(|value| value.integer(1..=LONGEST_READ));
        Some((uart?, n? as usize))
    }

    fn awrite(&self, table: &mut Table<'_>) -> Option<Op> {
        let uart = table.need("uart", "\"u\"").and_then(|value| self.uart(value));
        let data = table.need("data", "\"hello\\n\"").and_then(Value::text);
        Some(Op::Awrite { uart: uart?, data: data?.into() })
    }

    fn led(&self, table: &mut Table<'_>) -> Option<Op> {
        let led =
            table.need("led", "\"LED1\"").and_then(|value| value.known("LED", &self.vocabulary.leds, &[]));
        let words = [("on", LedTo::On), ("off", LedTo::Off), ("toggle", LedTo::Toggle)];
        let to = table.need("to", "\"toggle\"").and_then(|value| value.word("state of an LED", &words, &[]));
        Some(Op::Led { led: led?, to: to? })
    }

    fn pin(&self, table: &mut Table<'_>) -> Option<Op> {
        let pin = table.need("pin", "\"out\"");
        let pin = pin.and_then(|value| self.names.output_object(value, &self.vocabulary.pins));
        let words = [("low", Level::Low), ("high", Level::High)];
        let to = table.need("to", "\"high\"").and_then(|value| value.word("level", &words, &[]));
        Some(Op::Pin { pin: pin?, to: to? })
    }

    /// An I2C unit of the board.
    pub(super) fn bus(&self, value: Value<'_>) -> Option<String> {
        let bus = value.known("I2C unit", &self.vocabulary.buses, &[])?;
        self.claim_bus(&bus, value);
        Some(bus)
    }

    /// The firmware uses the pins of a bus.
    pub(super) fn claim_bus(&self, bus: &str, place: Value<'_>) {
        self.wires.borrow_mut().unit(bus, place, self.vocabulary);
    }

    /// The bus and the address of a transfer.
    fn target(&self, table: &mut Table<'_>) -> Option<(String, u8)> {
        let bus = table.need("bus", "\"i2c1\"").and_then(|value| self.bus(value));
        let address = table.need("address", "0x40").and_then(|value| value.integer(0..=127));
        Some((bus?, address? as u8))
    }

    fn i2c_write(&self, table: &mut Table<'_>) -> Option<Op> {
        let target = self.target(table);
        let bytes = table.need("bytes", "[0xF3]").and_then(Value::items)?;
        let bytes: Vec<Option<i64>> = bytes.map(|byte| byte.integer(0..=255)).collect();
        let bytes: Option<Vec<u8>> = bytes.into_iter().map(|byte| byte.map(|byte| byte as u8)).collect();
        let (bus, address) = target?;
        Some(Op::I2cWrite { bus, address, bytes: bytes? })
    }

    fn i2c_read(&self, table: &mut Table<'_>) -> Option<Op> {
        let target = self.target(table);
        let n = table.need("n", "3").and_then(|value| value.integer(1..=LONGEST_TRANSFER));
        let write = table.key("write").map(|value| value.integer(0..=255));
        let write = match write {
            Some(byte) => Some(byte? as u8),
            None => None,
        };
        let (bus, address) = target?;
        Some(Op::I2cRead { bus, address, write, n: n? as usize })
    }
}

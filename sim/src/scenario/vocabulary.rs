//! The words that a board and its programs add to the format.
//!
//! Owns [`Vocabulary`], plain lists that the caller fills in. Knows no board: what is not in these
//! lists does not exist for the checker, and a discipline that is not built is left out of them.

use litemap::LiteMap;

use super::diagnostic::code;
use super::value::Value;
use super::words::quoted;

/// What may be named in a scenario file beside the format's own words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Vocabulary {
    /// Boards, e.g. `pyboard-v1.1`.
    pub models: Vec<String>,
    /// Pins, e.g. `X1`, `USR`.
    pub pins: Vec<String>,
    /// What the chip calls a pin that the board calls otherwise: `PA0` for `X1`.
    pub chip_names: LiteMap<String, String>,
    /// Buttons that are on the board, by name, and their pins.
    pub switches: LiteMap<String, String>,
    /// Pins that nothing can be wired to.
    pub fixed: Vec<String>,
    /// The pins of units, e.g. of `uart4`.
    pub unit_pins: Vec<UnitPin>,
    /// The pins of flow control of units that have them: RTS, which the unit drives, and CTS.
    pub flow_pins: Vec<UnitPin>,
    /// UARTs, e.g. `uart4`; each is also the name of a table.
    pub uarts: Vec<String>,
    /// I2C units, e.g. `i2c1`.
    pub buses: Vec<String>,
    /// Kinds of parts that are sensors on an I2C bus, e.g. `htu21d`.
    pub sensors: Vec<&'static str>,
    /// Timers, e.g. `timer4`.
    pub timers: Vec<String>,
    /// LEDs, e.g. `LED1`.
    pub leds: Vec<String>,
    /// Disciplines that can be run, e.g. `uasyncio-v2`.
    pub schedulers: Vec<String>,
    /// Cost profiles that can be used, e.g. `ideal`.
    pub profiles: Vec<String>,
    /// Programs that are compiled in.
    pub programs: Vec<ProgramWords>,
    /// What the name of a counter may begin with, beside the format's own counters: `ir` allows
    /// `ir.bad_block`.
    pub counters: Vec<String>,
}

/// A pin of a unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnitPin {
    /// The unit, e.g. `uart4`.
    pub unit: String,
    /// The pin.
    pub pin: String,
    /// Whether the unit drives it both high and low.
    pub drives: bool,
}

/// What a compiled-in program adds to the format.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProgramWords {
    /// Its name.
    pub name: String,
    /// The names of its arguments.
    pub args: Vec<String>,
    /// The names of those that are whole numbers; the others are texts.
    pub numbers: Vec<String>,
    /// The names of its tasks; `blink` stands for every `blink#n`.
    pub tasks: Vec<String>,
}

impl Vocabulary {
    /// A pin of the board.
    pub fn pin(&self, value: Value<'_>) -> Option<String> {
        self.pin_among("pin", &self.pins, value)
    }

    /// A pin or a timer: what has an interrupt.
    pub fn irq(&self, value: Value<'_>) -> Option<String> {
        let names: Vec<String> = self.pins.iter().chain(&self.timers).cloned().collect();
        self.pin_among("pin or timer", &names, value)
    }

    fn pin_among(&self, noun: &str, names: &[String], value: Value<'_>) -> Option<String> {
        let text = value.text()?;
        if let Some(own) = self.chip_names.get(text).or_else(|| self.switches.get(text)) {
            let message = format!("{} is called `{own}` on this board", quoted(text));
            value.refuse(code::UNKNOWN_NAME, message, format!("write `\"{own}\"`"));
            return None;
        }
        value.known(noun, names, &[])
    }

    /// A pin of the board as expectations see it: an LED has one, too.
    pub fn seen_pin(&self, value: Value<'_>) -> Option<String> {
        let text = value.text()?;
        if self.leds.iter().any(|led| led == text) { Some(text.to_owned()) } else { self.pin(value) }
    }

    /// The pins of a unit.
    pub fn pins_of(&self, unit: &str) -> impl Iterator<Item = &UnitPin> {
        self.unit_pins.iter().filter(move |pin| pin.unit == unit)
    }

    /// The pins of flow control of a unit; none if it has no such.
    pub fn flow_pins_of(&self, unit: &str) -> impl Iterator<Item = &UnitPin> {
        self.flow_pins.iter().filter(move |pin| pin.unit == unit)
    }

    /// Whether nothing can be wired to a pin.
    pub fn is_fixed(&self, pin: &str) -> bool {
        self.fixed.iter().any(|fixed| fixed == pin)
    }

    /// The program of this name.
    pub fn program(&self, name: &str) -> Option<&ProgramWords> {
        self.programs.iter().find(|program| program.name == name)
    }
}

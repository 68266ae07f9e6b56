//! Faults: what goes wrong, where and when.
//!
//! Owns [`Fault`], as a file says it.

use std::fmt;

use vpyb_core::time::{Duration, Instant};

/// Something that goes wrong.
#[derive(Clone, PartialEq, Debug)]
pub struct Fault {
    /// The format's word for it, e.g. `nack`.
    pub what: &'static str,
    /// Where.
    pub place: FaultPlace,
    /// How long it lasts, where that is said.
    pub lasts: Option<Duration>,
    /// At which of its opportunities.
    pub strikes: Strikes,
    /// The scenario is run once for each opportunity.
    pub each: bool,
}

/// At which of its opportunities a fault strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Strikes {
    /// Those before are none.
    pub from: Instant,
    /// Those after are none.
    pub until: Option<Instant>,
    /// Each third, if it is 3.
    pub every: u32,
    /// No more than so often.
    pub count: u32,
    /// By chance, in parts of 10 000.
    pub probability: u32,
    /// Only this one, counted from 1, whatever else is said; none at 0.
    pub only: Option<u32>,
}

impl Default for Strikes {
    /// At each.
    fn default() -> Self {
        Self { from: Instant::ZERO, until: None, every: 1, count: u32::MAX, probability: 10_000, only: None }
    }
}

/// Where a fault can strike.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FaultPlace {
    /// At any device on an I2C bus.
    Bus {
        /// The unit.
        bus: String,
        /// The names of the devices on it.
        devices: Vec<String>,
    },
    /// At a part.
    Part(String),
    /// At a unit of the chip: a UART as it receives, an I2C unit as it begins a transfer.
    Unit(String),
    /// At a pin's net.
    Pin(String),
    /// At a link.
    Link([String; 2]),
    /// At the interrupt of a pin, a timer or a UART.
    Line(String),
    /// At the CPU.
    Cpu,
}

impl fmt::Display for FaultPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bus { bus: name, .. }
            | Self::Part(name)
            | Self::Unit(name)
            | Self::Pin(name)
            | Self::Line(name) => f.write_str(name),
            Self::Link([a, b]) => write!(f, "{a}-{b}"),
            Self::Cpu => f.write_str("cpu"),
        }
    }
}

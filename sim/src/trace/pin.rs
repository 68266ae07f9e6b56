//! What records say of pins and nets.
//!
//! Owns the words for levels, drives, modes and triggers. Knows no records.

use serde::{Deserialize, Serialize};

/// What a net shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum NetLevel {
    /// Driven or pulled low.
    Low,
    /// Driven or pulled high.
    High,
    /// Nothing drives or pulls it.
    Floating,
}

/// What a pin does to its net.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Drive {
    /// Pushes the net low.
    Low,
    /// Pushes the net high.
    High,
    /// High impedance: an input, or an open drain that is released.
    Released,
}

/// How a pin is used.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Mode {
    /// It reads.
    Input,
    /// It drives both ways.
    Output,
    /// It drives low, or lets go.
    OpenDrain,
}

/// A pin's pull resistor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Pulled {
    /// None.
    Not,
    /// To 3.3 V.
    Up,
    /// To ground.
    Down,
}

/// Which edges of a pin request an interrupt.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Trigger {
    /// None: nobody has a handler any more.
    Off,
    /// From low to high.
    Rising,
    /// From high to low.
    Falling,
    /// Either.
    Both,
}

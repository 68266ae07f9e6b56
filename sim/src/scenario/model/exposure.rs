//! What devices are exposed to: the air about a sensor, the field about an accelerometer.
//!
//! Owns these values and rows of them.

use vpyb_core::time::Duration;

/// What a device is exposed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exposure {
    /// Acceleration in counts: X, Y, Z, each -32 to 31.
    Vector([i8; 3]),
    /// Thousandths of a degree Celsius, and of a percent of relative humidity; `None` stays as it was.
    Air { temperature: Option<i32>, humidity: Option<i32> },
}

/// One of several changes that follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// So long after the first one could be.
    pub after: Duration,
    /// What it changes.
    pub to: Exposure,
}

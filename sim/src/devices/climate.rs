//! The air about a sensor.
//!
//! Owns its values and their changes. Knows no sensor.

use std::fmt;

/// The air about a sensor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Climate {
    /// Thousandths of a degree Celsius.
    pub(super) temperature: i32,
    /// Thousandths of a percent of relative humidity.
    pub(super) humidity: i32,
}

/// A change of the air; what is `None` stays as it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Air {
    /// Thousandths of a degree Celsius.
    pub temperature: Option<i32>,
    /// Thousandths of a percent of relative humidity.
    pub humidity: Option<i32>,
}

impl Climate {
    /// 20 degrees, half as wet as it could be: if nobody says otherwise.
    pub(super) const ROOM: Self = Self { temperature: 20_000, humidity: 50_000 };

    /// After a change.
    pub(super) fn changed(self, air: Air) -> Self {
        Self {
            temperature: air.temperature.unwrap_or(self.temperature),
            humidity: air.humidity.unwrap_or(self.humidity),
        }
    }

    /// What the sensor's own heater makes of it: 1 degree more, and 6 % less of the relative humidity, which is what
    /// the same water in warmer air amounts to at room temperature.
    pub(super) fn heated(self) -> Self {
        Self { temperature: self.temperature + 1_000, humidity: self.humidity * 94 / 100 }
    }
}

impl fmt::Display for Climate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, degrees) = (if self.temperature < 0 { "-" } else { "" }, self.temperature.abs());
        write!(f, "{sign}{}.{:03} C, ", degrees / 1000, degrees % 1000)?;
        write!(f, "{}.{:03} %RH", self.humidity / 1000, self.humidity % 1000)
    }
}

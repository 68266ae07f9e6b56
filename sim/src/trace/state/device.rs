//! One device on the bench, as its own records tell it.
//!
//! Owns [`DeviceState`]. What wires show of a device is told by them.

use serde::{Deserialize, Serialize};
use vpyb_core::time::Instant;

use crate::trace::record::{Name, Seq};

/// What a device says when its supply comes.
pub const POWER_ON: &str = "power on";
/// What a device says when its supply goes.
pub const POWER_OFF: &str = "power off";

/// A device at an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeviceState {
    /// Whether it has its supply, and the record that says so; none if that never changed.
    pub supply: Option<(bool, Seq)>,
    /// What it told last, beside its supply: what it does, or what is about it.
    pub told: Option<Told>,
}

/// What a device told, in words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Told {
    /// The words.
    pub text: Name,
    /// When.
    pub since: Instant,
    /// The record.
    pub by: Seq,
}

impl DeviceState {
    /// One that has told nothing.
    pub const SILENT: Self = Self { supply: None, told: None };

    /// It tells something; `words` is the text.
    pub fn tells(&mut self, words: &str, told: Told) {
        match words {
            POWER_ON => self.supply = Some((true, told.by)),
            POWER_OFF => self.supply = Some((false, told.by)),
            _ => self.told = Some(told),
        }
    }
}

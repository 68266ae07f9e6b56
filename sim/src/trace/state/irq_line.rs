//! One interrupt line, as records tell it.
//!
//! Owns [`IrqLine`]. Knows no handler but that it ran.

use serde::{Deserialize, Serialize};

use crate::trace::record::{Kind, Record, Seq, Trigger};

/// An interrupt line at an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct IrqLine {
    /// Its number.
    pub line: u8,
    /// Which edges ask.
    pub trigger: Trigger,
    /// Its handler is kept from being called.
    pub masked: bool,
    /// The record by which one waits for the handler.
    pub pending: Option<Seq>,
    /// How often the handler was called.
    pub handled: u64,
    /// How many edges fell into one that waited.
    pub coalesced: u64,
}

impl Default for IrqLine {
    fn default() -> Self {
        Self { line: 0, trigger: Trigger::Off, masked: false, pending: None, handled: 0, coalesced: 0 }
    }
}

impl IrqLine {
    /// Takes in a record about this line; others are ignored.
    pub fn apply(&mut self, seq: Seq, record: &Record) {
        match record.kind {
            Kind::IrqSetUp { line, trigger, masked, .. } => {
                // Masking keeps what waits; a new handler forgets it.
                let kept = self.masked != masked && self.trigger == trigger;
                self.pending = self.pending.filter(|_| kept);
                (self.line, self.trigger, self.masked) = (line, trigger, masked);
            }
            Kind::IrqPending { .. } => self.pending = Some(seq),
            Kind::IrqCoalesced { .. } => self.coalesced = self.coalesced.saturating_add(1),
            Kind::Handler { .. } => {
                self.pending = None;
                self.handled = self.handled.saturating_add(1);
            }
            _ => {}
        }
    }
}

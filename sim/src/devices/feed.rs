//! Values that a device is given row by row, as a file says.
//!
//! Owns when the next row is due. Knows nothing of what the values mean.

use vpyb_core::time::{Duration, Instant};

use crate::world::{Bench, DeviceId};

/// Rows that are applied one after the other.
#[derive(Clone, PartialEq, Debug)]
pub struct Feed<V> {
    began: Instant,
    rows: Vec<(Duration, V)>,
    next: usize,
    /// The number of its alarms.
    alarm: u32,
}

impl<V: Copy> Feed<V> {
    /// No rows; its alarms will have this number.
    pub fn new(alarm: u32) -> Self {
        Self { began: Instant::ZERO, rows: Vec::new(), next: 0, alarm }
    }

    /// Begins anew with these rows, their times counted from now and not decreasing.
    pub fn start(&mut self, rows: Vec<(Duration, V)>, me: DeviceId, bench: &mut Bench) {
        (self.began, self.rows, self.next) = (bench.now(), rows, 0);
        self.ask(me, bench);
    }

    fn ask(&self, me: DeviceId, bench: &mut Bench) {
        if let Some((after, _)) = self.rows.get(self.next) {
            bench.alarm_at(self.began + *after, me, self.alarm);
        }
    }

    /// The row that is due now, if the alarm is not one of an earlier feed.
    pub fn take(&mut self, me: DeviceId, bench: &mut Bench) -> Option<V> {
        let &(after, value) = self.rows.get(self.next)?;
        if self.began + after != bench.now() {
            return None;
        }
        self.next += 1;
        self.ask(me, bench);
        Some(value)
    }
}

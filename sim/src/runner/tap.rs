//! Somebody who looks at a run's trace while it grows.
//!
//! Owns [`Tap`] and when it is called. It is shown what will not change any more, and changes nothing itself.

use crate::trace::Trace;

/// Is shown the trace, now and then, between two steps: every record that it has then is complete.
pub type Tap = Box<dyn FnMut(&Trace) + Send>;

/// So many records have come between two calls at the least.
const RECORDS: usize = 4096;

/// A tap, and how much it has seen.
#[derive(Default)]
pub(super) struct Tapped {
    tap: Option<Tap>,
    shown: usize,
}

impl Tapped {
    pub(super) fn by(tap: Option<Tap>) -> Self {
        Self { tap, shown: 0 }
    }

    /// The run is between two steps.
    pub(super) fn show(&mut self, trace: &Trace) {
        let len = trace.records().len();
        if let Some(tap) = &mut self.tap
            && len - self.shown >= RECORDS
        {
            tap(trace);
            self.shown = len;
        }
    }
}

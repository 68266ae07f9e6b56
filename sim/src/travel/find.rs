//! Where an event happened, from an instant on or back from it.
//!
//! Owns [`find`]. What an event is, is known to `sight`.

use super::Walk;
use crate::expect::occurrences;
use crate::scenario::model::Event;
use crate::trace::{Seq, Trace};

/// The records in which an event was seen, in the order of the trace. `nth` counts from the trace's beginning.
pub fn find(trace: &Trace, event: &Event, walk: Walk) -> Vec<Seq> {
    let mut seen = occurrences(trace, event);
    if walk.back {
        seen.retain(|seen| seen.at < walk.from);
        seen.drain(..seen.len().saturating_sub(walk.count));
    } else {
        seen.retain(|seen| seen.at >= walk.from);
        seen.truncate(walk.count);
    }
    seen.into_iter().map(|seen| seen.seq).collect()
}

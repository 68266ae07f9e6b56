//! Counters of what tasks share.
//!
//! Owns the meaning of `set_while_set`: an event was set that stood already, so that whoever waits for it learns of
//! one setting where there were two. Knows nothing of who waits.

use std::collections::BTreeSet;

use super::super::{Focus, Value};
use super::Counters;
use crate::trace::Trace;
use crate::trace::record::{Kind, Object, Use};

/// Counts for every event that has a name.
pub(super) fn count(trace: &Trace, counters: &mut Counters) {
    let mut standing = BTreeSet::new();
    for (seq, record) in trace.iter() {
        let Kind::Used { object: Object::Event, name, how, .. } = record.kind else { continue };
        let text = trace.text(name);
        if text.is_empty() {
            continue;
        }
        match how {
            Use::Set => {
                let counter = format!("event.{text}.set_while_set");
                if counters.get(&counter).is_none() {
                    counters.set(counter.clone(), Value::Count(0), None);
                }
                if !standing.insert(name) {
                    counters.add(&counter, 1, Focus::at(seq));
                }
            }
            Use::Cleared => {
                standing.remove(&name);
            }
            _ => {}
        }
    }
}

//! Counters of what tasks share.
//!
//! Owns the meaning of `set_while_set`: an event was set that stood already, so that whoever waits for it learns of
//! one setting where there were two. Knows nothing of who waits.

use std::collections::BTreeMap;

use super::super::{Focus, Value};
use super::Counters;
use crate::trace::record::{Kind, Object, Use};
use crate::trace::{Name, Seq, Trace};

/// What was counted so far: of each event whether it stands, how often it was set although it did, and where first.
#[derive(Default)]
pub(super) struct Shared {
    events: BTreeMap<Name, (bool, i64, Option<Focus>)>,
}

impl Shared {
    /// Takes in the next record.
    pub(super) fn take(&mut self, seq: Seq, kind: &Kind) {
        let Kind::Used { object: Object::Event, name, how, .. } = *kind else { return };
        match how {
            Use::Set => {
                let (stands, n, first) = self.events.entry(name).or_default();
                if std::mem::replace(stands, true) {
                    *n += 1;
                    first.get_or_insert(Focus::at(seq));
                }
            }
            Use::Cleared => {
                if let Some((stands, ..)) = self.events.get_mut(&name) {
                    *stands = false;
                }
            }
            _ => {}
        }
    }

    /// Enters the counters of every event that has a name.
    pub(super) fn enter(self, trace: &Trace, counters: &mut Counters) {
        for (name, (_, n, first)) in self.events {
            let text = trace.text(name);
            if text.is_empty() {
                continue;
            }
            let counter = format!("event.{text}.set_while_set");
            if counters.get(&counter).is_none() {
                counters.set(counter.clone(), Value::Count(0), None);
            }
            if let Some(first) = first {
                counters.add(&counter, n, first);
            }
        }
    }
}

//! What each task waits for when a run is stuck.
//!
//! Owns the table, computed from each task's last records. Knows nothing of queues.

use std::collections::BTreeMap;

use vpyb_core::time::Instant;

use super::{Outcome, Paint, brief};
use crate::expect::clock;
use crate::trace::record::{Entry, Kind, Task, Yielded};

/// The state of a task at the end of a trace.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Wait {
    what: String,
    since: Instant,
}

/// One line a task that has not finished: what it waits for, since when, for how long.
pub(super) fn table(outcome: &Outcome, paint: Paint) -> String {
    let waits = waits(outcome);
    let mut rows = vec![["task", "waits for", "since", "for"].map(String::from)];
    for (task, wait) in waits {
        let span = brief(outcome.trace.end().since(wait.since));
        rows.push([outcome.roster.task(task), wait.what, clock(wait.since), span]);
    }
    if rows.len() == 1 {
        return "  no task is left\n".into();
    }
    let widths =
        [0, 1, 2, 3].map(|i| rows.iter().map(|row| row[i].chars().count()).max().unwrap_or_default());
    let mut out = String::new();
    for (i, row) in rows.iter().enumerate() {
        let columns: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let line = format!("  {}", columns.join("   ").trim_end());
        out += &if i == 0 { paint.head(&line) } else { line };
        out.push('\n');
    }
    out
}

fn waits(outcome: &Outcome) -> BTreeMap<Task, Wait> {
    let trace = outcome.trace;
    let mut waits: BTreeMap<Task, Wait> = BTreeMap::new();
    for record in trace.records() {
        let at = record.at;
        let (task, what, since) = match record.kind {
            Kind::TaskCreated { task, .. } => (task, "its first turn".to_owned(), at),
            Kind::Ready { entry: Entry::Task(task), .. } => (task, "its turn".to_owned(), at),
            Kind::Step { task, yielded, took, .. } => {
                let what = match yielded {
                    Yielded::Running => "nothing: it is inside a step".to_owned(),
                    Yielded::None | Yielded::Delay(0) | Yielded::SleepMs(0) => "its turn".to_owned(),
                    Yielded::Delay(ms) | Yielded::SleepMs(ms) => format!("the end of its sleep of {ms} ms"),
                    Yielded::AfterMs(ms) | Yielded::After(ms) => {
                        format!("the end of its {ms} ms at low priority")
                    }
                    Yielded::IoRead(device) => format!("{} to be readable", trace.text(device)),
                    Yielded::IoWrite(device) => format!("{} to be writable", trace.text(device)),
                    Yielded::IoReadDone(_) | Yielded::IoWriteDone(_) => "its turn".to_owned(),
                    Yielded::Park => "somebody to put it into the run queue".to_owned(),
                    Yielded::Waker => "its waker".to_owned(),
                    Yielded::StopLoop => "the event loop to be started again".to_owned(),
                    Yielded::Return | Yielded::Cancelled | Yielded::TimedOut | Yielded::Raise(_) => {
                        waits.remove(&task);
                        continue;
                    }
                };
                let since = if yielded == Yielded::Running { at } else { at + took };
                (task, what, since)
            }
            Kind::TimerArmed { entry: Entry::Task(task), due, .. } => {
                if let Some(wait) = waits.get_mut(&task) {
                    wait.what = format!("its timer, due at {}", clock(due));
                }
                continue;
            }
            Kind::Finished { task } => {
                waits.remove(&task);
                continue;
            }
            _ => continue,
        };
        waits.insert(task, Wait { what, since });
    }
    waits
}

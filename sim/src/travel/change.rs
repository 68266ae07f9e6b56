//! What changed something last: a pin, a task, an LED, a UART, a counter.
//!
//! Owns what counts as a change of each.

use vpyb_core::time::Instant;

use crate::sight::matches_task;
use crate::trace::record::{Entry, Kind, NetLevel, Task};
use crate::trace::{Levels, Name, Record, Seq, Trace};

/// Something that changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// What a pin shows.
    Pin(Name),
    /// What a task does; several if it is a family's name.
    Tasks(Vec<Task>),
    /// Anything that is called so: an LED, a UART, a bus, a counter, a device.
    Named(Name),
}

impl Subject {
    /// What a word of the command line means in this trace.
    ///
    /// # Errors
    /// That nothing has this name.
    pub fn of(trace: &Trace, word: &str) -> Result<Self, String> {
        let state = crate::trace::State::at(trace, trace.end());
        let tasks = state.scheduling.tasks.iter();
        let tasks =
            tasks.filter(|(_, task)| task.name.is_some_and(|name| matches_task(word, trace.text(name))));
        let tasks: Vec<Task> = tasks.map(|(&task, _)| task).collect();
        if !tasks.is_empty() {
            return Ok(Self::Tasks(tasks));
        }
        match trace.names().find(word) {
            Some(name) if state.wires.pins.contains_key(&name) && !state.leds.contains_key(&name) => {
                Ok(Self::Pin(name))
            }
            Some(name) => Ok(Self::Named(name)),
            None => {
                Err(format!("no pin, task, LED, UART, bus, counter or device of this run is called `{word}`"))
            }
        }
    }
}

/// The last record before an instant that changed it.
pub fn last_change(trace: &Trace, subject: &Subject, before: Instant) -> Option<Seq> {
    let early = trace.iter().take_while(|(_, record)| record.at < before);
    match subject {
        Subject::Pin(pin) => {
            let mut levels = Levels::before(trace);
            let mut shown = levels.level(*pin);
            let changes = early.filter(|(_, record)| {
                levels.apply(record);
                let now: NetLevel = levels.level(*pin);
                std::mem::replace(&mut shown, now) != now
            });
            changes.last().map(|(seq, _)| seq)
        }
        Subject::Tasks(tasks) => {
            let changes = |record: &Record| match record.kind {
                Kind::Op { .. } | Kind::Line { .. } | Kind::Used { .. } => false,
                Kind::Ready { entry, .. } => matches!(entry, Entry::Task(task) if tasks.contains(&task)),
                ref kind => kind.task().is_some_and(|task| tasks.contains(&task)),
            };
            early.filter(|(_, record)| changes(record)).last().map(|(seq, _)| seq)
        }
        Subject::Named(name) => {
            early.filter(|(_, record)| record.kind.names().any(|own| own == *name)).last().map(|(seq, _)| seq)
        }
    }
}

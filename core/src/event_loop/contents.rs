//! What a loop holds at a moment, for its owner.
//!
//! Owns [`Contents`], with which a test holds what an observer was told against what is so. Nothing is changed by
//! looking.

use alloc::vec::Vec;

use super::entry::{Decoded, RawEntry};
use super::firmware::Firmware;
use super::shared::Shared;
use super::task::Pending;
use super::wait_queue::Timer;
use crate::error::Interrupt;
use crate::observer::{Entry, TaskId};

/// What a loop holds between two steps. It is not in the tutorial.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Contents {
    /// What waits for its turn, the next one first; what is in the I/O queue is before the run queue.
    pub ready: Vec<Entry>,
    /// What is due later, by the numbers of the timers, each with its due tick.
    pub timed: Vec<(u32, u32, Entry)>,
    /// The tasks that have not ended, by number, each with the interrupt that it has not noticed yet.
    pub tasks: Vec<(TaskId, Option<Interrupt>)>,
}

impl Firmware {
    /// What the loop holds; nothing before there is one. For tests: it takes memory and time.
    pub fn contents(&self) -> Contents {
        self.shared().map(Shared::contents).unwrap_or_default()
    }
}

impl Shared {
    fn contents(&self) -> Contents {
        let queues = self.ioq().into_iter().chain([&self.runq]);
        let mut ready: Vec<Entry> =
            queues.flat_map(|queue| queue.entries()).filter_map(|raw| self.named(raw)).collect();
        let waiting = self.waitq.borrow();
        let low = self.lpq().map(|lpq| lpq.borrow());
        let mut timers: Vec<Timer> =
            waiting.timers().chain(low.iter().flat_map(|low| low.timers())).collect();
        timers.sort_unstable_by_key(|timer| timer.serial);
        let (now, later): (Vec<Timer>, Vec<Timer>) = timers.into_iter().partition(|timer| timer.ready);
        ready.extend(now.into_iter().filter_map(|timer| self.named(timer.entry)));
        let timed =
            later.into_iter().filter_map(|timer| Some((timer.serial, timer.due, self.named(timer.entry)?)));
        let slots = self.registry.slots();
        let own = (0..slots).map(|slot| self.task(slot)).filter(|task| !task.is_finished());
        let mut tasks: Vec<_> = own
            .map(|task| match task.pending() {
                Pending::Interrupt(with) => (task.id.get(), Some(with)),
                _ => (task.id.get(), None),
            })
            .collect();
        tasks.sort_unstable_by_key(|(task, _)| *task);
        Contents { ready, timed: timed.collect(), tasks }
    }

    /// What an observer calls an entry; none of the loop's own.
    fn named(&self, raw: RawEntry) -> Option<Entry> {
        match raw.decode() {
            Decoded::Task(slot) | Decoded::Woken(slot) => Some(Entry::Task(self.task(slot).id.get())),
            Decoded::Callback(key) => {
                self.callbacks().map(|callbacks| Entry::Callback(callbacks.id(self, key)))
            }
            Decoded::Wake(_) | Decoded::Nothing | Decoded::Half => None,
        }
    }
}

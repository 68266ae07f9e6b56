//! Entries that are due at a tick, as they go into the timed queues and out of them.
//!
//! Owns how an entry is armed and taken back. The order of entries is the queue's.

use super::care;
use super::entry::RawEntry;
use super::shared::{LOW_PRIORITY, Shared, Timed, due_instant};
use super::wait_queue::Timer;
use crate::error::{Queue, QueueFull};
use crate::observer::{Entry, Event};
use crate::ticks;
use crate::time::Instant;

impl Shared {
    /// Puts an entry into the wait queue, due `delay_ms` after the present tick; gives its place.
    pub(super) fn arm(&self, delay_ms: i32, raw: RawEntry, entry: Option<Entry>) -> Result<u32, QueueFull> {
        self.arm_in(Timed::Waiting, self.now(), delay_ms, raw, entry)
    }

    /// Puts an entry into a timed queue, due `delay_ms` after the tick of `now`; gives its place. The step under way, if
    /// there is one, is not plain.
    pub(super) fn arm_in(
        &self,
        queue: Timed,
        now: Instant,
        delay_ms: i32,
        raw: RawEntry,
        entry: Option<Entry>,
    ) -> Result<u32, QueueFull> {
        let place = self.enter_timed(queue, now, delay_ms, raw, entry)?;
        self.spoil();
        Ok(place)
    }

    /// As [`arm_in`](Self::arm_in), when the step is over.
    #[inline]
    pub(super) fn enter_timed(
        &self,
        queue: Timed,
        now: Instant,
        delay_ms: i32,
        raw: RawEntry,
        entry: Option<Entry>,
    ) -> Result<u32, QueueFull> {
        let tick = ticks::ticks_ms(now);
        let due = ticks::ticks_add(tick, delay_ms);
        let timer = self.next_timer.get();
        let (queue, mark) = match queue {
            Timed::Waiting => (Some(&self.waitq), 0),
            Timed::LowPriority => (self.lpq(), LOW_PRIORITY),
        };
        let pushed = match queue {
            Some(queue) => {
                queue.borrow_mut().push(Timer { due, serial: timer, entry: raw, ready: false }, tick)
            }
            None => Err(QueueFull::new(Queue::LowPriority, 0)),
        };
        let place = pushed.map_err(|full| {
            let task = match entry {
                Some(Entry::Task(task)) => Some(task),
                _ => None,
            };
            self.report_full(full, task)
        })?;
        self.next_timer.set(timer.wrapping_add(1));
        self.care.set(self.care.get() | care::TIMED);
        if let Some(entry) = entry {
            self.observe(|| Event::TimerArmed { timer, entry, due: due_instant(now, delay_ms) });
        }
        Ok(place | mark)
    }

    /// Takes a timed entry out if it is still at this place.
    pub(super) fn remove_timer(&self, place: u32, entry: RawEntry) -> bool {
        let queue = if place & LOW_PRIORITY == 0 { Some(&self.waitq) } else { self.lpq() };
        let Some(queue) = queue else { return false };
        let removed = queue.borrow_mut().remove(place & !LOW_PRIORITY, entry);
        let Some(timer) = removed else { return false };
        if !timer.ready {
            self.observe(|| Event::TimerDropped { timer: timer.serial });
        }
        true
    }
}

//! Which slots are free, and how tasks are numbered.
//!
//! Owns which slot a new task gets. Knows no queue: a header counts what names it.

use core::cell::Cell;

use super::entry::RawEntry;
use super::shared::NOBODY;
use super::table::Table;
use crate::observer::TaskId;

pub(super) struct Registry {
    /// How many slots have ever been used: the first ones of the table.
    slots: Cell<u32>,
    /// The last of the slots whose task has ended, some of which may still be named by something; [`NOBODY`] if there is
    /// none. Each of them knows the next, and the last one knows the first.
    last: Cell<u32>,
    next_id: Cell<u32>,
}

impl Registry {
    pub fn new() -> Self {
        Self { slots: Cell::new(0), last: Cell::new(NOBODY), next_id: Cell::new(0) }
    }

    /// How many slots have ever been used.
    pub fn slots(&self) -> u32 {
        self.slots.get()
    }

    /// A slot that nothing names any more, the first of those that was retired, or a new one.
    pub fn free_slot(&self, tasks: &Table) -> u32 {
        let last = self.last.get();
        let mut before = last;
        while before != NOBODY {
            let slot = tasks.task(before).next_retired();
            let task = tasks.task(slot);
            if !task.is_named() {
                tasks.task(before).retire_before(task.next_retired());
                if slot == last {
                    self.last.set(if slot == before { NOBODY } else { before });
                }
                return slot;
            }
            before = if slot == last { NOBODY } else { slot };
        }
        let slot = self.slots.get();
        assert!(slot < RawEntry::MAX_INDEX, "too many tasks");
        self.slots.set(slot + 1);
        slot
    }

    pub fn retire(&self, tasks: &Table, slot: u32) {
        let last = self.last.replace(slot);
        let mut first = slot;
        if last != NOBODY {
            let last = tasks.task(last);
            first = last.next_retired();
            last.retire_before(slot);
        }
        tasks.task(slot).retire_before(first);
    }

    pub fn next_id(&self) -> TaskId {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        TaskId(id)
    }
}

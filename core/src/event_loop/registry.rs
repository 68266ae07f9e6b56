//! Which slots are free, and how tasks are numbered and called.
//!
//! Owns which slot a new task gets. Knows no queue: a header counts what names it.

use alloc::vec::Vec;

use super::entry::RawEntry;
use super::name::Names;
use super::table::Table;
use crate::observer::TaskId;

pub(super) struct Registry {
    pub names: Names,
    /// How many slots have ever been used: the first ones of the table.
    slots: u32,
    /// Slots whose task has ended; some may still be named by something.
    retired: Vec<u32>,
    next_id: u32,
}

impl Registry {
    /// Has room for so many tasks before it grows.
    pub fn new(room: usize) -> Self {
        Self { names: Names::new(room), slots: 0, retired: Vec::new(), next_id: 0 }
    }

    /// How many slots have ever been used.
    pub fn slots(&self) -> u32 {
        self.slots
    }

    /// A slot that nothing names any more, or a new one.
    pub fn free_slot(&mut self, tasks: &Table) -> u32 {
        let unused = |&slot: &u32| !tasks.task(slot).is_named();
        if let Some(at) = self.retired.iter().position(unused) {
            return self.retired.swap_remove(at);
        }
        assert!(self.slots < RawEntry::MAX_INDEX, "a loop holds under 2^30 tasks");
        self.slots += 1;
        self.slots - 1
    }

    pub fn retire(&mut self, slot: u32) {
        self.retired.push(slot);
    }

    pub fn next_id(&mut self) -> TaskId {
        self.next_id += 1;
        TaskId(self.next_id - 1)
    }
}

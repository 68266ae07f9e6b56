//! All task slots, and how often each function has been made a task.
//!
//! Owns which slot a new task gets and how it is called. Knows no queue: a header counts what names it.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::entry::RawEntry;
use super::task::{Header, TaskName};
use crate::observer::TaskId;

/// All task slots, and how often each function has been made a task.
#[derive(Default)]
pub(super) struct Registry {
    pub headers: Vec<Rc<Header>>,
    /// Slots whose task has ended; some may still be named by something.
    retired: Vec<u32>,
    next_id: u32,
    counts: Vec<(&'static str, u32)>,
}

impl Registry {
    /// A slot that nothing names any more, or a new one. The owner holds one header, the registry one.
    pub fn free_slot(&mut self) -> Rc<Header> {
        let unused = |&slot: &u32| {
            let header = &self.headers[slot as usize];
            header.entries.get() == 0 && Rc::strong_count(header) <= 2
        };
        if let Some(at) = self.retired.iter().position(unused) {
            return self.headers[self.retired.swap_remove(at) as usize].clone();
        }
        let header = Rc::new(Header::new(self.headers.len() as u32));
        assert!(header.slot < RawEntry::MAX_INDEX, "a loop holds under 2^30 tasks");
        self.headers.push(header.clone());
        header
    }

    pub fn retire(&mut self, slot: u32) {
        self.retired.push(slot);
    }

    pub fn next_id(&mut self) -> TaskId {
        self.next_id += 1;
        TaskId(self.next_id - 1)
    }

    pub fn numbered(&mut self, base: &'static str) -> TaskName {
        let number = match self.counts.iter_mut().find(|(name, _)| *name == base) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                self.counts.push((base, 1));
                1
            }
        };
        TaskName::numbered(base, number)
    }
}

//! The table of task slots.
//!
//! Owns the headers, at places that never change: the table grows by blocks, each as long as all before it together.
//! Knows no names and no queues.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::OnceCell;

use super::slot::Task;
use super::task::Header;

pub(super) struct Table {
    headers: Vec<Header>,
    more: OnceCell<Box<Table>>,
}

impl Table {
    /// A table with room for so many tasks before it grows.
    pub fn new(room: usize) -> Self {
        Self { headers: (0..room.max(1)).map(|_| Header::new()).collect(), more: OnceCell::new() }
    }

    /// The first slots.
    #[inline]
    pub fn first_block(&self) -> &[Header] {
        &self.headers
    }

    /// The task in a slot.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    #[cfg_attr(not(target_pointer_width = "32"), inline)]
    pub fn task(&self, slot: u32) -> Task<'_> {
        let near = self.headers.get(slot as usize);
        Task { slot, header: near.unwrap_or_else(|| self.beyond(slot as usize)) }
    }

    #[cold]
    #[inline(never)]
    fn beyond(&self, slot: usize) -> &Header {
        let (mut table, mut rest, mut before) = (self, slot, 0);
        while rest >= table.headers.len() {
            rest -= table.headers.len();
            before += table.headers.len();
            table = table.more.get_or_init(|| Box::new(Self::new(before)));
        }
        &table.headers[rest]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_keeps_its_place() {
        let table = Table::new(3);
        let headers: [*const Header; 40] =
            core::array::from_fn(|slot| &raw const *table.task(slot as u32).header);
        let mut different = headers;
        different.sort_unstable();
        assert!(different.windows(2).all(|pair| pair[0] != pair[1]));
        let again = core::array::from_fn(|slot| &raw const *table.task(slot as u32).header);
        assert_eq!(headers, again);
    }
}

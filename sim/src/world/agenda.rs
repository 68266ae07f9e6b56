//! The agenda: future events of the world, in order.
//!
//! Owns the order `(time, seq)`: of equal times, what was scheduled first happens first. Knows nothing of
//! what the events are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use vpyb_core::time::Instant;

use super::What;
use crate::trace::Seq;

/// An event of the agenda.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Event {
    /// When it happens.
    pub at: Instant,
    /// Its place in the order of scheduling.
    pub order: u64,
    /// The record that made it happen.
    pub cause: Option<Seq>,
    /// What happens.
    pub what: What,
}

/// Future events, earliest first.
#[derive(Clone, Default, Debug)]
pub struct Agenda {
    heap: BinaryHeap<Reverse<Event>>,
    next_order: u64,
}

impl Agenda {
    /// Enters an event.
    pub fn schedule(&mut self, at: Instant, cause: Option<Seq>, what: What) {
        let order = self.next_order;
        self.next_order += 1;
        self.heap.push(Reverse(Event { at, order, cause, what }));
    }

    /// When the first event is due.
    pub fn first_due(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse(event)| event.at)
    }

    /// Takes the first event out if it is due no later than `until`.
    pub fn take_due(&mut self, until: Instant) -> Option<Event> {
        if self.first_due()? > until {
            return None;
        }
        self.heap.pop().map(|Reverse(event)| event)
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is going to happen.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

impl PartialEq for Agenda {
    fn eq(&self, other: &Self) -> bool {
        self.next_order == other.next_order
            && self.heap.clone().into_sorted_vec() == other.heap.clone().into_sorted_vec()
    }
}

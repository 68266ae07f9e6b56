//! The agenda: future events of the world, in order.
//!
//! Owns the order `(time, seq)`: of equal times, what was scheduled first happens first. Knows nothing of
//! what the events are.
//!
//! Mostly few events are ahead, and what is entered is due soon. So the next ones lie in a short list in their order, and those that
//! have no place there in a heap.
//!
//! Invariant **near-first** — no event of the heap comes before one of the list, and the list is empty only if the heap is.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use vpyb_core::time::Instant;

use super::What;
use crate::trace::Seq;

/// An event of the agenda.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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

impl Event {
    /// What events are ordered by: time, then order, as one number.
    fn key(&self) -> u128 {
        u128::from(self.at.as_nanos()) << 64 | u128::from(self.order)
    }
}

/// No two events of an agenda have the same place in the order.
impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// So many events have a place in the list.
const NEAR: usize = 16;

/// Future events, earliest first.
#[derive(Clone, Default, Debug)]
pub struct Agenda {
    /// The next ones, the first of them at the end.
    near: Vec<Event>,
    far: BinaryHeap<Reverse<Event>>,
    next_order: u64,
}

impl Agenda {
    /// Enters an event.
    pub fn schedule(&mut self, at: Instant, cause: Option<Seq>, what: What) {
        let event = Event { at, order: self.next_order, cause, what };
        self.next_order += 1;
        if self.far.peek().is_some_and(|Reverse(first)| first.at <= at) {
            return self.put_away(event);
        }
        let mut place = self.near.len();
        self.near.push(event);
        let near = self.near.as_mut_slice();
        // It comes behind all of its instant that were entered before.
        while place > 0 && near[place - 1].at <= at {
            near[place] = near[place - 1];
            place -= 1;
            near[place] = event;
        }
        if self.near.len() > NEAR {
            self.make_room();
        }
    }

    #[inline(never)]
    fn put_away(&mut self, event: Event) {
        self.far.push(Reverse(event));
    }

    /// Puts half of the list into the heap.
    #[inline(never)]
    fn make_room(&mut self) {
        self.far.extend(self.near.drain(..NEAR / 2).map(Reverse));
    }

    /// When the first event is due.
    #[inline]
    pub fn first_due(&self) -> Option<Instant> {
        self.near.last().map(|event| event.at)
    }

    /// Takes the first event out if it is due no later than `until`.
    #[inline]
    pub fn take_due(&mut self, until: Instant) -> Option<Event> {
        let first = self.near.pop_if(|event| event.at <= until)?;
        if self.near.is_empty() && !self.far.is_empty() {
            self.fetch();
        }
        Some(first)
    }

    /// Fills the empty list from the heap.
    #[inline(never)]
    fn fetch(&mut self) {
        while self.near.len() < NEAR / 2
            && let Some(Reverse(event)) = self.far.pop()
        {
            self.near.push(event);
        }
        self.near.reverse();
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.near.len() + self.far.len()
    }

    /// Whether nothing is going to happen.
    pub fn is_empty(&self) -> bool {
        self.near.is_empty()
    }

    /// All events in order.
    fn sorted(&self) -> Vec<Event> {
        let mut events = self.near.clone();
        events.extend(self.far.iter().map(|Reverse(event)| *event));
        events.sort_unstable();
        events
    }
}

impl PartialEq for Agenda {
    fn eq(&self, other: &Self) -> bool {
        self.next_order == other.next_order && self.sorted() == other.sorted()
    }
}

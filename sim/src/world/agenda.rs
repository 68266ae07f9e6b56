//! The agenda: future events of the world, in order.
//!
//! Owns the order `(time, seq)`: of equal times, what was scheduled first happens first. Knows nothing of
//! what the events are.
//!
//! Most events follow from the one before: an edge at the same instant, the next bit. So what is scheduled for the instant
//! of the event that was taken last waits in a queue of its own, and the place of that event in the heap stays open until
//! the next one is entered, which mostly takes it.
//!
//! Invariants: **one-instant** — all events of `now` are due at the same instant, in the order of scheduling; **hole** — while
//! `open` is set, the first element of the heap has been taken already.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

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

/// Future events, earliest first.
#[derive(Clone, Default, Debug)]
pub struct Agenda {
    heap: BinaryHeap<Reverse<Event>>,
    open: bool,
    now: VecDeque<Event>,
    /// The instant of the event that was taken last.
    reached: Instant,
    next_order: u64,
}

impl Agenda {
    /// Enters an event.
    pub fn schedule(&mut self, at: Instant, cause: Option<Seq>, what: What) {
        let event = Event { at, order: self.next_order, cause, what };
        self.next_order += 1;
        if at == self.reached && self.now.front().is_none_or(|now| now.at == at) {
            self.now.push_back(event);
        } else if std::mem::take(&mut self.open)
            && let Some(mut hole) = self.heap.peek_mut()
        {
            *hole = Reverse(event);
        } else {
            self.heap.push(Reverse(event));
        }
    }

    /// When the first event is due.
    pub fn first_due(&self) -> Option<Instant> {
        match (self.first_of_heap(), self.now.front()) {
            (Some(first), Some(now)) => Some(first.at.min(now.at)),
            (first, now) => first.or(now).map(|event| event.at),
        }
    }

    /// The first event of the heap that has not been taken.
    fn first_of_heap(&self) -> Option<&Event> {
        let first = if self.open { self.second() } else { self.heap.peek() };
        first.map(|Reverse(event)| event)
    }

    /// The earlier one of the two below the first of the heap.
    fn second(&self) -> Option<&Reverse<Event>> {
        match self.heap.as_slice() {
            [_, left, right, ..] => Some(left.max(right)),
            [_, left] => Some(left),
            _ => None,
        }
    }

    /// Takes the first event out if it is due no later than `until`.
    pub fn take_due(&mut self, until: Instant) -> Option<Event> {
        let first = self.first_of_heap();
        if let Some(now) = self.now.front()
            && first.is_none_or(|first| now < first)
        {
            return if now.at > until { None } else { self.now.pop_front() };
        }
        let first = *first.filter(|first| first.at <= until)?;
        if self.open {
            self.heap.pop();
        }
        self.open = true;
        self.reached = first.at;
        Some(first)
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.heap.len() + self.now.len() - usize::from(self.open)
    }

    /// Whether nothing is going to happen.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All events in order.
    fn sorted(&self) -> Vec<Event> {
        let mut heap = self.heap.clone();
        if self.open {
            heap.pop();
        }
        let mut events: Vec<Event> =
            heap.into_iter().map(|Reverse(event)| event).chain(self.now.clone()).collect();
        events.sort_unstable();
        events
    }
}

impl PartialEq for Agenda {
    fn eq(&self, other: &Self) -> bool {
        self.next_order == other.next_order && self.sorted() == other.sorted()
    }
}

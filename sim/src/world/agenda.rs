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

use std::collections::VecDeque;

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
    fn is_before(&self, other: &Self) -> bool {
        (self.at, self.order) < (other.at, other.order)
    }
}

/// Future events, earliest first.
#[derive(Clone, Default, Debug)]
pub struct Agenda {
    /// A binary heap, earliest first.
    heap: Vec<Event>,
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
        } else if std::mem::take(&mut self.open) {
            self.heap[0] = event;
            self.sift_down();
        } else {
            self.heap.push(event);
            self.sift_up();
        }
    }

    /// When the first event is due.
    pub fn first_due(&self) -> Option<Instant> {
        self.first().map(|event| event.at)
    }

    /// The first event.
    fn first(&self) -> Option<&Event> {
        let first = if self.open { self.second() } else { self.heap.first() };
        match (first, self.now.front()) {
            (Some(first), Some(now)) => Some(if first.is_before(now) { first } else { now }),
            (first, now) => first.or(now),
        }
    }

    /// The earlier one below the first of the heap.
    fn second(&self) -> Option<&Event> {
        match (self.heap.get(1), self.heap.get(2)) {
            (Some(left), Some(right)) if right.is_before(left) => Some(right),
            (left, _) => left,
        }
    }

    /// Takes the first event out if it is due no later than `until`.
    pub fn take_due(&mut self, until: Instant) -> Option<Event> {
        let first = *self.first()?;
        if first.at > until {
            return None;
        }
        if self.now.front() == Some(&first) {
            return self.now.pop_front();
        }
        if std::mem::take(&mut self.open) {
            self.close();
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

    /// Fills the hole with the last element.
    fn close(&mut self) {
        self.heap.swap_remove(0);
        self.sift_down();
    }

    /// Moves the first element to its place.
    fn sift_down(&mut self) {
        let mut place = 0;
        loop {
            let left = 2 * place + 1;
            let Some(below) = self.heap.get(left) else { return };
            let right = self.heap.get(left + 1).filter(|right| right.is_before(below));
            let (child, below) = right.map_or((left, below), |right| (left + 1, right));
            if !below.is_before(&self.heap[place]) {
                return;
            }
            self.heap.swap(place, child);
            place = child;
        }
    }

    /// Moves the last element to its place.
    fn sift_up(&mut self) {
        let mut place = self.heap.len() - 1;
        while place > 0 {
            let above = (place - 1) / 2;
            if !self.heap[place].is_before(&self.heap[above]) {
                return;
            }
            self.heap.swap(place, above);
            place = above;
        }
    }

    /// All events in order.
    fn sorted(&self) -> Vec<Event> {
        let held = self.heap.iter().skip(usize::from(self.open)).chain(&self.now);
        let mut events: Vec<Event> = held.copied().collect();
        events.sort_by_key(|event| (event.at, event.order));
        events
    }
}

impl PartialEq for Agenda {
    fn eq(&self, other: &Self) -> bool {
        self.next_order == other.next_order && self.sorted() == other.sorted()
    }
}

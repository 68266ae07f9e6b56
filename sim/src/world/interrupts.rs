//! Requests of peripherals to the CPU.
//!
//! Owns which requests wait for their handler, in which order they are served, and until when a handler keeps
//! the others waiting. Knows neither handlers nor who asks: [`Bench`](super::Bench) enters requests, and the
//! world hands each on when its turn has come.
//!
//! Invariant **one-at-a-time**: no request is served while a handler runs, so that none breaks into another; of those
//! that wait the one with the smallest number goes first. On the chip that is so between handlers of one priority.

use std::collections::BTreeMap;

use vpyb_core::time::Instant;

use crate::trace::Seq;

/// A source of interrupt requests. Of two that wait the smaller is served first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Irq(pub u16);

#[derive(Clone, Copy, PartialEq, Debug)]
struct Request {
    /// The CPU cannot begin before.
    from: Instant,
    cause: Option<Seq>,
}

/// What waits for the CPU.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Interrupts {
    waiting: BTreeMap<Irq, Request>,
    /// When the handler that began last is over.
    pub busy_until: Instant,
}

impl Interrupts {
    /// Enters a request that can be served from an instant on; gives when to look at it. One that waits already
    /// stays as it is.
    pub fn request(&mut self, irq: Irq, from: Instant, cause: Option<Seq>) -> Instant {
        self.waiting.entry(irq).or_insert(Request { from, cause });
        from.max(self.busy_until)
    }

    /// Forgets a request.
    pub fn withdraw(&mut self, irq: Irq) {
        self.waiting.remove(&irq);
    }

    /// What is to be done now that a request may be due.
    pub fn take(&mut self, now: Instant) -> Take {
        let Some((&irq, &request)) = self.waiting.iter().find(|(_, request)| request.from <= now) else {
            return Take::Nothing;
        };
        if now < self.busy_until {
            return Take::Later(self.busy_until);
        }
        self.waiting.remove(&irq);
        Take::Serve(irq, request.cause)
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Take {
    /// Nobody waits any more.
    Nothing,
    /// A handler runs; look again then.
    Later(Instant),
    /// This one, and the record that made it wait.
    Serve(Irq, Option<Seq>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us(us: u64) -> Instant {
        Instant::from_micros(us)
    }

    #[test]
    fn the_smallest_number_goes_first_and_each_waits_for_the_handler_before() {
        let mut interrupts = Interrupts::default();
        assert_eq!(interrupts.request(Irq(9), us(10), None), us(10));
        assert_eq!(interrupts.request(Irq(3), us(10), Some(Seq(1))), us(10));
        assert_eq!(interrupts.take(us(10)), Take::Serve(Irq(3), Some(Seq(1))));
        interrupts.busy_until = us(12);
        assert_eq!(interrupts.take(us(10)), Take::Later(us(12)));
        assert_eq!(interrupts.request(Irq(1), us(11), None), us(12), "one that comes during the handler");
        assert_eq!(interrupts.take(us(12)), Take::Serve(Irq(1), None));
        assert_eq!(interrupts.take(us(12)), Take::Serve(Irq(9), None));
        assert_eq!(interrupts.take(us(12)), Take::Nothing);
    }

    #[test]
    fn a_request_is_served_once_and_not_before_its_time() {
        let mut interrupts = Interrupts::default();
        interrupts.request(Irq(3), us(10), Some(Seq(1)));
        interrupts.request(Irq(3), us(15), Some(Seq(2)));
        assert_eq!(interrupts.take(us(9)), Take::Nothing);
        assert_eq!(interrupts.take(us(10)), Take::Serve(Irq(3), Some(Seq(1))));
        assert_eq!(interrupts.take(us(15)), Take::Nothing);
        interrupts.request(Irq(3), us(20), None);
        interrupts.withdraw(Irq(3));
        assert_eq!(interrupts.take(us(20)), Take::Nothing);
    }
}

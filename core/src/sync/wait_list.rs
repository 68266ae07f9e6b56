//! Who waits, in order of arrival.
//!
//! Owns the list and the wakers in it, and what was handed to whom. It does not know what is handed over.
//!
//! ```text
//!   (enter) ──▶ Waiting ──grant──▶ Granted ──take──▶ (gone, with the grant)
//!                  └──────leave───────┴─────▶ (gone; a grant is given back, to be passed on)
//! ```
//!
//! Invariants: **ordered** — tickets ascend from front to back; **called-once** — a grant takes the waker out
//! and calls it, so that a waiter is woken once for each.

use alloc::collections::VecDeque;
use core::cell::RefCell;
use core::future::Future;
use core::num::NonZeroU64;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::tag::Tag;
use crate::observer::Use;

/// Places that a list is made with.
const PLACES: usize = 8;

/// A waiter's number in one list; never given twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ticket(NonZeroU64);

enum State<G> {
    Waiting(Waker),
    Granted(G),
}

struct Waiter<G> {
    ticket: Ticket,
    state: State<G>,
}

struct Inner<G> {
    waiters: VecDeque<Waiter<G>>,
    next: Ticket,
    waiting: usize,
}

/// Waiters, first come first served. `G` is what a waiter is handed.
pub(super) struct WaitList<G = ()> {
    inner: RefCell<Inner<G>>,
}

impl<G> Inner<G> {
    /// Where a waiter is: nearly always at the front, since who came first is served first.
    #[inline]
    fn place(&self, ticket: Ticket) -> usize {
        if self.waiters.front().is_some_and(|first| first.ticket == ticket) { 0 } else { self.search(ticket) }
    }

    fn search(&self, ticket: Ticket) -> usize {
        let found = self.waiters.binary_search_by_key(&ticket, |waiter| waiter.ticket);
        found.unwrap_or_else(|_| unreachable!("a waiter stays in the list until it takes or leaves"))
    }

    /// Takes out who is at a place.
    #[inline]
    fn remove(&mut self, at: usize) -> State<G> {
        let waiter = if at == 0 { self.waiters.pop_front() } else { self.waiters.remove(at) };
        waiter.expect("a place that was found").state
    }
}

impl<G> WaitList<G> {
    pub fn new() -> Self {
        let next = Ticket(NonZeroU64::MIN);
        let inner = Inner { waiters: VecDeque::with_capacity(PLACES), next, waiting: 0 };
        Self { inner: RefCell::new(inner) }
    }

    /// How many wait and have been granted nothing yet.
    pub fn waiting(&self) -> usize {
        self.inner.borrow().waiting
    }

    /// Hands over to who has waited longest, and wakes it; gives the grant back if nobody waits.
    pub fn grant(&self, grant: G) -> Result<(), G> {
        self.grant_below(Ticket(NonZeroU64::MAX), grant)
    }

    /// Hands over to all who wait now.
    pub fn grant_all(&self, grant: G)
    where
        G: Clone,
    {
        // A waker may do anything, even enter this list: who comes later is not meant.
        let end = self.inner.borrow().next;
        while self.waiting() > 0 && self.grant_below(end, grant.clone()).is_ok() {}
    }

    fn grant_below(&self, end: Ticket, grant: G) -> Result<(), G> {
        let mut inner = self.inner.borrow_mut();
        if inner.waiting == 0 {
            return Err(grant);
        }
        let first = inner.waiters.iter_mut().find(|waiter| matches!(waiter.state, State::Waiting(_)));
        let Some(waiter) = first.filter(|waiter| waiter.ticket < end) else { return Err(grant) };
        let before = core::mem::replace(&mut waiter.state, State::Granted(grant));
        inner.waiting -= 1;
        drop(inner);
        match before {
            State::Waiting(waker) => waker.wake(),
            State::Granted(_) => unreachable!("the waiter was found waiting"),
        }
        Ok(())
    }

    fn enter(&self, cx: &Context<'_>) -> Ticket {
        let waker = cx.waker().clone();
        let mut inner = self.inner.borrow_mut();
        let ticket = inner.next;
        inner.next = Ticket(ticket.0.saturating_add(1));
        inner.waiting += 1;
        inner.waiters.push_back(Waiter { ticket, state: State::Waiting(waker) });
        ticket
    }

    /// Takes what was granted, or has the waker of `cx` called from now on.
    fn take(&self, ticket: Ticket, cx: &Context<'_>) -> Poll<G> {
        let mut inner = self.inner.borrow_mut();
        let at = inner.place(ticket);
        match &mut inner.waiters[at].state {
            State::Granted(_) => match inner.remove(at) {
                State::Granted(grant) => Poll::Ready(grant),
                State::Waiting(_) => unreachable!("it was found granted"),
            },
            State::Waiting(waker) if waker.will_wake(cx.waker()) => Poll::Pending,
            State::Waiting(waker) => {
                let before = core::mem::replace(waker, cx.waker().clone());
                drop(inner);
                drop(before);
                Poll::Pending
            }
        }
    }

    /// Leaves the list; gives back what was granted, if anything was.
    fn leave(&self, ticket: Ticket) -> Option<G> {
        let mut inner = self.inner.borrow_mut();
        let at = inner.place(ticket);
        let state = inner.remove(at);
        if let State::Waiting(_) = state {
            inner.waiting -= 1;
        }
        drop(inner);
        match state {
            State::Granted(grant) => Some(grant),
            State::Waiting(_) => None,
        }
    }

    /// A wait that enters the list when it is first polled. It is told by `tag`, and so is its end.
    pub fn wait<'a>(&'a self, tag: &'a Tag) -> Wait<'a, G> {
        Wait { list: self, tag, ticket: None }
    }
}

/// One wait in a list.
///
/// Dropped, it leaves the list. Its user asks [`give_up`](Self::give_up) first if a grant must be passed on.
pub(super) struct Wait<'a, G> {
    list: &'a WaitList<G>,
    tag: &'a Tag,
    ticket: Option<Ticket>,
}

impl<G> Wait<'_, G> {
    /// Whether it is in the list.
    pub fn has_entered(&self) -> bool {
        self.ticket.is_some()
    }

    /// Leaves the list; gives back what was granted, if anything was.
    #[inline]
    pub fn give_up(&mut self) -> Option<G> {
        if self.ticket.is_none() { None } else { self.leave() }
    }

    #[cold]
    fn leave(&mut self) -> Option<G> {
        let ticket = self.ticket.take()?;
        self.tag.tell(Use::WaitEnds);
        self.list.leave(ticket)
    }
}

impl<G> Future for Wait<'_, G> {
    type Output = G;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<G> {
        match self.ticket {
            None => {
                self.ticket = Some(self.list.enter(cx));
                self.tag.tell(Use::WaitsOn);
                Poll::Pending
            }
            Some(ticket) => {
                let taken = self.list.take(ticket, cx);
                if taken.is_ready() {
                    self.ticket = None;
                    self.tag.tell(Use::WaitEnds);
                }
                taken
            }
        }
    }
}

impl<G> Drop for Wait<'_, G> {
    #[inline]
    fn drop(&mut self) {
        self.give_up();
    }
}

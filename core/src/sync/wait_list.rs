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
//!
//! Nearly always the one that is granted something, and the one that takes it, is at the front: that is looked at first,
//! and the rest is out of the way.

use alloc::collections::VecDeque;
use core::cell::{Cell, RefCell};
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

/// Those in a list. Most lists have one at a time; that one has a place of its own, which is found at once.
struct Line<G> {
    /// None only if there is nobody at all.
    first: Option<Waiter<G>>,
    others: VecDeque<Waiter<G>>,
}

/// Waiters, first come first served. `G` is what a waiter is handed.
pub(super) struct WaitList<G = ()> {
    /// How many wait and have been granted nothing yet.
    waiting: Cell<usize>,
    next: Cell<Ticket>,
    line: RefCell<Line<G>>,
}

impl<G> Waiter<G> {
    /// Whether it has been granted nothing yet.
    fn waits(&self) -> bool {
        matches!(self.state, State::Waiting(_))
    }
}

impl<G> Line<G> {
    #[inline]
    fn push(&mut self, waiter: Waiter<G>) {
        match &self.first {
            None => self.first = Some(waiter),
            Some(_) => self.others.push_back(waiter),
        }
    }

    /// The first that has been granted nothing yet.
    #[inline]
    fn first_waiting(&mut self) -> Option<&mut Waiter<G>> {
        match &mut self.first {
            Some(first) if first.waits() => Some(first),
            _ => self.others.iter_mut().find(|waiter| waiter.waits()),
        }
    }

    /// Where one of the others is.
    fn place(&self, ticket: Ticket) -> usize {
        let found = self.others.binary_search_by_key(&ticket, |waiter| waiter.ticket);
        found.unwrap_or_else(|_| unreachable!("a waiter stays in the list until it takes or leaves"))
    }

    fn find(&mut self, ticket: Ticket) -> &mut Waiter<G> {
        let at = if self.is_first(ticket) { None } else { Some(self.place(ticket)) };
        match at {
            None => self.first.as_mut().expect("it was found"),
            Some(at) => &mut self.others[at],
        }
    }

    #[inline]
    fn is_first(&self, ticket: Ticket) -> bool {
        self.first.as_ref().is_some_and(|first| first.ticket == ticket)
    }

    /// Takes out the first; who stands behind moves up.
    #[inline]
    fn remove_first(&mut self) -> Option<Waiter<G>> {
        core::mem::replace(&mut self.first, self.others.pop_front())
    }

    fn remove(&mut self, ticket: Ticket) -> Option<Waiter<G>> {
        if self.is_first(ticket) {
            return self.remove_first();
        }
        let at = self.place(ticket);
        self.others.remove(at)
    }
}

impl<G> WaitList<G> {
    pub fn new() -> Self {
        let others = VecDeque::with_capacity(PLACES);
        Self {
            waiting: Cell::new(0),
            next: Cell::new(Ticket(NonZeroU64::MIN)),
            line: RefCell::new(Line { first: None, others }),
        }
    }

    /// How many wait and have been granted nothing yet.
    #[inline]
    pub fn waiting(&self) -> usize {
        self.waiting.get()
    }

    /// Hands over to who has waited longest, and wakes it; gives the grant back if nobody waits.
    #[inline]
    pub fn grant(&self, grant: G) -> Result<(), G> {
        if self.waiting() == 0 {
            return Err(grant);
        }
        self.grant_below(Ticket(NonZeroU64::MAX), grant)
    }

    /// Hands over to all who wait now.
    pub fn grant_all(&self, grant: G)
    where
        G: Clone,
    {
        // A waker may do anything, even enter this list: who comes later is not meant.
        let end = self.next.get();
        while self.waiting() > 0 && self.grant_below(end, grant.clone()).is_ok() {}
    }

    fn grant_below(&self, end: Ticket, grant: G) -> Result<(), G> {
        let mut line = self.line.borrow_mut();
        let Some(waiter) = line.first_waiting().filter(|waiter| waiter.ticket < end) else {
            return Err(grant);
        };
        let before = core::mem::replace(&mut waiter.state, State::Granted(grant));
        drop(line);
        self.waiting.set(self.waiting.get() - 1);
        match before {
            State::Waiting(waker) => waker.wake(),
            State::Granted(_) => unreachable!("the waiter was found waiting"),
        }
        Ok(())
    }

    #[inline]
    fn enter(&self, cx: &Context<'_>) -> Ticket {
        let waker = cx.waker().clone();
        let ticket = self.next.get();
        self.next.set(Ticket(ticket.0.saturating_add(1)));
        self.waiting.set(self.waiting.get() + 1);
        self.line.borrow_mut().push(Waiter { ticket, state: State::Waiting(waker) });
        ticket
    }

    /// Takes what was granted, or has the waker of `cx` called from now on.
    #[inline]
    fn take(&self, ticket: Ticket, cx: &Context<'_>) -> Poll<G> {
        let mut line = self.line.borrow_mut();
        let is_served = line.first.as_ref().is_some_and(|first| first.ticket == ticket && !first.waits());
        let served = if is_served { line.remove_first() } else { None };
        drop(line);
        match served {
            Some(Waiter { state: State::Granted(grant), .. }) => Poll::Ready(grant),
            _ => self.take_behind(ticket, cx),
        }
    }

    /// As [`take`](Self::take), for one that is not the first, or was granted nothing.
    #[cold]
    #[inline(never)]
    fn take_behind(&self, ticket: Ticket, cx: &Context<'_>) -> Poll<G> {
        let mut line = self.line.borrow_mut();
        let before = match &mut line.find(ticket).state {
            State::Granted(_) => line.remove(ticket).map(|waiter| waiter.state),
            State::Waiting(waker) if waker.will_wake(cx.waker()) => None,
            state => Some(core::mem::replace(state, State::Waiting(cx.waker().clone()))),
        };
        drop(line);
        match before {
            Some(State::Granted(grant)) => Poll::Ready(grant),
            Some(State::Waiting(_)) | None => Poll::Pending,
        }
    }

    /// Leaves the list; gives back what was granted, if anything was.
    fn leave(&self, ticket: Ticket) -> Option<G> {
        let left = self.line.borrow_mut().remove(ticket);
        match left?.state {
            State::Granted(grant) => Some(grant),
            State::Waiting(_) => {
                self.waiting.set(self.waiting.get() - 1);
                None
            }
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
    #[inline]
    pub fn has_entered(&self) -> bool {
        self.ticket.is_some()
    }

    /// Leaves the list; gives back what was granted, if anything was.
    #[inline]
    pub fn give_up(&mut self) -> Option<G> {
        if self.ticket.is_none() { None } else { self.leave() }
    }

    #[cold]
    #[inline(never)]
    fn leave(&mut self) -> Option<G> {
        let ticket = self.ticket.take()?;
        self.tag.tell(Use::WaitEnds);
        self.list.leave(ticket)
    }

    #[cold]
    #[inline(never)]
    fn let_go(&mut self) {
        drop(self.leave());
    }
}

impl<G> Future for Wait<'_, G> {
    type Output = G;

    #[inline]
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
        if self.has_entered() {
            self.let_go();
        }
    }
}

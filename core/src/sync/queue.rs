//! Items from task to task (tutorial section 3.5).
//!
//! Owns [`Queue`], its order and its capacity.
//!
//! Invariants: **bounded** — items kept, items handed over but not taken yet, and places promised are never
//! more than the capacity; **stamped** — each item has a number, drawn when its `put` is first polled, and
//! items that meet in the queue leave in order of these.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use super::tag::Tag;
use super::wait_list::{Wait, WaitList};
use crate::event_loop::EventLoop;
use crate::observer::{ObjectKind, Use};
use crate::unawaited::Awaited;

struct Stamped<T> {
    stamp: u64,
    item: T,
}

/// A queue between tasks: first in, first out; waiting tasks are served first come first served.
///
/// Unlike the original's, which looks every 100 ms, it wakes who waits.
///
/// ```
/// use vpyb_core::sync::Queue;
/// use vpyb_core::{EventLoop, Interrupt};
///
/// async fn producer(ev: &EventLoop, queue: &Queue<u32>) -> Result<(), Interrupt> {
///     for reading in 0.. {
///         ev.interruptible(queue.put(reading)).await?;
///         ev.sleep_ms(100).await?;
///     }
///     Ok(())
/// }
///
/// async fn consumer(ev: &EventLoop, queue: &Queue<u32>) -> Result<u32, Interrupt> {
///     ev.interruptible(queue.get()).await
/// }
/// ```
pub struct Queue<T> {
    items: RefCell<VecDeque<Stamped<T>>>,
    capacity: usize,
    next_stamp: Cell<u64>,
    /// Items handed to getters that have not had their turn.
    handed: Cell<usize>,
    /// Places promised to putters that have not had their turn.
    promised: Cell<usize>,
    getters: WaitList<Stamped<T>>,
    putters: WaitList,
    tag: Tag,
}

fn add(cell: &Cell<usize>) {
    cell.set(cell.get() + 1);
}

fn subtract(cell: &Cell<usize>) {
    cell.set(cell.get() - 1);
}

impl<T> Queue<T> {
    /// A queue for `capacity` items, made with all its places. 0 counts as 1.
    ///
    /// ```
    /// let queue = vpyb_core::sync::Queue::bounded(1);
    /// assert_eq!(queue.try_put('a'), Ok(()));
    /// assert_eq!(queue.try_put('b'), Err('b'));
    /// ```
    pub fn bounded(capacity: usize) -> Self {
        Self::with(capacity.max(1), capacity.max(1))
    }

    /// A queue that takes any number of items, and grows as it must.
    ///
    /// ```
    /// let queue = vpyb_core::sync::Queue::unbounded();
    /// assert!((0..1000).all(|item| queue.try_put(item).is_ok()));
    /// ```
    pub fn unbounded() -> Self {
        Self::with(usize::MAX, 0)
    }

    fn with(capacity: usize, places: usize) -> Self {
        Self {
            items: RefCell::new(VecDeque::with_capacity(places)),
            capacity,
            next_stamp: Cell::new(0),
            handed: Cell::new(0),
            promised: Cell::new(0),
            getters: WaitList::new(),
            putters: WaitList::new(),
            tag: Tag::NONE,
        }
    }

    /// Gives it a name, by which the observer of `event_loop` hears of its use, and reports say who waits for it.
    pub fn named(mut self, event_loop: &EventLoop, name: impl Into<Cow<'static, str>>) -> Self {
        self.tag = Tag::new(event_loop, ObjectKind::Queue, name);
        self
    }

    /// How many items can be taken now: `qsize`.
    pub fn len(&self) -> usize {
        self.items.borrow().len()
    }

    /// Whether there is nothing to be taken.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an item would have to wait for a place.
    pub fn is_full(&self) -> bool {
        self.len() + self.handed.get() + self.promised.get() >= self.capacity
    }

    fn stamp(&self) -> u64 {
        let stamp = self.next_stamp.get();
        self.next_stamp.set(stamp + 1);
        stamp
    }

    /// Hands an item to who has waited longest, or keeps it. There is a place for it.
    #[inline]
    fn store(&self, stamped: Stamped<T>) {
        // Counted first: the getter's waker may look.
        add(&self.handed);
        if let Err(stamped) = self.getters.grant(stamped) {
            subtract(&self.handed);
            self.keep(stamped);
        }
    }

    #[inline(never)]
    fn keep(&self, stamped: Stamped<T>) {
        let mut items = self.items.borrow_mut();
        let at = items.partition_point(|kept| kept.stamp < stamped.stamp);
        items.insert(at, stamped);
    }

    /// A place has become free: it is promised to who has waited longest.
    #[inline]
    fn offer_place(&self) {
        if self.putters.waiting() > 0 {
            self.promise();
        }
    }

    #[inline(never)]
    fn promise(&self) {
        add(&self.promised);
        if self.putters.grant(()).is_err() {
            subtract(&self.promised);
        }
    }

    /// Puts an item, when there is a place for it and nobody waits longer.
    ///
    /// # Cancellation
    ///
    /// Safe. After an interrupt, and when the future is dropped, the item was not put, and is dropped with the
    /// future; a place that had been promised goes to the next one.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn put(&self, item: T) -> impl Future<Output = ()> {
        let put = PutWait { queue: self, wait: self.putters.wait(&self.tag), item: Some(item), stamp: 0 };
        Awaited::new(self.tag.unawaited(|| "Queue::put"), put)
    }

    /// Puts an item if there is a place for it.
    ///
    /// # Errors
    ///
    /// The item, if the queue is full.
    pub fn try_put(&self, item: T) -> Result<(), T> {
        if self.is_full() {
            return Err(item);
        }
        self.tag.tell(Use::Put);
        self.store(Stamped { stamp: self.stamp(), item });
        Ok(())
    }

    /// Takes the first item, when there is one that nobody else has waited for longer.
    ///
    /// # Cancellation
    ///
    /// Safe. After an interrupt, and when the future is dropped, nothing was taken; an item that had been handed over
    /// goes to the next one, or back to its place.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn get(&self) -> impl Future<Output = T> {
        let get = GetWait { queue: self, wait: self.getters.wait(&self.tag) };
        Awaited::new(self.tag.unawaited(|| "Queue::get"), get)
    }

    /// Takes the first item if there is one.
    ///
    /// ```
    /// let queue = vpyb_core::sync::Queue::bounded(2);
    /// queue.try_put(1).unwrap();
    /// queue.try_put(2).unwrap();
    /// assert_eq!([queue.try_get(), queue.try_get(), queue.try_get()], [Some(1), Some(2), None]);
    /// ```
    pub fn try_get(&self) -> Option<T> {
        let first = self.items.borrow_mut().pop_front()?;
        self.tag.tell(Use::Got);
        self.offer_place();
        Some(first.item)
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Queue({})", self.len())
    }
}

struct PutWait<'a, T> {
    queue: &'a Queue<T>,
    wait: Wait<'a, ()>,
    item: Option<T>,
    stamp: u64,
}

/// The item is moved, never pinned.
impl<T> Unpin for PutWait<'_, T> {}

impl<T> Future for PutWait<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let queue = self.queue;
        if self.wait.has_entered() {
            if Pin::new(&mut self.wait).poll(cx).is_pending() {
                return Poll::Pending;
            }
            subtract(&queue.promised);
        } else {
            self.stamp = queue.stamp();
            if queue.is_full() {
                return Pin::new(&mut self.wait).poll(cx);
            }
        }
        let item = self.item.take().expect("a put is polled until it is complete, and not again");
        queue.tag.tell(Use::Put);
        queue.store(Stamped { stamp: self.stamp, item });
        Poll::Ready(())
    }
}

impl<T> PutWait<'_, T> {
    /// Passes a place on that was promised.
    #[cold]
    #[inline(never)]
    fn give_up(&mut self) {
        if let Some(()) = self.wait.give_up() {
            subtract(&self.queue.promised);
            self.queue.offer_place();
        }
    }
}

impl<T> Drop for PutWait<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.wait.has_entered() {
            self.give_up();
        }
    }
}

struct GetWait<'a, T> {
    queue: &'a Queue<T>,
    wait: Wait<'a, Stamped<T>>,
}

impl<T> Future for GetWait<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let queue = self.queue;
        if !self.wait.has_entered()
            && let Some(item) = queue.try_get()
        {
            return Poll::Ready(item);
        }
        Pin::new(&mut self.wait).poll(cx).map(|stamped| {
            subtract(&queue.handed);
            queue.tag.tell(Use::Got);
            queue.offer_place();
            stamped.item
        })
    }
}

impl<T> GetWait<'_, T> {
    /// Passes an item on that was handed over, or puts it back.
    #[cold]
    #[inline(never)]
    fn give_up(&mut self) {
        if let Some(stamped) = self.wait.give_up() {
            subtract(&self.queue.handed);
            self.queue.store(stamped);
        }
    }
}

impl<T> Drop for GetWait<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.wait.has_entered() {
            self.give_up();
        }
    }
}

//! The official library's queue (tutorial section 3.5): first in, first out, asked every 100 ms.
//!
//! Owns the items and the polling. Waiters are not ordered: the first that asks gets the item.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use core::cell::RefCell;
use core::error::Error;
use core::fmt;
use core::future::Future;

use crate::error::Interrupt;
use crate::event_loop::EventLoop;
use crate::label::Label;
use crate::observer::{ObjectKind, Use};

/// How long a waiter sleeps before it asks again: `_attempt_delay`, in seconds.
const ATTEMPT_DELAY: f64 = 0.1;
/// Items for which there is room at first, unless `maxsize` is less.
const ITEMS: usize = 8;

/// A queue of items between tasks.
///
/// ```
/// # use std::rc::Rc;
/// # use vpyb_core::official::Queue;
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
/// # fn main() { run(|ev| async move {
/// let queue = Rc::new(Queue::new(&ev, 2));
/// let producer = queue.clone();
/// ev.create_task(async move {
///     for n in 0..3 {
///         producer.put(n).await?; // The third waits until there is room.
///     }
///     Ok(())
/// })?;
/// for n in 0..3 {
///     assert_eq!(queue.get().await?, n);
/// }
/// assert!(queue.get_nowait().is_err(), "it is empty");
/// # Ok(())
/// # }); }
/// ```
pub struct Queue<T> {
    event_loop: EventLoop,
    label: Label,
    maxsize: isize,
    items: RefCell<VecDeque<T>>,
}

impl<T> Queue<T> {
    /// An empty queue of at most `maxsize` items; 0 is without limit. As in the original, a negative limit lets
    /// nothing in: [`put`](Self::put) waits for ever, though [`full`](Self::full) says no.
    pub fn new(event_loop: &EventLoop, maxsize: isize) -> Self {
        let room = usize::try_from(maxsize).ok().filter(|&size| size > 0).unwrap_or(ITEMS);
        Self {
            event_loop: event_loop.clone(),
            label: Label::new(ObjectKind::Queue),
            maxsize,
            items: RefCell::new(VecDeque::with_capacity(room.min(1024))),
        }
    }

    /// Names it in reports.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.label.rename(name);
        self
    }

    /// How many items it holds.
    pub fn qsize(&self) -> usize {
        self.items.borrow().len()
    }

    /// Whether it holds no item.
    pub fn empty(&self) -> bool {
        self.qsize() == 0
    }

    /// Whether it holds as many items as it may.
    pub fn full(&self) -> bool {
        self.maxsize > 0 && !self.has_room()
    }

    fn has_room(&self) -> bool {
        self.maxsize == 0 || self.maxsize > self.qsize() as isize
    }

    /// Takes the first item, and waits for one if there is none; gives up no turn if there is one.
    ///
    /// # Cancellation
    ///
    /// No item is taken. The interrupt arrives at the end of a pause of 100 ms. Dropped, nothing is lost.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn get(&self) -> impl Future<Output = Result<T, Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "Queue::get");
        async move {
            unawaited.begins();
            self.wait_while(|queue| queue.empty()).await?;
            Ok(self.take().expect("not empty, and nobody ran meanwhile"))
        }
    }

    /// Takes the first item, if there is one.
    ///
    /// # Errors
    ///
    /// [`Empty`] if there is none.
    pub fn get_nowait(&self) -> Result<T, Empty> {
        self.take().ok_or(Empty)
    }

    /// Appends an item, and waits while there is no room; gives up no turn if there is.
    ///
    /// # Cancellation
    ///
    /// The item is not put, and is dropped. The interrupt arrives at the end of a pause of 100 ms. Dropped, the item
    /// goes with it.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn put(&self, item: T) -> impl Future<Output = Result<(), Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "Queue::put");
        async move {
            unawaited.begins();
            self.wait_while(|queue| !queue.has_room()).await?;
            self.append(item);
            Ok(())
        }
    }

    /// Appends an item if there is room.
    ///
    /// # Errors
    ///
    /// [`Full`] with the item if there is none.
    pub fn put_nowait(&self, item: T) -> Result<(), Full<T>> {
        if !self.has_room() {
            return Err(Full(item));
        }
        self.append(item);
        Ok(())
    }

    async fn wait_while(&self, not_yet: impl Fn(&Self) -> bool) -> Result<(), Interrupt> {
        if not_yet(self) {
            let _waiting = self.label.wait(&self.event_loop);
            while not_yet(self) {
                self.event_loop.sleep(ATTEMPT_DELAY).await?;
            }
        }
        Ok(())
    }

    fn append(&self, item: T) {
        self.items.borrow_mut().push_back(item);
        self.label.tell(&self.event_loop, Use::Put);
    }

    fn take(&self) -> Option<T> {
        let item = self.items.borrow_mut().pop_front()?;
        self.label.tell(&self.event_loop, Use::Got);
        Some(item)
    }
}

/// A queue had no item: the original's `QueueEmpty`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Empty;

impl fmt::Display for Empty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the queue is empty")
    }
}

impl Error for Empty {}

/// A queue had no room for this item: the original's `QueueFull`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Full<T>(pub T);

impl<T> fmt::Debug for Full<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Full(..)")
    }
}

impl<T> fmt::Display for Full<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the queue is full")
    }
}

impl<T> Error for Full<T> {}

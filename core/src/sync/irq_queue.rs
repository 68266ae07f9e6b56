//! Numbers from interrupt handlers to a task. Not in the tutorial, which has an event for it (section 3.2.1).
//!
//! Owns [`IrqQueue`]: a ring of atomics with room for `N` numbers. Any number of handlers may push, also one
//! that breaks into another; one task takes.
//!
//! Each place has a turn number beside its value. A place is free for position `p` when its turn is `p`, full
//! when it is `p + 1`, and free for the next time round when it is `p + N`:
//!
//! ```text
//!   free (p) ──claim: tail p → p + 1──▶ claimed ──value, then turn──▶ full (p + 1) ──take──▶ free (p + N)
//! ```
//!
//! A task that meets a claimed place finds the queue empty; the handler that claimed it wakes the task when
//! the value is there.

use core::error::Error;
use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use super::thread_safe_flag::ThreadSafeFlag;

struct Place {
    turn: AtomicU32,
    value: AtomicU32,
}

/// A queue of 32-bit numbers that interrupt handlers fill and one task empties. What does not fit is counted.
///
/// `N` is a power of two, and at least 2: anything else does not compile.
///
/// ```
/// use vpyb_core::sync::IrqQueue;
/// use vpyb_core::{EventLoop, Interrupt};
///
/// static EDGES: IrqQueue<64> = IrqQueue::new();
///
/// fn handler(ticks_us: u32) {
///     // A full queue counts what it loses: there is nothing else that a handler could do.
///     EDGES.push(ticks_us).ok();
/// }
///
/// async fn decode(ev: &EventLoop) -> Result<u32, Interrupt> {
///     let first = ev.interruptible(EDGES.get()).await?;
///     let second = ev.interruptible(EDGES.get()).await?;
///     Ok(second.wrapping_sub(first))
/// }
/// ```
pub struct IrqQueue<const N: usize> {
    places: [Place; N],
    head: AtomicU32,
    tail: AtomicU32,
    lost: AtomicU32,
    filled: ThreadSafeFlag,
}

/// A queue had no place for a number. It is counted as lost.
///
/// ```
/// use vpyb_core::sync::{Full, IrqQueue};
///
/// let queue = IrqQueue::<2>::new();
/// assert_eq!([1, 2, 3].map(|n| queue.push(n)), [Ok(()), Ok(()), Err(Full)]);
/// assert_eq!(queue.lost(), 1);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the queue is full")
    }
}

impl Error for Full {}

impl<const N: usize> IrqQueue<N> {
    const MASK: u32 = {
        assert!(N.is_power_of_two() && N >= 2 && N <= 1 << 30, "a power of two, at least 2");
        N as u32 - 1
    };

    /// An empty queue.
    ///
    /// ```
    /// use vpyb_core::sync::IrqQueue;
    ///
    /// static QUEUE: IrqQueue<8> = IrqQueue::new();
    /// assert_eq!(QUEUE.try_get(), None);
    /// ```
    pub const fn new() -> Self {
        const { assert!(Self::MASK > 0) };
        let mut places = [const { Place { turn: AtomicU32::new(0), value: AtomicU32::new(0) } }; N];
        let mut i = 0;
        while i < N {
            places[i].turn = AtomicU32::new(i as u32);
            i += 1;
        }
        Self {
            places,
            head: AtomicU32::new(0),
            tail: AtomicU32::new(0),
            lost: AtomicU32::new(0),
            filled: ThreadSafeFlag::new(),
        }
    }

    fn place(&self, position: u32) -> &Place {
        &self.places[(position & Self::MASK) as usize]
    }

    /// Appends a number and wakes the task that waits. Callable from interrupt handlers.
    ///
    /// # Errors
    ///
    /// [`Full`] if there is no place; the number is counted as lost.
    pub fn push(&self, value: u32) -> Result<(), Full> {
        let mut position = self.tail.load(Ordering::Relaxed);
        loop {
            let place = self.place(position);
            match place.turn.load(Ordering::Acquire).wrapping_sub(position) {
                0 => {
                    let next = position.wrapping_add(1);
                    match self.tail.compare_exchange(position, next, Ordering::Relaxed, Ordering::Relaxed) {
                        Ok(_) => {
                            place.value.store(value, Ordering::Relaxed);
                            place.turn.store(next, Ordering::Release);
                            self.filled.set();
                            return Ok(());
                        }
                        Err(actual) => position = actual,
                    }
                }
                // Behind: it still holds what was pushed one time round ago.
                behind if behind > u32::MAX / 2 => {
                    self.lost.fetch_add(1, Ordering::Relaxed);
                    return Err(Full);
                }
                // Ahead: another handler was faster.
                _ => position = self.tail.load(Ordering::Relaxed),
            }
        }
    }

    /// Takes the first number if there is one. For one task at a time.
    ///
    /// ```
    /// let queue = vpyb_core::sync::IrqQueue::<2>::new();
    /// queue.push(7).unwrap();
    /// assert_eq!([queue.try_get(), queue.try_get()], [Some(7), None]);
    /// ```
    pub fn try_get(&self) -> Option<u32> {
        let mut position = self.head.load(Ordering::Relaxed);
        loop {
            let place = self.place(position);
            let next = position.wrapping_add(1);
            match place.turn.load(Ordering::Acquire).wrapping_sub(next) {
                0 => match self.head.compare_exchange(position, next, Ordering::Relaxed, Ordering::Relaxed) {
                    Ok(_) => {
                        let value = place.value.load(Ordering::Relaxed);
                        place.turn.store(position.wrapping_add(N as u32), Ordering::Release);
                        return Some(value);
                    }
                    Err(actual) => position = actual,
                },
                behind if behind > u32::MAX / 2 => return None,
                _ => position = self.head.load(Ordering::Relaxed),
            }
        }
    }

    /// Takes the first number, when there is one.
    ///
    /// # Panics
    ///
    /// If another task waits for it already.
    ///
    /// # Cancellation
    ///
    /// Safe. After an interrupt, and when the future is dropped, nothing was taken.
    pub async fn get(&self) -> u32 {
        loop {
            // Cleared first: a number that is pushed meanwhile sets it again.
            self.filled.clear();
            if let Some(value) = self.try_get() {
                return value;
            }
            self.filled.wait().await;
        }
    }

    /// How many numbers were lost because the queue was full; wraps.
    pub fn lost(&self) -> u32 {
        self.lost.load(Ordering::Relaxed)
    }
}

impl<const N: usize> Default for IrqQueue<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> fmt::Debug for IrqQueue<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IrqQueue({N} places, {} lost)", self.lost())
    }
}

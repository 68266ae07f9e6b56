//! Wakers: how foreign futures and interrupt handlers make a task ready.
//!
//! Owns one bit per task slot in atomic words. A waker is an `Arc`, cheap to clone and safe to call
//! from an interrupt; it may outlive its task and its loop. It knows nothing of queues: the loop drains
//! the bits at its poll points, in order of slots.

use alloc::sync::Arc;
use alloc::task::Wake;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::task::Waker;

const BITS: usize = u32::BITS as usize;

/// What all words share.
#[derive(Default)]
struct Common {
    /// Some word is not zero.
    any: AtomicBool,
    /// The owner's number, which each wake notes.
    mark: AtomicU32,
}

/// A word of bits.
struct Block {
    bits: AtomicU32,
    common: Arc<Common>,
}

/// The loop's side: all bits.
#[derive(Default)]
pub(super) struct WakeSet {
    blocks: Vec<Arc<Block>>,
    common: Arc<Common>,
}

/// A number that the owner of a loop changes as it likes. Each call of a waker notes what it is then, and
/// [`Why::Woken`](crate::observer::Why::Woken) tells it: so an observer knows who woke a task. It is 0 at first.
#[derive(Clone)]
pub struct WakeMark(Arc<Common>);

impl fmt::Debug for WakeMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WakeMark({})", self.get())
    }
}

impl WakeMark {
    /// What it is.
    pub fn get(&self) -> u32 {
        self.0.mark.load(Ordering::Relaxed)
    }

    /// Changes it; gives what it was.
    pub fn replace(&self, mark: u32) -> u32 {
        self.0.mark.swap(mark, Ordering::Relaxed)
    }
}

/// A task's side: one bit.
pub(super) struct TaskWaker {
    block: Arc<Block>,
    bit: u32,
    /// The owner's number when it was called.
    mark: AtomicU32,
    /// Set when the task has ended while others still held the waker: it does nothing from then on.
    retired: AtomicBool,
}

impl WakeSet {
    /// The waker of a slot.
    pub fn waker(&mut self, slot: usize) -> Arc<TaskWaker> {
        while self.blocks.len() <= slot / BITS {
            self.blocks.push(Arc::new(Block { bits: AtomicU32::new(0), common: self.common.clone() }));
        }
        let block = self.blocks[slot / BITS].clone();
        let (mark, retired) = (AtomicU32::new(0), AtomicBool::new(false));
        Arc::new(TaskWaker { block, bit: 1 << (slot % BITS), mark, retired })
    }

    /// The number that wakes note.
    pub fn mark(&self) -> WakeMark {
        WakeMark(self.common.clone())
    }

    /// Whether any waker was called since the last drain.
    #[inline]
    pub fn any(&self) -> bool {
        self.common.any.load(Ordering::Acquire)
    }

    /// Calls `f` for each slot that was woken, in order of slots, and forgets them.
    pub fn drain(&self, mut f: impl FnMut(usize)) {
        // Cleared first: a wake during the drain sets it again and is seen at the next poll point.
        if !self.common.any.swap(false, Ordering::AcqRel) {
            return;
        }
        for (i, block) in self.blocks.iter().enumerate() {
            let mut bits = block.bits.swap(0, Ordering::AcqRel);
            while bits != 0 {
                f(i * BITS + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }
}

impl TaskWaker {
    /// The waker for a new task in the slot: this one if nobody else holds it, else a fresh one.
    pub fn renew(this: &mut Arc<Self>) {
        if Arc::strong_count(this) > 1 {
            this.retired.store(true, Ordering::Release);
            let (block, bit) = (this.block.clone(), this.bit);
            *this = Arc::new(Self { block, bit, mark: 0.into(), retired: false.into() });
        }
    }

    /// The owner's number when it was last called.
    pub fn mark(&self) -> u32 {
        self.mark.load(Ordering::Relaxed)
    }

    /// As a standard waker.
    pub fn to_waker(this: &Arc<Self>) -> Waker {
        Waker::from(this.clone())
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.retired.load(Ordering::Acquire) {
            let Block { bits, common } = &*self.block;
            // Of several calls before the loop looks the first one counts.
            if bits.load(Ordering::Relaxed) & self.bit == 0 {
                self.mark.store(common.mark.load(Ordering::Relaxed), Ordering::Relaxed);
            }
            bits.fetch_or(self.bit, Ordering::Release);
            common.any.store(true, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn woken_slots_come_out_in_order_and_once() {
        let mut set = WakeSet::default();
        let wakers: Vec<_> = (0..70).map(|slot| TaskWaker::to_waker(&set.waker(slot))).collect();
        for slot in [69, 3, 64, 3] {
            wakers[slot].wake_by_ref();
        }
        let mut woken = Vec::new();
        set.drain(|slot| woken.push(slot));
        assert_eq!(woken, [3, 64, 69]);
        assert!(!set.any());
    }

    #[test]
    fn a_waker_notes_the_mark_of_its_first_call() {
        let mut set = WakeSet::default();
        let tasks: Vec<_> = (0..2).map(|slot| set.waker(slot)).collect();
        for (mark, slot) in [(7, 1), (8, 0), (9, 1)] {
            set.mark().replace(mark);
            TaskWaker::to_waker(&tasks[slot]).wake();
        }
        assert_eq!((tasks[0].mark(), tasks[1].mark()), (8, 7));
    }

    #[test]
    fn a_waker_that_outlives_its_task_does_nothing() {
        let mut set = WakeSet::default();
        let mut task = set.waker(0);
        let old = TaskWaker::to_waker(&task);
        TaskWaker::renew(&mut task);
        old.wake_by_ref();
        assert!(!set.any());
        TaskWaker::to_waker(&task).wake();
        assert!(set.any());
    }
}

//! Wakers: how foreign futures and interrupt handlers make a task ready.
//!
//! Owns one bit per task slot in atomic words. A waker is an `Arc`, cheap to clone and safe to call
//! from an interrupt; it may outlive its task and its loop. It knows nothing of queues: the loop drains
//! the bits at its poll points, in order of slots.

use alloc::sync::Arc;
use alloc::task::Wake;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::task::Waker;

const BITS: usize = u32::BITS as usize;

/// A word of bits, and the flag that says that some word is not zero.
struct Block {
    bits: AtomicU32,
    any: Arc<AtomicBool>,
}

/// The loop's side: all bits.
#[derive(Default)]
pub(super) struct WakeSet {
    blocks: Vec<Arc<Block>>,
    any: Arc<AtomicBool>,
}

/// A task's side: one bit.
pub(super) struct TaskWaker {
    block: Arc<Block>,
    bit: u32,
    /// Set when the task has ended while others still held the waker: it does nothing from then on.
    retired: AtomicBool,
}

impl WakeSet {
    /// The waker of a slot.
    pub fn waker(&mut self, slot: usize) -> Arc<TaskWaker> {
        while self.blocks.len() <= slot / BITS {
            self.blocks.push(Arc::new(Block { bits: AtomicU32::new(0), any: self.any.clone() }));
        }
        let block = self.blocks[slot / BITS].clone();
        Arc::new(TaskWaker { block, bit: 1 << (slot % BITS), retired: AtomicBool::new(false) })
    }

    /// Whether any waker was called since the last drain.
    #[inline]
    pub fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// Calls `f` for each slot that was woken, in order of slots, and forgets them.
    pub fn drain(&self, mut f: impl FnMut(usize)) {
        // Cleared first: a wake during the drain sets it again and is seen at the next poll point.
        if !self.any.swap(false, Ordering::AcqRel) {
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
            *this = Arc::new(Self { block: this.block.clone(), bit: this.bit, retired: false.into() });
        }
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
            self.block.bits.fetch_or(self.bit, Ordering::Release);
            self.block.any.store(true, Ordering::Release);
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

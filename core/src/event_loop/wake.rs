//! Wakers: how foreign futures and interrupt handlers make a task ready.
//!
//! Owns one bit per task slot in atomic words. A waker is an `Arc`, cheap to clone and safe to call from an interrupt;
//! it may outlive its task and its loop. It knows nothing of queues: the loop drains the bits at its poll points, in
//! order of slots.
//!
//! Most tasks never keep a waker. All of them are polled with a *spare* one, which wakes whoever is polled with it. The
//! first time that a task has cloned it, it becomes that task's own, and there is a new spare one.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::task::Wake;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::task::Waker;

/// Whether tasks can be woken; see `no_wakers`.
pub(crate) const WAKERS: bool = true;

/// What only tasks have that wait by wakers.
pub(super) type Owned<T> = Box<T>;

/// No await needs more than a waker.
pub(crate) fn no_wakers() -> ! {
    unreachable!("there are wakers")
}

const BITS: u32 = u32::BITS;
/// The place of a waker whose task has ended: it does nothing.
const RETIRED: u32 = u32::MAX;

/// The bits of a block of slots.
struct Bits {
    words: Box<[AtomicU32]>,
    common: Arc<Common>,
}

/// What all blocks share.
#[derive(Default)]
struct Common {
    /// Some bit of some block is set.
    any: AtomicBool,
    /// The owner's number, which each wake notes.
    mark: AtomicU32,
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
    /// A number that is 0.
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    /// What it is.
    pub fn get(&self) -> u32 {
        self.0.mark.load(Ordering::Relaxed)
    }

    /// Changes it; gives what it was.
    pub fn replace(&self, mark: u32) -> u32 {
        self.0.mark.swap(mark, Ordering::Relaxed)
    }
}

/// What a waker points to.
struct TaskWaker {
    bits: Arc<Bits>,
    /// Which bit; of a spare waker, that of the task that is polled.
    place: AtomicU32,
    /// The owner's number when it was called.
    mark: AtomicU32,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let place = self.place.load(Ordering::Acquire);
        if let Some(word) = self.bits.words.get((place / BITS) as usize) {
            let bit = 1 << (place % BITS);
            // Of several calls before the loop looks the first one counts.
            if word.load(Ordering::Relaxed) & bit == 0 {
                self.mark.store(self.bits.common.mark.load(Ordering::Relaxed), Ordering::Relaxed);
            }
            // It comes after the drain that took the word before, and so does what tells of it.
            word.fetch_or(bit, Ordering::AcqRel);
            self.bits.common.any.store(true, Ordering::Release);
        }
    }
}

/// A waker with what it points to.
pub(super) struct OwnWaker {
    waker: Waker,
    target: Arc<TaskWaker>,
}

/// The waker that tasks are polled with as long as none of them has kept it.
pub(super) type Spare<'a> = &'a OwnWaker;

impl OwnWaker {
    fn new(bits: &Arc<Bits>) -> Self {
        let target = Arc::new(TaskWaker {
            bits: bits.clone(),
            place: AtomicU32::new(RETIRED),
            mark: AtomicU32::new(0),
        });
        Self { waker: Waker::from(target.clone()), target }
    }

    #[inline]
    pub fn waker(&self) -> &Waker {
        &self.waker
    }

    /// From now on, and as long as it is spare, it wakes the task at this place of its block.
    #[inline]
    pub fn lend(&self, place: u32) {
        self.target.place.store(place, Ordering::Relaxed);
    }

    /// The owner's number when it was last called.
    pub fn mark(&self) -> u32 {
        self.target.mark.load(Ordering::Relaxed)
    }

    /// Whether anybody else holds it.
    #[inline]
    pub fn is_held(&self) -> bool {
        Arc::strong_count(&self.target) > 2
    }

    /// From now on it does nothing.
    pub fn retire(&self) {
        self.target.place.store(RETIRED, Ordering::Release);
    }
}

/// The slots of a block of the table.
struct Block {
    begin: u32,
    bits: Arc<Bits>,
    spare: OwnWaker,
}

impl Block {
    fn new(begin: u32, slots: u32, common: &Arc<Common>) -> Self {
        let words = (0..slots.div_ceil(BITS)).map(|_| AtomicU32::new(0)).collect();
        let bits = Arc::new(Bits { words, common: common.clone() });
        Self { begin, spare: OwnWaker::new(&bits), bits }
    }
}

/// The loop's side: all bits, and the spare wakers.
pub(super) struct WakeSet {
    first: Block,
    /// More blocks of slots, each as long as all before it together.
    others: Vec<Block>,
    /// How many slots the first block has.
    slots: u32,
    common: Arc<Common>,
}

impl WakeSet {
    /// Wakers for a table whose first block has so many slots.
    pub fn new(slots: u32, mark: WakeMark) -> Self {
        let WakeMark(common) = mark;
        Self { first: Block::new(0, slots, &common), others: Vec::new(), slots, common }
    }

    /// The owner's number when the spare waker of a slot's block was last called.
    pub fn spare_mark(&self, slot: u32) -> u32 {
        self.blocks().take_while(|block| block.begin <= slot).last().map_or(0, |block| block.spare.mark())
    }

    /// The spare waker of the first block, to be lent.
    #[inline]
    pub fn spare(&self) -> Spare<'_> {
        &self.first.spare
    }

    /// A waker to poll the task of this slot with, until the next is lent.
    pub fn lend(&mut self, slot: u32) -> &Waker {
        let block = self.block(slot);
        block.spare.lend(slot - block.begin);
        block.spare.waker()
    }

    /// The waker that was lent for this slot if somebody keeps it; then there is another spare one.
    #[inline]
    pub fn take_kept(&mut self, slot: u32) -> Option<OwnWaker> {
        let block = self.block(slot);
        block.spare.is_held().then(|| {
            let spare = OwnWaker::new(&block.bits);
            core::mem::replace(&mut block.spare, spare)
        })
    }

    fn blocks(&self) -> impl Iterator<Item = &Block> {
        core::iter::once(&self.first).chain(&self.others)
    }

    #[inline]
    fn block(&mut self, slot: u32) -> &mut Block {
        if slot < self.slots { &mut self.first } else { self.other_block(slot) }
    }

    #[cold]
    #[inline(never)]
    fn other_block(&mut self, slot: u32) -> &mut Block {
        let (mut end, mut at) = (self.slots, 0);
        while slot >= end {
            if at == self.others.len() {
                self.others.push(Block::new(end, end, &self.common));
            }
            at += 1;
            end *= 2;
        }
        &mut self.others[at - 1]
    }

    /// Whether any waker was called since the last drain.
    #[inline]
    pub fn any(&self) -> bool {
        // Who then drains the bits acquires what was done before the wake.
        self.common.any.load(Ordering::Relaxed)
    }

    /// Calls `f` for each slot that was woken, in order of slots, and forgets them.
    #[inline(always)]
    pub fn drain(&self, mut f: impl FnMut(u32)) {
        // What has been told of is in its word by now.
        if !self.common.any.load(Ordering::Acquire) {
            return;
        }
        // Cleared first: a wake that comes after its word was taken sets it again, and is seen at the next poll point.
        self.common.any.store(false, Ordering::Relaxed);
        let (mut block, mut others) = (&self.first, self.others.iter());
        loop {
            let mut begin = block.begin;
            for word in &block.bits.words {
                let mut bits = word.swap(0, Ordering::AcqRel);
                while bits != 0 {
                    f(begin + bits.trailing_zeros());
                    bits &= bits - 1;
                }
                begin += BITS;
            }
            match others.next() {
                Some(other) => block = other,
                None => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drained(set: &WakeSet) -> Vec<u32> {
        let mut woken = Vec::new();
        set.drain(|slot| woken.push(slot));
        woken
    }

    #[test]
    fn woken_slots_come_out_in_order_and_once() {
        let mut set = WakeSet::new(33, WakeMark::new());
        for slot in [300, 69, 3, 64, 3, 32, 33] {
            set.lend(slot).wake_by_ref();
        }
        assert_eq!(drained(&set), [3, 32, 33, 64, 69, 300]);
        assert!(!set.any());
        assert_eq!(drained(&set), []);
    }

    #[test]
    fn a_kept_waker_wakes_its_task_while_others_are_lent() {
        let mut set = WakeSet::new(8, WakeMark::new());
        let kept = set.lend(5).clone();
        let own = set.take_kept(5).unwrap();
        assert!(set.take_kept(5).is_none());
        // Not `will_wake`: it also compares tables of functions, of which one type may have several.
        assert_eq!(own.waker().data(), kept.data());
        assert_ne!(set.lend(2).data(), kept.data());
        kept.wake_by_ref();
        assert_eq!(drained(&set), [5]);
        own.retire();
        kept.wake();
        assert!(!set.any() && !own.is_held());
    }

    #[test]
    fn a_waker_notes_the_mark_of_its_first_call() {
        let mark = WakeMark::new();
        let mut set = WakeSet::new(8, mark.clone());
        let kept: Vec<_> = [0, 1]
            .map(|slot| {
                let waker = set.lend(slot).clone();
                (waker, set.take_kept(slot).unwrap())
            })
            .into();
        for (number, slot) in [(7, 1), (8, 0), (9, 1)] {
            mark.replace(number);
            kept[slot].0.wake_by_ref();
        }
        assert_eq!(kept.iter().map(|(_, own)| own.mark()).collect::<Vec<_>>(), [8, 7]);
    }
}

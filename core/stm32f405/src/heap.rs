//! The heap: where tasks and what they share are kept.
//!
//! Owns the allocator and its memory. It counts what is allocated, so that it can be shown that nothing is while
//! tasks are switched: programs allocate when they make tasks, streams and lines, the event loop in `create_task`.

use core::alloc::{GlobalAlloc, Layout};
use core::mem::MaybeUninit;
use core::ptr::addr_of_mut;
use core::sync::atomic::{AtomicU32, Ordering};

use embedded_alloc::LlffHeap;

/// Bytes that the heap has. What is left of the memory is for the stack.
pub const SIZE: usize = 96 * 1024;

struct Counted {
    heap: LlffHeap,
    allocations: AtomicU32,
}

#[global_allocator]
static HEAP: Counted = Counted { heap: LlffHeap::empty(), allocations: AtomicU32::new(0) };

// SAFETY: the calls go to an allocator that keeps the contract; counting does not touch the memory.
unsafe impl GlobalAlloc for Counted {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.allocations.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise about the layout is passed on.
        unsafe { self.heap.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: the memory came from the same allocator, which the caller promises with its layout.
        unsafe { self.heap.dealloc(start, layout) }
    }
}

/// Gives the heap its memory. Called once, before anything is allocated.
pub(crate) fn start() {
    static mut MEMORY: [MaybeUninit<u8>; SIZE] = [MaybeUninit::uninit(); SIZE];
    // SAFETY: each target's start-up calls this once and first; nothing else names the memory, and it is never empty.
    unsafe { HEAP.heap.init(addr_of_mut!(MEMORY) as usize, SIZE) }
}

/// Allocations since start-up.
pub fn allocations() -> u32 {
    HEAP.allocations.load(Ordering::Relaxed)
}

/// Bytes that are in use now, with what the allocator keeps beside them.
pub fn used() -> usize {
    HEAP.heap.used()
}

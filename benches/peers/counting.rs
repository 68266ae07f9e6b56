//! An allocator that counts the bytes that are allocated.
//!
//! Owns the two counters: bytes that are held now, and the most that were held since [`begin`].

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// Bytes that are held now.
pub fn live_bytes() -> usize {
    LIVE.load(Ordering::Relaxed)
}

/// Forgets the most that was held.
pub fn begin() {
    PEAK.store(live_bytes(), Ordering::Relaxed);
}

/// The most bytes that were held at once since [`begin`].
pub fn peak_bytes() -> usize {
    PEAK.load(Ordering::Relaxed)
}

// SAFETY: every call is passed on to the system's allocator unchanged, so its guarantees are this one's; the
// counter does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps the contract of `alloc`, which is that of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: `ptr` came from `System` by way of `alloc` or `realloc` here, with this layout.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: as for `dealloc`; the caller keeps the contract on `size`.
        unsafe { System.realloc(ptr, layout, size) }
    }
}

/// Loads and stores: one thread counts, and an atomic addition would be a price in each allocation of all cases.
fn count(more: usize, less: usize) {
    let live = LIVE.load(Ordering::Relaxed).wrapping_add(more).wrapping_sub(less);
    LIVE.store(live, Ordering::Relaxed);
    if live > PEAK.load(Ordering::Relaxed) {
        PEAK.store(live, Ordering::Relaxed);
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

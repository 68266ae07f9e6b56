//! No prices: work takes what its instructions take.
//!
//! Owns that answer to whoever asks for the time. The emulator has another one.

use critical_section::CriticalSection;
use vpyb_core::time::Instant;

/// The clock is the counter.
#[inline]
pub(crate) fn now(_: CriticalSection<'_>) -> Option<Instant> {
    None
}

/// The alarm is the counter's.
#[inline]
pub(crate) fn wake_by(_: CriticalSection<'_>, _at: Instant) -> Option<bool> {
    None
}

/// A handler begins when the CPU gets to it.
#[inline]
pub(crate) fn handler_waits(_: CriticalSection<'_>, _asked: Instant) -> Option<bool> {
    None
}

/// A call takes its own time.
#[inline]
pub(crate) fn access() {}

/// Time passes by itself.
#[inline]
pub(crate) fn pass(_until: Option<Instant>) -> bool {
    false
}

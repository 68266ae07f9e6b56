//! A task's slot, and its future while it is polled.
//!
//! Owns [`Task`] and [`Polled`]. What is in a slot is the header's.

use core::cell::Cell;
use core::ops::Deref;

use super::shared::TaskFuture;
use super::task::Header;

/// A task's future, while the loop polls it. It goes back even if the poll panics, so that it is dropped with the loop.
pub(super) struct Polled<'a> {
    home: &'a Cell<Option<TaskFuture>>,
    pub future: Option<TaskFuture>,
}

impl Drop for Polled<'_> {
    #[inline]
    fn drop(&mut self) {
        // Nobody has put another one there, so there is none to be dropped.
        core::mem::forget(self.home.replace(self.future.take()));
    }
}

/// A task's slot and what is in it.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub slot: u32,
    pub header: &'a Header,
}

impl<'a> Task<'a> {
    /// Takes the future out, to be polled.
    #[inline]
    pub fn take_future(self) -> Polled<'a> {
        Polled { home: &self.header.future, future: self.header.future.take() }
    }
}

impl Deref for Task<'_> {
    type Target = Header;

    #[inline]
    fn deref(&self) -> &Header {
        self.header
    }
}

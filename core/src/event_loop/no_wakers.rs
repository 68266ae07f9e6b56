//! In the place of wakers in a firmware without the feature `wakers`: a task is resumed by entries of its own alone.
//!
//! Owns nothing: what `wake` has is here as what can never be. Tasks are polled with a waker that does nothing, and a wait
//! that only a waker could end is a panic.

use core::convert::Infallible;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use core::task::Waker;

/// Whether tasks can be woken.
pub(crate) const WAKERS: bool = false;

/// What only tasks have that wait by wakers: nothing.
pub(super) struct Owned<T>(Infallible, PhantomData<T>);

impl<T> Default for Owned<T> {
    fn default() -> Self {
        no_wakers()
    }
}

impl<T> Deref for Owned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self.0 {}
    }
}

/// A task awaits something that only a waker could end.
#[cold]
pub(crate) fn no_wakers() -> ! {
    panic!("a task waits for a waker, for which vpyb-core needs its feature `wakers`")
}

/// The number that calls of wakers note: there are none.
#[derive(Clone)]
pub struct WakeMark(());

impl fmt::Debug for WakeMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WakeMark(0)")
    }
}

impl WakeMark {
    pub(super) fn new() -> Self {
        Self(())
    }

    /// What it is.
    pub fn get(&self) -> u32 {
        0
    }

    /// Changes nothing.
    pub fn replace(&self, _mark: u32) -> u32 {
        0
    }
}

/// A waker that somebody keeps: there is none.
pub(super) struct OwnWaker(Infallible);

impl OwnWaker {
    pub fn waker(&self) -> &Waker {
        match self.0 {}
    }

    pub fn mark(&self) -> u32 {
        match self.0 {}
    }

    pub fn is_held(&self) -> bool {
        match self.0 {}
    }

    pub fn retire(&self) {
        match self.0 {}
    }
}

/// What tasks are polled with.
#[derive(Clone, Copy)]
pub(super) struct Spare<'a>(PhantomData<&'a ()>);

impl Spare<'_> {
    pub fn waker(self) -> &'static Waker {
        Waker::noop()
    }

    pub fn lend(self, _place: u32) {}

    pub fn is_held(self) -> bool {
        false
    }
}

/// No bits.
pub(super) struct WakeSet;

impl WakeSet {
    pub fn new(_slots: u32, _mark: WakeMark) -> Self {
        Self
    }

    pub fn spare_mark(&self, _slot: u32) -> u32 {
        0
    }

    pub fn spare(&self) -> Spare<'_> {
        Spare(PhantomData)
    }

    pub fn lend(&mut self, _slot: u32) -> &Waker {
        Waker::noop()
    }

    pub fn take_kept(&mut self, _slot: u32) -> Option<OwnWaker> {
        None
    }

    pub fn any(&self) -> bool {
        false
    }

    pub fn drain(&self, _f: impl FnMut(u32)) {}
}

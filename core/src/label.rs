//! Names of things that tasks share.
//!
//! Owns [`Label`]: what a primitive is and what the program calls it, and how observers are told of its use.
//! Knows no primitive.

use alloc::borrow::Cow;

use crate::event_loop::EventLoop;
use crate::observer::{Object, ObjectKind, Use};

/// What reports call a primitive.
pub(crate) struct Label {
    kind: ObjectKind,
    name: Cow<'static, str>,
}

impl Label {
    pub const fn new(kind: ObjectKind) -> Self {
        Self { kind, name: Cow::Borrowed("") }
    }

    pub fn rename(&mut self, name: impl Into<Cow<'static, str>>) {
        self.name = name.into();
    }

    /// What it is called; empty if the program gave it no name.
    pub fn name(&self) -> &Cow<'static, str> {
        &self.name
    }

    /// Tells the observer that the current task begins to wait, and, when what is given back is dropped, that it
    /// no longer does.
    pub fn wait<'a>(&'a self, event_loop: &'a EventLoop) -> Waiting<'a> {
        self.tell(event_loop, Use::WaitsOn);
        Waiting { label: self, event_loop }
    }

    /// Tells the observer of `event_loop`, if there is one.
    #[inline]
    pub fn tell(&self, event_loop: &EventLoop, how: Use) {
        event_loop.shared().tell_use(Object { kind: self.kind, name: &self.name }, how);
    }
}

/// A wait, from its beginning to its end, however it ends.
pub(crate) struct Waiting<'a> {
    label: &'a Label,
    event_loop: &'a EventLoop,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.label.tell(self.event_loop, Use::WaitEnds);
    }
}

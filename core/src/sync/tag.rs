//! Names of primitives that wake, for reports.
//!
//! Owns [`Tag`]. A primitive knows no event loop; one that is named is introduced to the loop whose observer is
//! to hear of it.

use alloc::borrow::Cow;

use crate::event_loop::EventLoop;
use crate::label::Label;
use crate::observer::{ObjectKind, Use};
use crate::unawaited::Unawaited;

/// Whom to tell of a primitive's use, and by what name; nobody, unless it was named.
pub(super) struct Tag(Option<(EventLoop, Label)>);

impl Tag {
    pub const NONE: Self = Self(None);

    pub fn new(event_loop: &EventLoop, kind: ObjectKind, name: impl Into<Cow<'static, str>>) -> Self {
        let mut label = Label::new(kind);
        label.rename(name);
        Self(Some((event_loop.clone(), label)))
    }

    /// What a future carries until it is polled: nobody is told of it unless the primitive is named.
    pub fn unawaited<N: Fn() -> &'static str>(&self, what: N) -> Unawaited<'_, N> {
        Unawaited::new(self.0.as_ref().map(|(event_loop, _)| event_loop), what)
    }

    #[inline]
    pub fn tell(&self, how: Use) {
        if let Some((event_loop, label)) = &self.0 {
            tell(event_loop, label, how);
        }
    }
}

#[cold]
#[inline(never)]
fn tell(event_loop: &EventLoop, label: &Label, how: Use) {
    label.tell(event_loop, how);
}

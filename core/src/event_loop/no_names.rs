//! In the place of names in a firmware without the feature `observer`: a task is told by its number.

use alloc::borrow::Cow;
use core::cell::Cell;

use super::name::TaskName;
use crate::observer::TaskId;

/// How a new task is to be called: nobody asks.
pub(super) struct Naming;

impl Naming {
    pub fn given(_name: impl Into<Cow<'static, str>>) -> Self {
        Self
    }

    pub fn after<F>() -> Self {
        let _ = TaskName::type_of::<F>();
        Self
    }
}

/// A name in no word.
#[derive(Clone, Copy)]
pub(super) struct NameCode;

impl NameCode {
    pub const NONE: Self = Self;
}

/// No names.
pub(super) struct Names;

impl Names {
    pub fn new() -> Self {
        Self
    }

    pub fn call(&self, _word: &Cell<NameCode>, _name: Naming) {}

    pub fn name_of(&self, _word: NameCode, TaskId(number): TaskId) -> TaskName {
        TaskName::numbered("task", number)
    }
}

//! How tasks are called.
//!
//! Owns the table from which a task's name is made when somebody asks: a task itself keeps one word. Knows no tasks.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use slab::Slab;

use super::name::{TaskName, function_in};
use crate::observer::TaskId;

/// How a new task is to be called.
pub(super) enum Naming {
    Given(TaskName),
    /// After the function in the name of a future type.
    After(&'static str),
}

impl Naming {
    pub fn given(name: impl Into<Cow<'static, str>>) -> Self {
        Self::Given(TaskName::given(name))
    }

    /// After the function that a future type was made by.
    pub fn after<F>() -> Self {
        Self::After(TaskName::type_of::<F>())
    }
}

/// A name in one word: a function's place and a number, or the place of a name that is kept whole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct NameCode(u32);

impl NameCode {
    /// The place of no name.
    pub const NONE: Self = Self(u32::MAX);
}

const WHOLE: u32 = 1 << 31;
const NUMBER_BITS: u32 = 20;
const MOST_FUNCTIONS: usize = 1 << (31 - NUMBER_BITS);

/// The names of all tasks.
pub(super) struct Names(RefCell<Table>);

impl Names {
    pub fn new() -> Self {
        Self(RefCell::new(Table { functions: Vec::new(), whole: Slab::new() }))
    }

    /// Calls a new task so; its word was the one of a task that has ended, or none.
    pub fn call(&self, word: &Cell<NameCode>, name: Naming) {
        let mut table = self.0.borrow_mut();
        let before = word.replace(table.enter(name));
        table.leave(before);
    }

    /// The name that a task's word stands for.
    pub fn name_of(&self, word: NameCode, _: TaskId) -> TaskName {
        self.0.borrow().name(word)
    }
}

/// What names are made of.
struct Table {
    /// Functions, and how often each has been made a task.
    functions: Vec<(&'static str, u32)>,
    /// Names that programs gave, and those that do not fit into a word.
    whole: Slab<TaskName>,
}

impl Table {
    fn enter(&mut self, name: Naming) -> NameCode {
        let base = match name {
            Naming::Given(name) => return self.keep_whole(name),
            Naming::After(full) => function_in(full),
        };
        let known = self.functions.iter().position(|(function, _)| *function == base);
        let at = known.unwrap_or_else(|| {
            self.functions.push((base, 0));
            self.functions.len() - 1
        });
        let count = &mut self.functions[at].1;
        *count += 1;
        let number = *count;
        if at < MOST_FUNCTIONS && number < 1 << NUMBER_BITS {
            return NameCode((at as u32) << NUMBER_BITS | number);
        }
        self.keep_whole(TaskName::numbered(base, number))
    }

    fn keep_whole(&mut self, name: TaskName) -> NameCode {
        NameCode(WHOLE | self.whole.insert(name) as u32)
    }

    /// The name that a word stands for.
    fn name(&self, code: NameCode) -> TaskName {
        if code.0 & WHOLE != 0 {
            let whole = self.whole.get((code.0 & !WHOLE) as usize);
            return whole.cloned().unwrap_or_else(|| TaskName::given(""));
        }
        let (at, number) = (code.0 >> NUMBER_BITS, code.0 & ((1 << NUMBER_BITS) - 1));
        TaskName::numbered(self.functions[at as usize].0, number)
    }

    /// Gives up a name: its word is nobody's any more.
    fn leave(&mut self, code: NameCode) {
        if code.0 & WHOLE != 0 {
            self.whole.try_remove((code.0 & !WHOLE) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_word_stands_for_any_name() {
        let names = Names::new();
        let mut table = names.0.borrow_mut();
        let codes = [
            Naming::After("sender"),
            Naming::After("reader"),
            Naming::given("a name"),
            Naming::After("sender"),
        ];
        let codes = codes.map(|name| table.enter(name));
        let texts = codes.map(|code| table.name(code).to_string());
        assert_eq!(texts, ["sender#1", "reader#1", "a name", "sender#2"]);
        table.functions[0].1 = (1 << NUMBER_BITS) - 2;
        let late = [0; 3].map(|_| table.enter(Naming::After("sender")));
        let texts = late.map(|code| table.name(code).to_string());
        assert_eq!(texts, ["sender#1048575", "sender#1048576", "sender#1048577"]);
        late.into_iter().for_each(|code| table.leave(code));
        assert_eq!(table.whole.len(), 1);
        drop(table);
        let word = Cell::new(NameCode::NONE);
        assert_eq!(names.name_of(word.get(), TaskId(0)).to_string(), "");
        for (name, called) in [(Naming::given("mine"), "mine"), (Naming::After("reader"), "reader#2")] {
            names.call(&word, name);
            assert_eq!(names.name_of(word.get(), TaskId(0)).to_string(), called);
        }
        assert_eq!(names.0.borrow().whole.len(), 1);
    }
}

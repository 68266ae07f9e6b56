//! How tasks are called.
//!
//! Owns the table from which a task's name is made when somebody asks: a task itself keeps one word. Knows no tasks.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cell::RefCell;

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
struct NameCode(u32);

const WHOLE: u32 = 1 << 31;
const NUMBER_BITS: u32 = 20;
const MOST_FUNCTIONS: usize = 1 << (31 - NUMBER_BITS);

/// The names of all tasks.
pub(super) struct Names(RefCell<Table>);

impl Names {
    /// Has room for the names of so many tasks before it grows.
    pub fn new(room: usize) -> Self {
        let words = Vec::with_capacity(room);
        Self(RefCell::new(Table { functions: Vec::new(), whole: Slab::new(), words }))
    }

    /// Calls the new task in a slot, which is one that had a task or the next one.
    pub fn call(&self, slot: u32, name: Naming) {
        self.0.borrow_mut().call(slot, name);
    }

    /// What the task in a slot is called.
    pub fn name_of(&self, slot: u32, _: TaskId) -> TaskName {
        let table = self.0.borrow();
        table.words.get(slot as usize).map_or_else(|| TaskName::given(""), |word| table.name(*word))
    }
}

/// What names are made of.
struct Table {
    /// Functions, and how often each has been made a task.
    functions: Vec<(&'static str, u32)>,
    /// Names that programs gave, and those that do not fit into a word.
    whole: Slab<TaskName>,
    /// The name of the task in each slot, or of the last one that was there.
    words: Vec<NameCode>,
}

impl Table {
    fn call(&mut self, slot: u32, name: Naming) {
        let word = self.enter(name);
        match self.words.get_mut(slot as usize) {
            Some(before) => {
                let before = core::mem::replace(before, word);
                self.leave(before);
            }
            None => self.words.push(word),
        }
    }

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
            return self.whole[(code.0 & !WHOLE) as usize].clone();
        }
        let (at, number) = (code.0 >> NUMBER_BITS, code.0 & ((1 << NUMBER_BITS) - 1));
        TaskName::numbered(self.functions[at as usize].0, number)
    }

    /// Gives up a name: its word is nobody's any more.
    fn leave(&mut self, code: NameCode) {
        if code.0 & WHOLE != 0 {
            self.whole.remove((code.0 & !WHOLE) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_word_stands_for_any_name() {
        let names = Names::new(0);
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
        for (name, called) in [(Naming::given("mine"), "mine"), (Naming::After("reader"), "reader#2")] {
            names.call(0, name);
            assert_eq!(names.name_of(0, TaskId(0)).to_string(), called);
        }
        assert_eq!(names.0.borrow().whole.len(), 1);
    }
}

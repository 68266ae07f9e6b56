//! Names of tasks.
//!
//! Owns [`TaskName`], and the table from which a task's name is made when somebody asks: a task itself keeps one
//! word. Knows no tasks.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use slab::Slab;

use crate::observer::TaskId;

/// A task's name: given by the program, or its function's with a number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaskName {
    base: Cow<'static, str>,
    number: Option<u32>,
}

impl TaskName {
    /// A name that the program gives.
    pub fn given(name: impl Into<Cow<'static, str>>) -> Self {
        Self { base: name.into(), number: None }
    }

    /// The name of the `number`th task made of the future type `F`: `function#number`.
    fn numbered(base: &'static str, number: u32) -> Self {
        Self { base: Cow::Borrowed(base), number: Some(number) }
    }

    /// The function that a future type was made by: `sender` of `my::sender::{{closure}}`.
    pub(crate) fn function_of<F>() -> &'static str {
        function_in(Self::type_of::<F>())
    }

    /// The name of a future type, in which that of its function stands.
    pub(super) fn type_of<F>() -> &'static str {
        core::any::type_name::<F>()
    }

    /// The name of what never became a task: the one that is given, or its function's.
    pub(super) fn of(name: Result<Self, &'static str>) -> Self {
        name.unwrap_or_else(|full| Self::given(if KEPT { function_in(full) } else { NAMELESS }))
    }
}

/// The last part of a path, without its generic arguments, that does not begin with a brace.
fn function_in(full: &'static str) -> &'static str {
    let is = |sign| move |byte: &u8| *byte == sign;
    let path = full.bytes().position(|byte| byte == b'<').map_or(full, |end| &full[..end]);
    let mut rest = path.as_bytes();
    loop {
        let begins = rest.iter().rposition(is(b':')).map_or(0, |colon| colon + 1);
        match rest.get(begins) {
            Some(b'{') if begins >= 2 => rest = &rest[..begins - 2],
            Some(b'{') => return "task",
            _ => return &path[begins..rest.len()],
        }
    }
}

impl fmt::Display for TaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)?;
        match self.number {
            Some(number) => write!(f, "#{number}"),
            None => Ok(()),
        }
    }
}

/// Whether tasks have names. Observers want them; without the feature `observer` a task is told by its number.
const KEPT: bool = cfg!(feature = "observer");
const NAMELESS: &str = "task";

/// A name in one word: a function's place and a number, or the place of a name that is kept whole.
#[derive(Clone, Copy, PartialEq, Eq)]
struct NameCode(u32);

const WHOLE: u32 = 1 << 31;
const NUMBER_BITS: u32 = 20;
const MOST_FUNCTIONS: usize = 1 << (31 - NUMBER_BITS);

/// What the names of all tasks are made of.
pub(super) struct Names {
    /// Functions, and how often each has been made a task.
    functions: Vec<(&'static str, u32)>,
    /// Names that programs gave, and those that do not fit into a word.
    whole: Slab<TaskName>,
    /// The name of the task in each slot, or of the last one that was there.
    words: Vec<NameCode>,
}

impl Names {
    /// Has room for the names of so many tasks before it grows.
    pub fn new(room: usize) -> Self {
        Self {
            functions: Vec::new(),
            whole: Slab::new(),
            words: Vec::with_capacity(if KEPT { room } else { 0 }),
        }
    }

    /// Calls the new task in a slot, which is one that had a task or the next one: by a name that is given, or by that of
    /// the next task of a function.
    pub fn call(&mut self, slot: u32, name: Result<TaskName, &'static str>) {
        if !KEPT {
            return;
        }
        let word = self.enter(name);
        match self.words.get_mut(slot as usize) {
            Some(before) => {
                let before = core::mem::replace(before, word);
                self.leave(before);
            }
            None => self.words.push(word),
        }
    }

    /// What the task in a slot is called, whose number is this.
    pub fn name_of(&self, slot: u32, TaskId(number): TaskId) -> TaskName {
        if !KEPT {
            return TaskName::numbered(NAMELESS, number);
        }
        self.words.get(slot as usize).map_or_else(|| TaskName::given(""), |word| self.name(*word))
    }

    fn enter(&mut self, name: Result<TaskName, &'static str>) -> NameCode {
        let base = match name {
            Ok(name) => return self.keep_whole(name),
            Err(full) => function_in(full),
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

    async fn sender() {}

    fn function_of<F>(_: &F) -> &'static str {
        TaskName::function_of::<F>()
    }

    #[test]
    fn a_task_is_called_like_its_function() {
        assert_eq!(function_of(&sender()), "sender");
        assert_eq!(function_of(&async {}), "a_task_is_called_like_its_function");
        assert_eq!(function_in("my::sender<a::B>::{{closure}}"), "sender");
        assert_eq!(function_in("{{closure}}"), "task");
        assert_eq!(TaskName::numbered("sender", 2).to_string(), "sender#2");
        assert_eq!(TaskName::given("reader").to_string(), "reader");
    }

    #[test]
    fn a_word_stands_for_any_name() {
        let mut names = Names::new(0);
        let codes = [Err("sender"), Err("reader"), Ok(TaskName::given("a name")), Err("sender")];
        let codes = codes.map(|name| names.enter(name));
        let texts = codes.map(|code| names.name(code).to_string());
        assert_eq!(texts, ["sender#1", "reader#1", "a name", "sender#2"]);
        names.functions[0].1 = (1 << NUMBER_BITS) - 2;
        let late = [0; 3].map(|_| names.enter(Err("sender")));
        let texts = late.map(|code| names.name(code).to_string());
        assert_eq!(texts, ["sender#1048575", "sender#1048576", "sender#1048577"]);
        late.into_iter().for_each(|code| names.leave(code));
        assert_eq!(names.whole.len(), 1);
        for (name, called) in [(Ok(TaskName::given("mine")), "mine"), (Err("reader"), "reader#2")] {
            names.call(0, name);
            assert_eq!(names.name_of(0, TaskId(0)).to_string(), called);
        }
        assert_eq!(names.whole.len(), 1);
    }
}

//! Names of tasks.
//!
//! Owns [`TaskName`]. Which task is called how stands in `names`.

use alloc::borrow::Cow;
use core::fmt;

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
    pub(super) fn numbered(base: &'static str, number: u32) -> Self {
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
}

/// The last part of a path, without its generic arguments, that does not begin with a brace.
pub(super) fn function_in(full: &'static str) -> &'static str {
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
}

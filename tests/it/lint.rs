//! `vpyb lint`: its verdicts beside those of the script of section 7.5, which matches lines.
//!
//! Owns the table of [docs/lint.md](../../docs/lint.md) and small sources. The command as a user sees it is tested in
//! `sim/cli/tests/cli.rs`.

use std::fmt::Write as _;

use insta::assert_snapshot;
use proptest::prelude::*;
use vpyb_cli::lint::{code, lint};
use vpyb_sim::scenario::render;

/// What is said of one line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Silent,
    Passed,
    NotAwaited,
    Twice,
}

use Verdict::{NotAwaited, Passed, Silent, Twice};

impl Verdict {
    fn words(self) -> &'static str {
        match self {
            Silent => "silent",
            Passed => "passed (`W0301`)",
            NotAwaited => "not awaited (`W0302`)",
            Twice => "declared twice (`W0303`)",
        }
    }
}

/// A line in a source in which `foo` is an asynchronous function; the script's verdict; ours.
type Row = (&'static str, Verdict, Verdict);

/// The lines of which both say the same.
const SAME: &[Row] = &[
    ("loop.run_until_complete(foo())", Silent, Silent),
    ("create_task(foo())", Silent, Silent),
    ("x = await foo()", Silent, Silent),
    ("await obj.foo()", Silent, Silent),
    ("return await foo()", Silent, Silent),
    ("if a == foo:", Silent, Silent),
    ("bar(obj.foo)", Silent, Silent),
    ("bar(obj.foo())", Silent, Silent),
    ("# foo()", Silent, Silent),
    ("x = 'foo()'", Silent, Silent),
    ("x = foo_bar", Silent, Silent),
    ("bar(foo)", Passed, Passed),
    ("bar(foo())", Passed, Passed),
    ("create_task(foo)", Passed, Passed),
    ("Cancellable(foo, 5)", Passed, Passed),
    ("await asyncio.wait_for(foo(), 5)", Passed, Passed),
    ("foo()", NotAwaited, NotAwaited),
    ("z = foo", NotAwaited, NotAwaited),
    ("z = foo()", NotAwaited, NotAwaited),
    ("z = (foo,)", NotAwaited, NotAwaited),
    ("z = (foo(),)", NotAwaited, NotAwaited),
    ("obj.foo()", NotAwaited, NotAwaited),
    ("return foo()", NotAwaited, NotAwaited),
];

/// The lines of which it says something else, each with the reason.
const OTHER: &[(Row, &str)] = &[
    (("z = foo ()", Silent, NotAwaited), "a blank before the parenthesis changes nothing"),
    (("foo_bar() + foo()", Silent, NotAwaited), "the script looks at the first name alone that begins so"),
    (("asyncio.cancel(foo)", Silent, Passed), "the script skips lines that begin with `async`"),
    (("asyncio.create_task(foo)", Silent, Passed), "the same"),
    (("create_task(obj.foo)", Silent, Passed), "a method that is not called will not run either"),
    (("bar(1, foo)", NotAwaited, Passed), "a second argument is an argument"),
    (("NamedTask('x', foo, 5)", NotAwaited, Passed), "the same"),
    (("bar(1, obj.foo)", NotAwaited, Silent), "the same"),
    (("await a.b.foo()", NotAwaited, Silent), "it is awaited, however long the path"),
    (("xfoo()", NotAwaited, Silent), "another name"),
    (("self.foo = 3", NotAwaited, Silent), "an assignment to the name does not use the function"),
    (("def foo():", NotAwaited, Twice), "the later declaration hides the earlier one"),
    (("x = yield from foo()", NotAwaited, Silent), "the older way to await"),
    (("if foo == a:", NotAwaited, Silent), "a comparison has two sides"),
    (("x = \"\"\"foo()\"\"\"", Silent, Silent), "the script then takes the code below for text"),
];

/// The source in which a line stands.
fn around(line: &str) -> String {
    let body = if line.ends_with(':') { "\n    pass" } else { "" };
    if line.starts_with("def ") {
        return format!("async def foo():\n    pass\n\n{line}{body}\n");
    }
    let line = format!("{line}{body}").replace('\n', "\n    ");
    let keyword = if line.contains("yield") { "def" } else { "async def" };
    format!("async def foo():\n    pass\n\n{keyword} main(self, a, bar, obj):\n    {line}\n    pass\n")
}

fn verdict(source: &str) -> Verdict {
    let found = lint(source);
    let codes: Vec<_> = found.iter().map(|diagnostic| diagnostic.code).collect();
    match codes[..] {
        [] => Silent,
        [code::PASSED] => Passed,
        [code::NOT_AWAITED] => NotAwaited,
        [code::DECLARED_TWICE] => Twice,
        _ => panic!("{}", render(&found, "line.py", source, false)),
    }
}

/// The table of the document.
pub fn table() -> String {
    let cell = |line: &str| format!("`{}`", line.replace('|', "\\|"));
    let mut text =
        String::from("| line | the script | `vpyb lint` | why another verdict |\n|---|---|---|---|\n");
    let same = SAME.iter().map(|row| (row, ""));
    for ((line, script, ours), why) in same.chain(OTHER.iter().map(|(row, why)| (row, *why))) {
        writeln!(text, "| {} | {} | {} | {why} |", cell(line), script.words(), ours.words()).expect("a text");
    }
    text
}

#[test]
fn each_line_of_the_table_has_its_verdict() {
    for (line, script, ours) in SAME.iter().chain(OTHER.iter().map(|(row, _)| row)) {
        assert_eq!(verdict(&around(line)), *ours, "{line}");
        let listed_as_same = SAME.iter().any(|(same, ..)| same == line);
        assert!(!listed_as_same || script == ours, "{line} is listed among those with the same verdict");
    }
}

#[test]
fn a_use_has_its_place_and_advice() {
    let source = include_str!("lint/demo.py");
    assert_snapshot!(render(&lint(source), "demo.py", source, false));
}

#[test]
fn all_that_is_not_python_is_told_at_once() {
    let source = include_str!("lint/not_python.txt");
    assert_snapshot!(render(&lint(source), "not_python.py", source, false));
}

#[test]
fn scopes_and_lines_do_not_hide_anything() {
    let verdicts = |source: &str| -> Vec<_> {
        lint(source).iter().map(|found| (found.code, found.line(), found.column())).collect()
    };
    // A method is not what a name alone means, and two classes may each have one.
    let classes = "class A:\n    async def run(self):\n        pass\n\n\
                   class B:\n    async def run(self):\n        await A().run()\n\nrun()\nb.run()\n";
    assert_eq!(verdicts(classes), [(code::NOT_AWAITED, 10, 1)]);
    // Over several lines, behind a semicolon, and in what a use itself holds.
    let lines = "async def foo(x):\n    pass\n\nasync def main():\n    await foo(\n        foo(1))\n    \
                 a = 1; foo(a)\n    [x async for x in foo(2)]\n    async with foo(3) as y:\n        foo(y)\n";
    assert_eq!(
        verdicts(lines),
        [(code::PASSED, 6, 9), (code::NOT_AWAITED, 7, 12), (code::NOT_AWAITED, 10, 9)]
    );
    // Two functions of one name in a block; in two blocks each may have its own.
    let twice = "async def foo():\n    pass\nasync def foo():\n    pass\n";
    assert_eq!(verdicts(twice), [(code::DECLARED_TWICE, 3, 11)]);
    let branches = "if a:\n    async def foo():\n        pass\nelse:\n    async def foo():\n        pass\n";
    assert_eq!(verdicts(branches), []);
}

#[test]
fn depth_and_length_are_borne() {
    let long = |text: &str| format!("async def foo():\n    pass\nx = {text}\n");
    // As many levels as the longest source can hold.
    let sum = long(&format!("{}foo()", "1+".repeat(95_000)));
    assert_eq!(lint(&sum).len(), 1);
    let nested = long(&format!("{}1{}", "foo(".repeat(38_000), ")".repeat(38_000)));
    assert!(!lint(&nested).is_empty());
    let too_long = format!("# {}\n", " ".repeat(192 * 1024));
    assert_eq!(lint(&too_long)[0].code, code::TOO_LONG);
}

proptest! {
    /// Whatever the text: an answer, with places inside it.
    #[test]
    fn any_text_has_an_answer(text in "(async |def |foo|\\(|\\)|await |[:=,.'\"\n ]|    |µ|\\PC){0,60}") {
        for found in lint(&text) {
            prop_assert!(found.span().end <= text.len() && found.line() > 0 && found.column() > 0);
        }
    }
}

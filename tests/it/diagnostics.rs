//! What the parser of scenario files says about bad files, and that no text makes it panic.
//!
//! Owns the bad files in `diagnostics/bad`, each with a snapshot of all that is said about it. Knows
//! no board: the vocabulary is a small one of its own.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use vpyb_core::time::Instant;
use vpyb_sim::scenario::model::{Action, Pattern, When};
use vpyb_sim::scenario::{ProgramWords, UnitPin, Vocabulary, code, parse, render};

use crate::lowering::{OPERATIONS, PATTERNS};

/// Beside the file of the format's complete example stand the bad ones.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/diagnostics");

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A few names of each kind.
pub fn vocabulary() -> Vocabulary {
    let program = |name: &str, args: &[&str], tasks: &[&str]| ProgramWords {
        name: name.to_owned(),
        args: words(args),
        numbers: words(&["leds"]),
        tasks: words(tasks),
    };
    Vocabulary {
        models: words(&["pyboard-v1.1"]),
        pins: words(&["X1", "X2", "X3", "X4", "Y1", "Y2", "PB2"]),
        chip_names: [("PA0".to_owned(), "X1".to_owned())].into_iter().collect(),
        switches: [("USR".to_owned(), "X4".to_owned())].into_iter().collect(),
        fixed: words(&["PB2"]),
        unit_pins: [
            ("uart4", "X1", true),
            ("uart4", "X2", false),
            ("uart2", "X3", true),
            ("uart2", "X4", false),
            ("i2c2", "Y2", false),
        ]
        .map(|(unit, pin, drives)| UnitPin { unit: unit.to_owned(), pin: pin.to_owned(), drives })
        .into(),
        flow_pins: [("uart2", "X2", true), ("uart2", "X1", false)]
            .map(|(unit, pin, drives)| UnitPin { unit: unit.to_owned(), pin: pin.to_owned(), drives })
            .into(),
        uarts: words(&["uart1", "uart2", "uart4"]),
        buses: words(&["i2c1", "i2c2"]),
        sensors: vec!["htu21d", "lm75"],
        timers: words(&["timer1", "timer4", "rtc"]),
        leds: words(&["LED1", "LED2"]),
        schedulers: words(&["uasyncio-v2"]),
        profiles: words(&["micropython-pyboard-v1.1", "ideal"]),
        programs: vec![
            program("blink", &["leds"], &["blink"]),
            program("uart_reader", &["uart"], &["reader"]),
        ],
        counters: words(&["ir"]),
    }
}

fn bad_files() -> Vec<PathBuf> {
    let folder = Path::new(FOLDER).join("bad");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("the folder").map(|e| e.expect("an entry").path()).collect();
    files.sort();
    files
}

fn complete_example() -> String {
    fs::read_to_string(Path::new(FOLDER).join("complete.toml")).expect("the example")
}

#[test]
fn each_bad_file_is_told_what_is_wrong_and_where() {
    for file in bad_files() {
        let name = file.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        let source = fs::read_to_string(&file).expect("the file");
        let path = format!("{name}.toml");
        let problems = parse(&path, &source, &vocabulary()).expect_err(&name);
        let text = render(&problems, &path, &source, false);
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name, text) });
    }
}

#[test]
fn the_complete_example_is_one_scenario_per_variant() {
    let source = complete_example();
    let mut with_io_priority = vocabulary();
    with_io_priority.schedulers.push("fast-io".to_owned());
    let scenarios = parse("ten_hogs.toml", &source, &with_io_priority).expect("the example is good");

    let names: Vec<&str> = scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
    assert_eq!(names, ["ten_hogs.toml::uasyncio-v2", "ten_hogs.toml::fast-io"]);
    let [official, fast] = &scenarios[..] else { unreachable!("two variants") };
    assert_eq!((official.cpu.scheduler.as_str(), official.cpu.ioq_len), ("uasyncio-v2", None));
    assert_eq!((fast.cpu.scheduler.as_str(), fast.cpu.ioq_len), ("fast-io", Some(4)));
    assert_eq!(official.tasks.len(), 10);
    assert_eq!(official.tasks[9].name, "hog#10");
    let step = &official.actors[0].steps[0];
    assert_eq!(step.when, When::At(Instant::from_millis(1_000)));
    let data = b"0123456789".to_vec();
    assert_eq!(step.action, Action::Send { to: "uart2".into(), data, times: 30, baud: 9_600 });

    // Each expectation is judged in one of them, and points at its value in the text.
    let Pattern::Response { within: Some(within), .. } = &fast.expects[0].pattern else {
        panic!("{:?} is no response", fast.expects[0].pattern)
    };
    assert_eq!(within.text, "< 10ms");
    assert_eq!(&source[fast.expects[0].spans.get("within").expect("a span").clone()], "\"< 10ms\"");
    assert_eq!(official.expects[0].pattern, Pattern::Verdict { verdict: "overrun".into() });
}

#[test]
fn without_its_scheduler_the_complete_example_is_refused_where_it_asks_for_it() {
    let problems = parse("ten_hogs.toml", &complete_example(), &vocabulary()).expect_err("not built");
    let places: Vec<_> =
        problems.iter().map(|problem| (problem.code, problem.line(), problem.column())).collect();
    assert_eq!(places, [(code::NOT_BUILT, 35, 17), (code::NOT_BUILT, 36, 5)]);
}

/// A file with a task of this script.
fn with_script(script: &str) -> String {
    format!("schema = 1\n[run]\nuntil = \"1s\"\n[[task]]\nname = \"a\"\nscript = {script}\n")
}

fn codes(source: &str) -> Vec<&'static str> {
    match parse("test.toml", source, &vocabulary()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|problem| problem.code).collect(),
    }
}

#[test]
fn depth_is_limited_in_whatever_way_it_is_written() {
    let brackets = |n: usize| {
        with_script(&format!("{}{}", "[{ forever = ".repeat(n), "[\"yield\"]".to_owned() + &"}]".repeat(n)))
    };
    assert_eq!(codes(&brackets(20)), [] as [&str; 0]);
    assert!(codes(&brackets(5_000)).contains(&code::OUT_OF_RANGE));
    let dots = format!("schema = 1\n{}x = 1\n", "a.".repeat(100_000));
    assert_eq!(codes(&dots), [code::OUT_OF_RANGE]);
    let both = with_script(&format!("{}1{}", "[{ a.a.a.a.a.a.a = ".repeat(500), "}]".repeat(500)));
    assert!(codes(&both).contains(&code::OUT_OF_RANGE));
}

#[test]
fn amounts_are_limited() {
    let long = format!("schema = 1\ntitle = \"{}\"\n", "x".repeat(1 << 20));
    assert_eq!(codes(&long), [code::OUT_OF_RANGE]);
    let task = |n| format!("[[task]]\nname = \"t{n}\"\ncount = 6000\nscript = [\"yield\"]\n");
    let many_tasks = format!("schema = 1\n{}{}[run]\nuntil = \"1s\"\n", task(1), task(2));
    assert_eq!(codes(&many_tasks), [code::OUT_OF_RANGE]);
    let ops = "\"yield\", ".repeat(200);
    let many_ops = format!(
        "schema = 1\n[[task]]\nname = \"t\"\ncount = 9000\nscript = [{ops}]\n[run]\nuntil = \"1s\"\n"
    );
    assert_eq!(codes(&many_ops), [code::OUT_OF_RANGE]);
    let many_variants = format!("schema = 1\n[program]\nname = \"blink\"\n{}", "[[variant]]\n".repeat(65));
    assert_eq!(codes(&many_variants), [code::OUT_OF_RANGE]);
    // Of very many problems the first ones are listed.
    let many_problems = with_script(&format!("[{}]", "\"yeild\", ".repeat(50_000)));
    assert_eq!(codes(&many_problems).len(), 201);
}

/// Where a good file is changed, and what is put there up to the next blank or newline.
fn mutation() -> impl Strategy<Value = (usize, String)> {
    let words = "[ \\[\\]{}\"'=.,#0-9a-z±<>_\\-\n\\\\]{0,24}";
    (any::<usize>(), prop_oneof![words.prop_map(|text| text), Just(String::new()), "\\PC{0,8}"])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_panic(source in "\\PC{0,200}") {
        if let Err(problems) = parse("any.toml", &source, &vocabulary()) {
            prop_assert!(!render(&problems, "any.toml", &source, true).is_empty());
        }
    }

    #[test]
    fn no_change_of_a_good_file_makes_the_parser_panic(
        changes in proptest::collection::vec(mutation(), 1..4),
        whole_line in any::<bool>(),
        file in 0..3_usize,
    ) {
        let mut source = [complete_example(), OPERATIONS.to_owned(), PATTERNS.to_owned()][file].clone();
        for (place, text) in changes {
            let start = source.floor_char_boundary(place % (source.len() + 1));
            let rest = source[start..].find(if whole_line { '\n' } else { ' ' }).map_or(source.len(), |n| start + n);
            source.replace_range(start..rest, &text);
        }
        if let Err(problems) = parse("any.toml", &source, &vocabulary()) {
            prop_assert!(!render(&problems, "any.toml", &source, false).is_empty());
            for problem in &problems {
                prop_assert!(source.get(problem.span()).is_some(), "{problem:?}");
            }
        }
    }
}

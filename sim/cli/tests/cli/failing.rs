//! A scenario that fails as a test of a crate: its trace is kept, and the commands that open it are told.

use std::path::Path;
use std::process::Command;

use vpyb_cli::{PROGRAMS, testing};

use super::words;

/// Runs a command that was told, in the folder of the test.
fn run(told: &str) -> (bool, String) {
    let words = words(told);
    assert_eq!(words[0], "vpyb");
    let output =
        Command::new(env!("CARGO_BIN_EXE_vpyb")).args(&words[1..]).output().expect("it can be started");
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
fn a_failing_test_says_three_commands_that_open_its_trace() {
    let tests = testing::tests(&["tests/cli/late.toml"], PROGRAMS).expect("good files");
    let report = tests[0].run().expect_err("it fails");
    let told: Vec<&str> = report
        .lines()
        .filter_map(|line| {
            Some(&line[line.find("vpyb trace").or(line.find("vpyb view")).or(line.find("vpyb report"))?..])
        })
        .collect();
    let [why, look, page] = told[..] else { panic!("not three commands:\n{report}") };
    let trace = "target/vpyb/tests_cli_late.vpyb";
    assert_eq!(why, format!("vpyb trace why {trace} 88"));
    assert_eq!(look, format!("vpyb view {trace} --at '0.020 016'"));
    assert_eq!(page, format!("vpyb report {trace} -o run.html"));
    let (held, said) = run(why);
    assert!(
        held && said.contains("sleeper prints \"woke\"") && said.contains("late: 2 steps ahead"),
        "{said}"
    );
    // Here is no terminal; that is all it complains of.
    let (held, said) = run(look);
    assert!(!held && said.contains("wants a terminal"), "{said}");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("failing.html");
    let (held, said) = run(&page.replace("run.html", &format!("'{}'", file.display())));
    assert!(held, "{said}");
    let written = std::fs::read_to_string(&file).expect("a page");
    assert!(
        written.contains("<title>tests/cli/late.toml</title>") && written.contains("\"E0"),
        "it is judged"
    );
}

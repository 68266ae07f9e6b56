//! Each scenario file and variant is one test, named by its path.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial, run};
use vpyb_cli::{PROGRAMS, testing};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match testing::tests(&["scenarios"], PROGRAMS) {
        Ok(tests) => {
            let trial = |test: testing::Test| {
                Trial::test(test.name().to_owned(), move || test.run().map_err(Failed::from))
            };
            run(&arguments, tests.into_iter().map(trial).collect()).exit_code()
        }
        Err(problems) => {
            eprintln!("{problems}");
            ExitCode::FAILURE
        }
    }
}

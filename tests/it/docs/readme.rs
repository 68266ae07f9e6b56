//! The test that the README shows.

use vpyb_sim::cli::{PROGRAMS, vocabulary};
use vpyb_sim::{expect, report, runner, scenario};

#[test]
fn the_loopback_holds() {
    let path = "scenarios/uart_loopback/hello.toml";
    let text = std::fs::read_to_string(path).expect("a file");
    for scenario in scenario::parse(path, &text, &vocabulary(PROGRAMS)).expect("a good scenario") {
        let run = runner::run(&scenario, PROGRAMS, runner::Options::default());
        let judgement = expect::judge(&run.trace, &scenario);
        let outcome = report::Outcome::new(&scenario, &run.trace, &judgement);
        assert!(judgement.findings.is_empty(), "{}", report::failure(&outcome, report::Paint(false)));
    }
}

//! What each scenario prints, how it ends, and what holds: a snapshot for each file, which a person has read.
//!
//! Owns how much of a long console is shown. The rest of it is covered by the digests; what a recording says is compared
//! in `named`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use vpyb_cli::PROGRAMS;
use vpyb_core::time::Instant;
use vpyb_sim::expect::{clock, judge};
use vpyb_sim::runner::{Options, cases, run};
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::trace::{Kind, Trace};

use crate::checked_in::scenarios;

/// How long one step may keep the host.
const PATIENCE: Duration = Duration::from_secs(60);
/// So many lines are shown of the beginning of a console, and of its end.
const SHOWN: (usize, usize) = (30, 5);

#[test]
fn each_file_prints_and_finds_what_was_accepted() {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for scenario in scenarios() {
        let text = files.entry(scenario.path.clone()).or_default();
        told(text, &scenario);
    }
    insta::with_settings!({
        snapshot_path => "snapshots/transcripts",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        for (path, text) in files {
            let name = path.trim_start_matches("scenarios/").trim_end_matches(".toml").replace('/', "__");
            insta::assert_snapshot!(name, text);
        }
    });
}

/// One scenario: its end, its expectations, its console.
fn told(text: &mut String, scenario: &Scenario) {
    // Of the runs for all opportunities of a fault the first one is shown.
    let cases = cases(scenario, PROGRAMS, Options::default(), PATIENCE);
    let scenario = &cases[0].scenario;
    let ended = run(scenario, PROGRAMS, Options::default());
    let judgement = judge(&ended.trace, scenario);
    let name = scenario.name.trim_start_matches("scenarios/");
    let mut line = |line: String| writeln!(text, "{line}").expect("a text takes everything");
    line(format!("==== {name}: {}, {}", ended.verdict, judgement.status().as_str()));
    cases[0].note.iter().for_each(|note| line(format!("of {} runs: {note}", cases.len())));
    for held in &judgement.held {
        line(format!("holds  {}", held.title));
    }
    for finding in &judgement.findings {
        line(format!("{}  {}: {}", finding.code.as_str(), finding.title, finding.message));
    }
    let console = console(&ended.trace);
    let (first, last) = SHOWN;
    let hidden = console.len().saturating_sub(first + last);
    for (i, (at, printed)) in console.iter().enumerate() {
        if hidden == 0 || i < first || i >= first + hidden {
            line(format!("{}  {printed}", clock(*at)).trim_end().to_owned());
        } else if i == first {
            line(format!("… {hidden} more lines"));
        }
    }
    line(String::new());
}

fn console(trace: &Trace) -> Vec<(Instant, &str)> {
    let lines = trace.records().iter().filter_map(|record| match record.kind {
        Kind::Line { text, .. } => Some((record.at, trace.text(text))),
        _ => None,
    });
    lines.collect()
}

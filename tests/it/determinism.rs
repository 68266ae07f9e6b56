//! The same scenario and the same seed give the same bytes: twice, beside others, on every machine and in every
//! build profile.
//!
//! Owns the digests of all scenarios in `tests/digests.txt`. They change only where somebody means it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::thread;
use std::time::Duration;
use std::{env, fs};

use vpyb_cli::PROGRAMS;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::trace::{Trace, digest, to_bytes};

use crate::checked_in::{root, run, scenarios};

/// Where the digests are kept, from the workspace's root.
const KEPT: &str = "tests/digests.txt";
/// More than the machines of most readers have cores, so that runs are interleaved.
const THREADS: usize = 8;

/// Once alone, and once while seven others run, each in a thread of its own.
#[test]
fn a_scenario_gives_the_same_trace_again_while_others_run() {
    let scenarios = scenarios();
    let alone: Vec<_> = scenarios.iter().map(run).collect();
    let differ = |from: usize| -> Vec<String> {
        let own = scenarios.iter().zip(&alone).skip(from).step_by(THREADS);
        own.filter_map(|(scenario, first)| difference(&scenario.name, first, &run(scenario))).collect()
    };
    let differ: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|from| scope.spawn(move || differ(from))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a thread that ends")).collect()
    });
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// Of two long lists only the first difference is worth printing.
fn difference(name: &str, first: &Trace, second: &Trace) -> Option<String> {
    let mut records = first.records().iter().zip(second.records());
    if let Some(at) = records.position(|(first, second)| first != second) {
        return Some(format!(
            "{name}: record {at} is {:?} and {:?}",
            first.records().get(at),
            second.records().get(at)
        ));
    }
    (to_bytes(first) != to_bytes(second)).then(|| format!("{name}: the traces' files differ"))
}

/// Debug and release builds, and all machines, are compared through this file: each compares itself with it.
#[test]
fn the_digests_are_those_that_were_accepted() {
    let mut present = String::new();
    let mut scenarios = scenarios();
    scenarios.sort_by(|a, b| a.name.cmp(&b.name));
    for scenario in scenarios {
        // Of the runs for all opportunities of a fault the command tells the last, if none fails.
        let cases = runner::cases(&scenario, PROGRAMS, Options::default(), Duration::from_secs(60));
        let told = &cases.last().expect("a scenario has a case").scenario;
        writeln!(present, "{}  {}", digest(&run(told)), scenario.name).expect("a text takes everything");
    }
    let file = root().join(KEPT);
    if env::var_os("UPDATE_DIGESTS").is_some_and(|value| value == "1") {
        fs::write(&file, &present).expect("the file of digests can be written");
    }
    let accepted = fs::read_to_string(&file).unwrap_or_default();
    let changed = changes(&accepted, &present);
    assert!(
        changed.is_empty(),
        "what happens in these scenarios is not what {KEPT} says:\n{changed}\n\
         If that is what you meant, accept it and say in the commit why:\n  \
         UPDATE_DIGESTS=1 cargo test --test it determinism\n\
         If not, find the first record that differs: on both commits,\n  \
         vpyb trace export SCENARIO --to jsonl -o FILE\n"
    );
}

/// A line for each scenario that is new, gone or changed.
fn changes(accepted: &str, present: &str) -> String {
    let by_name = |text: &str| -> BTreeMap<String, String> {
        let lines = text.lines().filter_map(|line| line.split_once("  "));
        lines.map(|(digest, name)| (name.to_owned(), digest.to_owned())).collect()
    };
    let (before, now) = (by_name(accepted), by_name(present));
    let mut text = String::new();
    for name in before.keys().chain(now.keys().filter(|name| !before.contains_key(*name))) {
        let how = match (before.get(name), now.get(name)) {
            (Some(before), Some(now)) if before == now => continue,
            (Some(_), Some(_)) => "changed",
            (Some(_), None) => "gone   ",
            _ => "new    ",
        };
        writeln!(text, "  {how}  {name}").expect("a text takes everything");
    }
    text
}

#[test]
fn a_change_is_told_by_name() {
    let told = changes("1  a.toml\n2  b.toml::x\n3  c.toml\n", "1  a.toml\n9  b.toml::x\n4  d.toml\n");
    assert_eq!(told, "  changed  b.toml::x\n  gone     c.toml\n  new      d.toml\n");
}

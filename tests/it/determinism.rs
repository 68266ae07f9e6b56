//! The same scenario and the same seed give the same bytes: twice, beside others, on every machine and in every
//! build profile.
//!
//! Owns the digests of all scenarios in `tests/digests.txt`. They change only where somebody means it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::thread;
use std::{env, fs};

use vpyb_sim::trace::{digest, to_bytes};

use crate::checked_in::{root, run, scenarios};

/// Where the digests are kept, from the workspace's root.
const KEPT: &str = "tests/digests.txt";
/// More than the machines of most readers have cores, so that runs are interleaved.
const THREADS: usize = 8;

#[test]
fn a_scenario_gives_the_same_trace_twice() {
    for scenario in scenarios() {
        let (first, second) = (run(&scenario), run(&scenario));
        // Of two long lists only the first difference is worth printing.
        let differs = first.records().iter().zip(second.records()).position(|(a, b)| a != b);
        assert_eq!(differs, None, "{}: the first record that differs", scenario.name);
        assert!(to_bytes(&first) == to_bytes(&second), "{}: the traces' files differ", scenario.name);
    }
}

#[test]
fn eight_threads_at_once_give_the_same_traces() {
    let scenarios = scenarios();
    let digests = |from: usize| -> BTreeMap<String, String> {
        // Each thread begins with another scenario, so that different ones run side by side.
        let order = (0..scenarios.len()).map(|i| &scenarios[(from + i) % scenarios.len()]);
        order.map(|scenario| (scenario.name.clone(), digest(&run(scenario)))).collect()
    };
    let all: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|from| scope.spawn(move || digests(from))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread that ends")).collect()
    });
    assert!(all.iter().all(|digests| *digests == all[0]), "the threads disagree:\n{all:#?}");
}

/// Debug and release builds, and all machines, are compared through this file: each compares itself with it.
#[test]
fn the_digests_are_those_that_were_accepted() {
    let mut present = String::new();
    let mut scenarios = scenarios();
    scenarios.sort_by(|a, b| a.name.cmp(&b.name));
    for scenario in scenarios {
        writeln!(present, "{}  {}", digest(&run(&scenario)), scenario.name).expect("a text takes everything");
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

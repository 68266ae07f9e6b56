//! `vpyb bench`: the virtual figures to the nanosecond, and of those of this machine only what is true on any.

use insta::assert_snapshot;
use serde_json::Value;

use super::{Folder, HELD, USAGE};

#[test]
fn virtual_figures_are_exact() {
    let told = Folder::new("bench_virtual").vpyb("bench --no-host --tasks 1,3,100 --discipline uasyncio-v2");
    assert_eq!(told.status(), HELD);
    assert_snapshot!(told.all());
}

#[test]
fn what_was_published_stands_beside_and_is_met() {
    let told = Folder::new("bench_published").vpyb("bench --no-host --tasks 3,100 --message-format json");
    let objects = told.json();
    let published: Vec<(u64, u64)> = objects
        .iter()
        .filter_map(|row| Some((row["published_turn_ns"].as_u64()?, row["turn_ns"].as_u64()?)))
        .collect();
    assert_eq!(published.len(), 4, "four figures were published");
    for (published, turn) in published {
        // 4 % is what the profile, which has one price for two disciplines, is off.
        assert!(turn.abs_diff(published) * 25 < published, "{turn} is not about {published}");
    }
}

#[test]
fn figures_of_this_machine_are_in_order() {
    let told = Folder::new("bench_host").vpyb("bench --tasks 2 --message-format json");
    assert_eq!(told.status(), HELD);
    assert_eq!(told.stderr(), "", "there is no progress where there is no terminal");
    let objects = told.json();
    let host: Vec<&Value> = objects.iter().filter(|row| row["kind"] == "host_turn").collect();
    let names: Vec<&str> = host.iter().map(|row| row["discipline"].as_str().expect("a name")).collect();
    assert_eq!(names, ["uasyncio-v2", "fast-io", "asyncio-v3"]);
    for row in host {
        let figures = ["least_ns", "p50_ns", "p99_ns", "max_ns"];
        let figures = figures.map(|key| row[key].as_f64().expect("a figure"));
        assert!(figures[0] > 0.0 && figures.is_sorted(), "{row}");
        assert_eq!(row["turns"], 600_000, "three hundred rounds of a thousand turns of two tasks");
    }
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let folder = Folder::new("bench_refused");
    for (call, reason) in [
        ("bench --tasks 0", "0 is not in 1..=10000"),
        ("bench --tasks some", "invalid digit"),
        ("bench --discipline fast", "fast-io"),
    ] {
        let told = folder.vpyb(call);
        assert_eq!(told.status(), USAGE, "{call}");
        assert!(told.stderr().contains(reason), "{call}: {}", told.stderr());
    }
}

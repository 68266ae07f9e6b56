//! Buttons and their bounce, and sources of levels.
//!
//! Owns scenarios that are written out here. Costs are zero but where a test says otherwise.

use proptest::prelude::*;
use vpyb_sim::trace::{Kind, Trace, Words, why};

use crate::runs::{check, rows, run};

/// What happens on wires, buttons that are pressed, and calls of handlers.
fn wires(trace: &Trace) -> Vec<String> {
    rows(trace, |kind| {
        matches!(
            kind,
            Kind::Driven { .. }
                | Kind::Edge { .. }
                | Kind::Contention { .. }
                | Kind::Device { .. }
                | Kind::Handler { .. }
        )
    })
}

/// A task with a handler on the pin of the board's switch, and somebody who presses it.
fn switch(bounce: &str, pull: &str, steps: &str) -> String {
    format!(
        "parts.USR = {{ kind = \"button\", bounce = {bounce} }}
        objects.pins = {{ sw = {{ pin = \"X17\", pull = \"{pull}\" }} }}
        objects.events = {{ e = {{}} }}
        run.until = \"100ms\"
        [[task]]
        name = \"main\"
        script = [{{ on_edge = {{ pin = \"sw\", edge = \"falling\", set = \"e\" }} }}]
        [[actor]]
        name = \"hand\"
        steps = [{steps}]
        "
    )
}

/// The first touch and the first gap are the true instants; each call of the handler is one falling edge.
#[test]
fn a_listed_bounce_is_replayed_after_press_and_release() {
    let tap = "{ at = \"10ms\", tap = { part = \"USR\", for = \"20ms\" } }";
    let outcome = run(&switch("[\"100us\", \"400us\", \"500us\", \"2ms\"]", "up", tap));
    let expected = [
        "0 X17+USR.contact ↑ high",
        "10000000 USR pressed",
        "10000000 USR.contact drives low",
        "10000000 X17+USR.contact ↓ low",
        "10000000 X17 handler runs, takes 0s",
        "10100000 USR.contact lets go",
        "10100000 X17+USR.contact ↑ high",
        "10400000 USR.contact drives low",
        "10400000 X17+USR.contact ↓ low",
        "10400000 X17 handler runs, takes 0s",
        "10500000 USR.contact lets go",
        "10500000 X17+USR.contact ↑ high",
        "12000000 USR.contact drives low",
        "12000000 X17+USR.contact ↓ low",
        "12000000 X17 handler runs, takes 0s",
        "30000000 USR released",
        "30000000 USR.contact lets go",
        "30000000 X17+USR.contact ↑ high",
        "30100000 USR.contact drives low",
        "30100000 X17+USR.contact ↓ low",
        "30100000 X17 handler runs, takes 0s",
        "30400000 USR.contact lets go",
        "30400000 X17+USR.contact ↑ high",
        "30500000 USR.contact drives low",
        "30500000 X17+USR.contact ↓ low",
        "30500000 X17 handler runs, takes 0s",
        "32000000 USR.contact lets go",
        "32000000 X17+USR.contact ↑ high",
    ];
    check("a listed bounce", &wires(&outcome.trace), &expected);
    // The last edge of all was caused by the end of the tap.
    let trace = &outcome.trace;
    let mut edges = trace.iter().filter(|(_, record)| matches!(record.kind, Kind::Edge { .. }));
    let (last, _) = edges.next_back().expect("edges");
    let words = Words::new(trace);
    let links: Vec<String> =
        why(trace, last).iter().map(|link| words.describe(&trace.get(link.seq).unwrap())).collect();
    let expected = ["X17+USR.contact ↑ high", "USR.contact lets go", "USR released", "hand acts: step 0"];
    assert_eq!(links, expected);
}

/// Whoever lets go while the contact still bounces ends that bounce; pressing twice is pressing once.
#[test]
fn a_new_press_ends_the_bounce_before() {
    let steps = "{ at = \"10ms\", press = \"USR\" }, { at = \"11ms\", press = \"USR\" }, \
                 { at = \"12ms\", release = \"USR\" }";
    let outcome = run(&switch("[\"1500us\", \"5ms\"]", "up", steps));
    let expected = [
        "0 X17+USR.contact ↑ high",
        "10000000 USR pressed",
        "10000000 USR.contact drives low",
        "10000000 X17+USR.contact ↓ low",
        "10000000 X17 handler runs, takes 0s",
        "11500000 USR.contact lets go",
        "11500000 X17+USR.contact ↑ high",
        "12000000 USR released",
        "13500000 USR.contact drives low",
        "13500000 X17+USR.contact ↓ low",
        "13500000 X17 handler runs, takes 0s",
        "17000000 USR.contact lets go",
        "17000000 X17+USR.contact ↑ high",
    ];
    check("a bounce cut short", &wires(&outcome.trace), &expected);
}

/// The board has no resistor at its switch: without one in the chip the pin floats, and there is never an edge that
/// leads from high to low.
#[test]
fn without_a_resistor_a_switch_makes_no_falling_edge() {
    let tap = "{ at = \"10ms\", tap = { part = \"USR\", for = \"20ms\" } }";
    let outcome = run(&switch("\"off\"", "none", tap));
    let expected = [
        "10000000 USR pressed",
        "10000000 USR.contact drives low",
        "10000000 X17+USR.contact ↓ low",
        "30000000 USR released",
        "30000000 USR.contact lets go",
        "30000000 X17+USR.contact ~ floating",
    ];
    check("no resistor", &wires(&outcome.trace), &expected);
}

/// A button to 3.3 V on a pin that is pulled down; the board's own switch needs no part.
#[test]
fn a_button_may_lead_to_3v3_and_the_boards_own_needs_no_part() {
    let outcome = run(r#"
        parts.start = { kind = "button", pin = "Y3", to = "3v3" }
        objects.pins = { in = { pin = "Y3", pull = "down" } }
        run.until = "10ms"
        [[task]]
        name = "main"
        script = ["yield"]
        [[stimulus]]
        at = "1ms"
        tap = { part = "start", for = "2ms" }
        [[stimulus]]
        at = "2ms"
        press = "USR"
    "#);
    let expected = [
        "0 Y3+start.contact ↓ low",
        "1000000 start pressed",
        "1000000 start.contact drives high",
        "1000000 Y3+start.contact ↑ high",
        "2000000 USR pressed",
        "2000000 USR.contact drives low",
        "2000000 X17+USR.contact ↓ low",
        "3000000 start released",
        "3000000 start.contact lets go",
        "3000000 Y3+start.contact ↓ low",
    ];
    check("two buttons", &wires(&outcome.trace), &expected);
}

/// The instants, in nanoseconds after the press and after the release, at which the contact changed.
fn bounces(seed: u64) -> [Vec<u64>; 2] {
    let source = format!(
        "run.seed = {seed}\n{}",
        switch("\"6ms\"", "up", "{ at = \"10ms\", tap = { part = \"USR\", for = \"20ms\" } }")
    );
    let trace = run(&source).trace;
    let edges = trace.records().iter().filter(|record| matches!(record.kind, Kind::Edge { .. }));
    let edges: Vec<u64> = edges.skip(1).map(|record| record.at.as_nanos()).collect();
    let (pressed, released): (Vec<u64>, Vec<u64>) = edges.into_iter().partition(|at| *at < 30_000_000);
    [(pressed, 10_000_000), (released, 30_000_000)]
        .map(|(edges, from)| edges.into_iter().map(|at| at - from).collect())
}

#[test]
fn a_seeded_bounce_depends_on_the_seed_alone() {
    assert_eq!(bounces(1), bounces(1));
    assert_ne!(bounces(1), bounces(2));
    let [pressed, released] = bounces(1);
    assert_ne!(pressed, released, "press and release bounce differently");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A seeded bounce begins at the true instant, ends after its length, and flickers two to six times in between.
    #[test]
    fn a_seeded_bounce_ends_when_it_is_told_to(seed in 0..u64::from(u32::MAX)) {
        for edges in bounces(seed) {
            prop_assert_eq!((edges[0], edges[edges.len() - 1]), (0, 6_000_000));
            prop_assert!(edges.is_sorted_by(|a, b| a < b), "{:?}", edges);
            prop_assert!([5, 7, 9, 11, 13].contains(&edges.len()), "{:?}", edges);
        }
    }
}

/// From the list, at the instants that it says, and from a file with the same edges.
#[test]
fn a_source_of_levels_drives_what_it_was_told() {
    let levels = |from: &str| {
        let outcome = run(&format!(
            "parts.pattern = {{ kind = \"logic-source\", pin = \"Y1\", {from} }}
            objects.pins = {{ in = {{ pin = \"Y1\", pull = \"up\" }} }}
            run.until = \"10ms\"
            [[task]]
            name = \"main\"
            script = [\"yield\"]
            "
        ));
        wires(&outcome.trace)
    };
    let expected = [
        "0 pattern.out drives low",
        "0 Y1+pattern.out ↓ low",
        "1000000 pattern.out drives high",
        "1000000 Y1+pattern.out ↑ high",
        "1250500 pattern.out drives low",
        "1250500 Y1+pattern.out ↓ low",
        "4000000 pattern.out lets go",
        "4000000 Y1+pattern.out ↑ high",
    ];
    let list =
        "edges = [[\"0s\", \"low\"], [\"1ms\", \"high\"], [\"1250.5us\", \"low\"], [\"4ms\", \"float\"]]";
    check("a list", &levels(list), &expected);
    check("a CSV file", &levels("csv = \"tests/it/vectors/levels.csv\""), &expected);
    check("a VCD file", &levels("vcd = \"tests/it/vectors/levels.vcd\", signal = \"Y1\""), &expected);
}

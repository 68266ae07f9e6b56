//! What other tools read of the trace of any scenario: the VCD file through wellen, the Perfetto file as typed JSON.
//!
//! Owns what must hold of every export; single bytes and texts are in `trace_export`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use serde::Deserialize;
use vpyb_sim::trace::record::Kind;
use vpyb_sim::trace::{Lane, Levels, Trace, lanes, write_perfetto, write_vcd};

/// Checks both exports of a trace; gives how many arrows there were.
pub fn check(trace: &Trace) -> usize {
    vcd(trace);
    perfetto(trace)
}

/// wellen finds each pin that changed and each task, with as many changes as there were.
fn vcd(trace: &Trace) {
    let name = &trace.meta().scenario;
    let mut file = Vec::new();
    write_vcd(trace, &mut file).unwrap();
    let mut wave = wellen::simple::read_from_reader(Cursor::new(file)).expect(name);
    let vars: Vec<_> = wave.hierarchy().all_vars().collect();
    let signals: BTreeMap<String, wellen::SignalRef> = vars
        .into_iter()
        .map(|var| (wave.hierarchy()[var].full_name(wave.hierarchy()), wave.hierarchy()[var].signal_ref()))
        .collect();
    let mut levels = Levels::before(trace);
    let mut pins = BTreeSet::new();
    for record in trace.records() {
        pins.extend(levels.apply(&record).iter().map(|&pin| format!("board.{}", trace.text(pin))));
    }
    let seen = |scope: &str| signals.keys().filter(|key| key.starts_with(scope)).count();
    assert_eq!(seen("board."), pins.len(), "{name}: {pins:?}");
    let tasks = lanes(trace).len();
    assert_eq!(seen("tasks."), tasks, "{name}: {:?}", signals.keys());
    let all: Vec<_> = signals.values().copied().collect();
    wave.load_signals(&all);
    for (signal, reference) in &signals {
        let found = wave.get_signal(*reference).expect(signal);
        assert!(found.iter_changes().count() > 0, "{name}: {signal} never shows anything");
    }
}

/// A trace event, as the format's description has it.
#[derive(Deserialize)]
struct Event {
    ph: String,
    pid: u32,
    #[serde(default)]
    tid: u32,
    name: Option<String>,
    cat: Option<String>,
    ts: Option<f64>,
    dur: Option<f64>,
    id: Option<u64>,
    #[serde(default)]
    args: serde_json::Value,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "traceEvents")]
    events: Vec<Event>,
}

/// Slices of a task do not overlap; each arrow begins once and ends once, later and inside a slice that runs; counters have
/// numbers; and there is a slice for each stretch in which a task ran or was ready.
fn perfetto(trace: &Trace) -> usize {
    let name = &trace.meta().scenario;
    let mut file = Vec::new();
    write_perfetto(trace, &mut file).unwrap();
    let File { events } = serde_json::from_slice(&file).expect(name);
    let (mut ends, mut arrows) = (BTreeMap::new(), BTreeMap::new());
    let mut slices: BTreeMap<&str, usize> = BTreeMap::new();
    let mut counted = BTreeSet::new();
    for event in &events {
        let at = event.ts.unwrap_or_default();
        match event.ph.as_str() {
            "X" => {
                let dur = event.dur.expect("a slice has a length");
                assert!(dur >= 0.0 && at >= 0.0, "{name}");
                if event.pid == 1 {
                    let end = ends.entry(event.tid).or_insert(0.0);
                    assert!(at >= *end - 0.0015, "{name}: slices of a task overlap at {at}");
                    *end = at + dur;
                    *slices.entry(event.cat.as_deref().expect("a state")).or_default() += 1;
                }
            }
            "s" => assert!(arrows.insert(event.id.expect("an arrow's number"), at).is_none(), "{name}"),
            "f" => {
                let begun = arrows.get(&event.id.expect("an arrow's number"));
                assert!(begun.is_some_and(|begun| *begun <= at), "{name}: an arrow ends before it begins");
            }
            "C" => {
                assert!(event.args["value"].is_number(), "{name}");
                counted.insert(event.name.clone());
            }
            "M" => assert!(event.name.is_some(), "{name}"),
            other => panic!("{name}: an event of phase {other}"),
        }
    }
    let of = |phase: &str| events.iter().filter(|event| event.ph == phase).count();
    assert_eq!(of("s"), of("f"), "{name}: an arrow has two ends");
    for (lane, word) in [(Lane::Running, "running"), (Lane::Ready, "ready"), (Lane::Sleeping, "sleeping")] {
        let own = lanes(trace).values().flatten().filter(|change| change.lane == lane).count();
        assert_eq!(slices.get(word).copied().unwrap_or(0), own, "{name}: {word}");
    }
    let queued = trace.records().iter().any(|record| matches!(record.kind, Kind::Ready { .. }));
    assert!(!queued || counted.contains(&Some("run queue".into())), "{name}: {counted:?}");
    of("s")
}

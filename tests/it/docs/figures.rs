//! The published figures of a Pyboard beside those of the profile `micropython-pyboard-v1.1`.
//!
//! Owns which figures these are, the scenario in which each is measured, and what the profile was fitted on. The
//! others are predictions; one that is off by more than [`ALLOWED`] needs a reason.

use std::fmt::Write as _;

use vpyb_sim::trace::{Kind, Trace};

use crate::checked_in::{run, scenarios};

/// By what share a prediction may be off.
const ALLOWED: f64 = 0.15;

/// A published figure, in microseconds.
struct Figure {
    what: &'static str,
    from: f64,
    to: f64,
    scenario: &'static str,
    measure: Measure,
    basis: Basis,
}

/// Why the profile says what it says.
enum Basis {
    /// This price was fitted on it.
    Fitted(&'static str),
    Predicted,
    /// Predicted, and off because of this.
    Off(&'static str),
}

use Basis::{Fitted, Off, Predicted};

/// What is measured of a run.
#[derive(Clone, Copy)]
enum Measure {
    /// The mean time from step to step of `foo#1`, divided by so many tasks.
    Turn(f64),
    /// The milliseconds that stand behind the second text, in the first console line that begins with the first.
    Printed(&'static str, &'static str),
    /// The longest time from a byte in the ring to the step of its reader.
    Served,
}

use Measure::{Printed, Served, Turn};

const TEN_TASKS: Measure = Printed("Coros   10", "max. ");
const TIMER: Measure = Printed("0 ", "0 ");

const fn figure(
    what: &'static str,
    us: f64,
    scenario: &'static str,
    measure: Measure,
    basis: Basis,
) -> Figure {
    Figure { what, from: us, to: us, scenario, measure, basis }
}

/// All of them.
const FIGURES: [Figure; 12] = [
    figure(
        "a bare yield, 100 tasks, `uasyncio-v2`",
        156.0,
        "rate/board.toml::uasyncio-v2",
        Turn(100.0),
        Fitted("`step`"),
    ),
    figure("the same, `fast-io`", 162.0, "rate/board.toml::fast-io", Turn(100.0), Predicted),
    figure(
        "the same, with I/O queue and low-priority queue",
        206.0,
        "rate/board.toml::fast-io-queues",
        Turn(100.0),
        Predicted,
    ),
    figure(
        "a bare yield, three tasks",
        235.0,
        "round_robin/board.toml::counting-bare",
        Turn(3.0),
        Fitted("(pass)"),
    ),
    figure(
        "`sleep_ms(0)`, three tasks",
        364.0,
        "round_robin/board.toml::counting",
        Turn(3.0),
        Fitted("(delay)"),
    ),
    figure(
        "a polling task behind ten of 4 ms",
        40_000.0,
        "latency/board.toml::uasyncio-v2",
        TEN_TASKS,
        Predicted,
    ),
    figure(
        "a turn beside ten at low priority",
        300.0,
        "latency/board.toml::low-priority",
        TEN_TASKS,
        Off("one step and a whole pass; what a pass costs was fitted on passes of three steps"),
    ),
    figure(
        "a stream behind ten of 4 ms, `uasyncio-v2`",
        80_000.0,
        "hogs/four_ms.toml::uasyncio-v2",
        Served,
        Predicted,
    ),
    figure(
        "the same, `fast-io` with an I/O queue",
        4_000.0,
        "hogs/four_ms.toml::fast-io-queue",
        Served,
        Predicted,
    ),
    figure(
        "a `MillisecTimer` of 30 ms among ten of 10 ms, `uasyncio-v2`",
        200_000.0,
        "ms_timer/board.toml::uasyncio-v2",
        TIMER,
        Predicted,
    ),
    figure("the same, `fast-io`", 300_000.0, "ms_timer/board.toml::fast-io", TIMER, Predicted),
    Figure {
        to: 34_000.0,
        ..figure(
            "the same, with an I/O queue",
            30_000.0,
            "ms_timer/board.toml::fast-io-queue",
            TIMER,
            Predicted,
        )
    },
];

impl Measure {
    /// Microseconds.
    fn of(self, trace: &Trace) -> f64 {
        match self {
            Turn(tasks) => {
                let steps = steps(trace, "foo#1");
                (steps[steps.len() - 1] - steps[0]) / (steps.len() - 1) as f64 / tasks
            }
            Printed(begins, after) => {
                let lines = trace.records().iter().filter_map(|record| match record.kind {
                    Kind::Line { text, .. } => Some(trace.text(text)),
                    _ => None,
                });
                let line = lines.into_iter().find(|line| line.starts_with(begins)).expect("it is printed");
                let (_, number) = line.split_once(after).expect("the number stands behind that");
                let number = number.trim_start().split(|c: char| !c.is_ascii_digit() && c != '.').next();
                number.expect("a number").parse::<f64>().expect("a number") * 1000.0
            }
            Served => {
                let steps = steps(trace, "reader");
                let bytes =
                    trace.records().iter().filter(|record| matches!(record.kind, Kind::UartBuffered { .. }));
                let served = bytes.map(|byte| {
                    let at = byte.at.as_nanos() as f64 / 1000.0;
                    steps.iter().find(|step| **step >= at).expect("each byte is read") - at
                });
                served.fold(0.0, f64::max)
            }
        }
    }
}

/// When each step of a task began, in microseconds.
pub(super) fn steps(trace: &Trace, name: &str) -> Vec<f64> {
    let mut named = None;
    let mut steps = Vec::new();
    for record in trace.records() {
        match record.kind {
            Kind::TaskCreated { task, name: created } if trace.text(created) == name => named = Some(task),
            Kind::Step { task, .. } if Some(task) == named => {
                steps.push(record.at.as_nanos() as f64 / 1000.0)
            }
            _ => {}
        }
    }
    steps
}

pub(super) fn trace_of(scenario: &str) -> Trace {
    let name = format!("scenarios/{scenario}");
    let found = scenarios().into_iter().find(|scenario| scenario.name == name);
    run(&found.unwrap_or_else(|| panic!("there is no {name}")))
}

/// A time with three digits, in its unit.
pub(super) fn time(us: f64) -> String {
    let (value, unit) = if us < 1000.0 { (us, "µs") } else { (us / 1000.0, "ms") };
    let digits = if value < 10.0 {
        2
    } else if value < 100.0 {
        1
    } else {
        0
    };
    format!("{value:.digits$} {unit}")
}

/// The table of `docs/figures.md`. It fails if a prediction is off without a reason, or has one that it does not need.
pub fn table() -> String {
    let mut text = String::from(
        "| figure | published | simulated | ratio | fitted or predicted | measured in |\n|---|---|---|---|---|---|\n",
    );
    for Figure { what, from, to, scenario, measure, basis } in &FIGURES {
        let simulated = measure.of(&trace_of(scenario));
        let ratio = simulated / simulated.clamp(*from, *to);
        let is_off = (ratio - 1.0).abs() > ALLOWED;
        let published = match from == to {
            true => time(*from),
            false => format!("{} to {}", time(*from), time(*to)),
        };
        let basis = match basis {
            Fitted(price) => format!("fitted: {price}"),
            Predicted => {
                assert!(!is_off, "{what}: {ratio:.2} of what was published; say why");
                "predicted".into()
            }
            Off(reason) => {
                assert!(is_off, "{what}: {ratio:.2} of what was published needs no reason");
                format!("predicted; {reason}")
            }
        };
        let simulated = time(simulated);
        writeln!(
            text,
            "| {what} | {published} | {simulated} | {ratio:.2} | {basis} | `scenarios/{scenario}` |"
        )
        .expect("a text");
    }
    text
}

/// A profile that was fitted on every figure would predict none.
#[test]
fn few_prices_are_fitted() {
    let fitted = FIGURES.iter().filter(|figure| matches!(figure.basis, Fitted(_))).count();
    assert!(fitted <= 3, "{fitted} figures are fitted, at most 3");
}

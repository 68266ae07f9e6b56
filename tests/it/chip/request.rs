//! What a firmware is told: one word a line.
//!
//! Owns how a scenario becomes words for the port's command line. Bytes from outside come when the simulated run had
//! them, so that nothing of the host's time reaches the chip.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use vpyb_sim::board::UARTS;
use vpyb_sim::scenario::model::{Action, Arg, Scenario};
use vpyb_sim::trace::record::Drive;
use vpyb_sim::trace::{Kind, Record, Trace};

/// The words for a firmware.
pub struct Request(pub String);

impl Request {
    /// A scenario's program and settings. Bytes that come from outside come when the simulated run had them.
    pub fn new(scenario: &Scenario, trace: &Trace, until_ms: u64) -> Self {
        let program = scenario.program.as_ref().expect("a program");
        let mut words = format!("{}\n--watch\n--until_ms={until_ms}\n", program.name);
        for (name, value) in &program.args {
            match value {
                Arg::Text(text) => writeln!(words, "{name}={text}"),
                Arg::Int(int) => writeln!(words, "{name}={int}"),
            }
            .expect("a text");
        }
        let cpu = &scenario.cpu;
        writeln!(words, "--discipline={}", cpu.scheduler).expect("a text");
        let lengths = [
            ("runq_len", cpu.runq_len),
            ("waitq_len", cpu.waitq_len),
            ("ioq_len", cpu.ioq_len),
            ("lp_len", cpu.lp_len),
        ];
        for (name, length) in lengths {
            length.iter().for_each(|length| writeln!(words, "--{name}={length}").expect("a text"));
        }
        if let Some(ms) = cpu.max_overdue_ms {
            writeln!(words, "--max_overdue_ms={ms}").expect("a text");
        }
        let links = links(scenario);
        for (to, from) in &links {
            writeln!(words, "--link={from}:{to}").expect("a text");
        }
        for [one, other] in scenario.board.links.iter().filter(|ends| !ends.iter().any(is_line)) {
            writeln!(words, "--join={one}:{other}").expect("a text");
        }
        for record in trace.records() {
            if let Some(stimulus) = stimulus(scenario, trace, record, &links) {
                writeln!(words, "--at={}:{stimulus}", record.at.as_nanos()).expect("a text");
            }
        }
        Self(words)
    }
}

/// Whether a UART sends or receives on a pin.
fn is_line(pin: &String) -> bool {
    UARTS.iter().any(|unit| unit.tx == pin || unit.rx == pin)
}

/// What came from outside with a record, if anything did.
fn stimulus(
    scenario: &Scenario,
    trace: &Trace,
    record: &Record,
    links: &BTreeMap<&str, &str>,
) -> Option<String> {
    match record.kind {
        Kind::UartRx { uart, byte, .. } => {
            let uart = trace.text(uart);
            (!links.contains_key(uart)).then(|| format!("{uart}:{byte}"))
        }
        Kind::Driven { pin, drive } => {
            let pin = trace.text(pin).strip_suffix(".probe")?;
            let level = match drive {
                Drive::Low => "low",
                Drive::High => "high",
                Drive::Released => "float",
            };
            Some(format!("{pin}:{level}"))
        }
        Kind::Stimulus { actor, step, .. } => {
            let actor = scenario.actors.iter().find(|found| found.name == trace.text(actor))?;
            (actor.steps[usize::from(step)].action == Action::CtrlC).then(|| "ctrl-c".into())
        }
        _ => None,
    }
}

/// Links from a UART to a UART: who sends, by who receives.
fn links(scenario: &Scenario) -> BTreeMap<&'static str, &'static str> {
    let sends = |pin: &str| UARTS.iter().find(|unit| unit.tx == pin).map(|unit| unit.name);
    let receives = |pin: &str| UARTS.iter().find(|unit| unit.rx == pin).map(|unit| unit.name);
    let ends = scenario.board.links.iter().flat_map(|[one, other]| [(one, other), (other, one)]);
    ends.filter_map(|(from, to)| Some((receives(to)?, sends(from)?))).collect()
}

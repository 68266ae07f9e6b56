//! What a firmware is told: one word a line.
//!
//! Owns how a scenario becomes words for the port's command line. Bytes from outside come when the simulated run had
//! them, so that nothing of the host's time reaches the chip.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use vpyb_core::time::Instant;
use vpyb_sim::board::UARTS;
use vpyb_sim::scenario::model::{Arg, Scenario};
use vpyb_sim::trace::{Kind, Trace};

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
        for (uart, at, byte) in received(trace) {
            if !links.contains_key(uart) {
                writeln!(words, "--at={}:{uart}:{byte}", at.as_nanos()).expect("a text");
            }
        }
        Self(words)
    }
}

/// Links from a UART to a UART: who sends, by who receives.
fn links(scenario: &Scenario) -> BTreeMap<&'static str, &'static str> {
    let sends = |pin: &str| UARTS.iter().find(|unit| unit.tx == pin).map(|unit| unit.name);
    let receives = |pin: &str| UARTS.iter().find(|unit| unit.rx == pin).map(|unit| unit.name);
    let ends = scenario.board.links.iter().flat_map(|[one, other]| [(one, other), (other, one)]);
    ends.filter_map(|(from, to)| Some((receives(to)?, sends(from)?))).collect()
}

fn received(trace: &Trace) -> Vec<(&str, Instant, u8)> {
    let byte = |kind| match kind {
        Kind::UartRx { uart, byte, .. } => Some((trace.text(uart), byte)),
        _ => None,
    };
    let bytes = trace.records().iter().filter_map(|record| Some((record.at, byte(record.kind)?)));
    bytes.map(|(at, (uart, byte))| (uart, at, byte)).collect()
}

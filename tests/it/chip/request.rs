//! What a firmware is told: one word a line.
//!
//! Owns how a scenario becomes words for the port's command line. Bytes from outside come when the simulated run had
//! them, so that nothing of the host's time reaches the chip.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use vpyb_sim::board::{Profile, UARTS};
use vpyb_sim::scenario::model::{Action, Arg, Scenario};
use vpyb_sim::trace::record::{Drive, Net};
use vpyb_sim::trace::{Kind, Record, Trace};

/// The words for a firmware.
pub struct Request(pub String);

impl Request {
    /// A scenario's program and settings. Bytes that come from outside come when the simulated run had them.
    pub fn new(scenario: &Scenario, trace: &Trace, until_ms: u64, prices: Option<Profile>) -> Self {
        let program = scenario.program.as_ref().expect("a program");
        let mut words = format!("{}\n--watch\n--until_ms={until_ms}\n", program.name);
        for (name, value) in &program.args {
            match value {
                Arg::Text(text) => writeln!(words, "{name}={text}"),
                Arg::Int(int) => writeln!(words, "{name}={int}"),
            }
            .expect("a text");
        }
        if let Some(profile) = prices {
            writeln!(words, "--prices={}", self::prices(&profile)).expect("a text");
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
        let mut outside = Outside::new(trace, &links);
        for record in trace.records() {
            if let Some(stimulus) = outside.stimulus(scenario, &record) {
                writeln!(words, "--at={}:{stimulus}", record.at.as_nanos()).expect("a text");
            }
        }
        Self(words)
    }
}

/// A profile in the words of the firmware.
fn prices(profile: &Profile) -> String {
    let Profile { name: _, step, delay, callback, pass, poll, io_poll, isr, irq_latency, access } = *profile;
    let prices = [
        ("step", step),
        ("delay", delay),
        ("callback", callback),
        ("pass", pass),
        ("poll", poll),
        ("io_poll", io_poll),
        ("isr", isr),
        ("irq_latency", irq_latency),
        ("access", access),
    ];
    prices.map(|(action, price)| format!("{action}:{}", price.as_nanos())).join(",")
}

/// Whether a UART sends or receives on a pin.
fn is_line(pin: &String) -> bool {
    UARTS.iter().any(|unit| unit.tx == pin || unit.rx == pin)
}

/// What comes from outside, record by record.
struct Outside<'t> {
    trace: &'t Trace,
    links: &'t BTreeMap<&'static str, &'static str>,
    nets: BTreeMap<&'t str, Net>,
    /// What each pin that is not the board's does.
    drives: BTreeMap<&'t str, Drive>,
}

impl<'t> Outside<'t> {
    fn new(trace: &'t Trace, links: &'t BTreeMap<&'static str, &'static str>) -> Self {
        let joined = trace.records().iter().filter_map(|record| match record.kind {
            Kind::NetPin { net, pin } => Some((trace.text(pin), net)),
            _ => None,
        });
        Self { trace, links, nets: joined.collect(), drives: BTreeMap::new() }
    }

    fn stimulus(&mut self, scenario: &Scenario, record: &Record) -> Option<String> {
        match record.kind {
            Kind::UartRx { uart, byte, .. } => {
                let uart = self.trace.text(uart);
                (!self.links.contains_key(uart)).then(|| format!("{uart}:{byte}"))
            }
            Kind::Driven { pin, drive } => self.driven(self.trace.text(pin), drive),
            Kind::Stimulus { actor, step, .. } => {
                let actor = scenario.actors.iter().find(|found| found.name == self.trace.text(actor))?;
                (actor.steps[usize::from(step)].action == Action::CtrlC).then(|| "ctrl-c".into())
            }
            _ => None,
        }
    }

    /// A pin of a part or of an actor drives its net. The bytes of a serial line come as such.
    fn driven(&mut self, pin: &'t str, drive: Drive) -> Option<String> {
        let is_outside = |name: &str| name.contains('.');
        let net = self.nets.get(pin).filter(|_| is_outside(pin))?;
        let own = self.nets.iter().find(|(name, on)| *on == net && !is_outside(name))?.0;
        let reads = UARTS.iter().find(|unit| unit.rx == *own);
        let opened = |kind| matches!(kind, Kind::UartOpened { rx, .. } if self.trace.text(rx) == *own);
        if reads.is_some() && self.trace.records().iter().any(|record| opened(record.kind)) {
            return None;
        }
        let before = self.resolved(*net);
        self.drives.insert(pin, drive);
        let after = self.resolved(*net);
        let level = match after {
            Drive::Low => "low",
            Drive::High => "high",
            Drive::Released => "float",
        };
        (before != after).then(|| format!("{own}:{level}"))
    }

    /// What all outside pins of a net together do to it: low wins.
    fn resolved(&self, net: Net) -> Drive {
        let does = |drive| self.drives.iter().any(|(pin, found)| self.nets[pin] == net && *found == drive);
        match (does(Drive::Low), does(Drive::High)) {
            (true, _) => Drive::Low,
            (false, true) => Drive::High,
            (false, false) => Drive::Released,
        }
    }
}

/// Links from a UART to a UART: who sends, by who receives.
fn links(scenario: &Scenario) -> BTreeMap<&'static str, &'static str> {
    let sends = |pin: &str| UARTS.iter().find(|unit| unit.tx == pin).map(|unit| unit.name);
    let receives = |pin: &str| UARTS.iter().find(|unit| unit.rx == pin).map(|unit| unit.name);
    let ends = scenario.board.links.iter().flat_map(|[one, other]| [(one, other), (other, one)]);
    ends.filter_map(|(from, to)| Some((receives(to)?, sends(from)?))).collect()
}

//! One event's records among all records.
//!
//! Owns which record means which event. Texts are looked up when they are new, so that most records cost a
//! comparison of numbers.

use std::collections::BTreeSet;

use regex::Regex;
use vpyb_core::time::Instant;

use super::bus::BusEye;
use crate::scenario::model::{Event, InterruptKind, IrqEvent, Level, TaskEvent, UartEvent, What};
use crate::trace::record::{Entry, Interrupt, Kind, NetLevel, SerialEvent, Task};
use crate::trace::{Levels, Name, Record, Trace};

/// Looks for one event. It must be shown every record of a trace, in order.
#[derive(Clone, Debug)]
pub struct Eye {
    event: Event,
    tasks: BTreeSet<Task>,
    subject: Option<Name>,
    /// What `matches` looks for.
    pattern: Option<Regex>,
    /// How many names the trace had when `subject` was looked for.
    names: usize,
    levels: Levels,
    bus: BusEye,
    /// When the present burst began.
    burst: Option<Instant>,
    seen: u32,
}

/// Whether `wanted` stands for the task `own`: the same name, or `hog` for every `hog#n`.
pub fn matches_task(wanted: &str, own: &str) -> bool {
    own == wanted || own.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('#'))
}

impl Eye {
    /// One that has seen nothing yet.
    ///
    /// # Panics
    ///
    /// If `matches` is no regular expression: the parser refuses it.
    pub fn new(event: &Event) -> Self {
        let pattern = match &event.what {
            What::Matches(text) => Some(Regex::new(text).expect("a checked expression")),
            _ => None,
        };
        Self {
            event: event.clone(),
            tasks: BTreeSet::new(),
            subject: None,
            pattern,
            names: 0,
            levels: Levels::default(),
            bus: BusEye::default(),
            burst: None,
            seen: 0,
        }
    }

    /// One that knows who is who before a trace's first record.
    pub fn before(event: &Event, trace: &Trace) -> Self {
        let mut eye = Self { levels: Levels::before(trace), ..Self::new(event) };
        if let (What::Task { task, .. }, Some(before)) = (&event.what, trace.before()) {
            let tasks = &before.state.scheduling.tasks;
            let meant = tasks
                .iter()
                .filter(|(_, own)| own.name.is_some_and(|name| matches_task(task, trace.text(name))));
            eye.tasks = meant.map(|(&own, _)| own).collect();
        }
        eye
    }

    /// Whether this record is the event: bursts merged (`once_per`), then the one picked (`nth`).
    ///
    /// A burst begins with its first occurrence and swallows all that come within less than `once_per` of that.
    pub fn sees(&mut self, trace: &Trace, record: &Record) -> bool {
        if !self.recognises(trace, record) {
            return false;
        }
        if let (Some(span), Some(began)) = (self.event.once_per, self.burst)
            && record.at.since(began) < span
        {
            return false;
        }
        self.burst = Some(record.at);
        self.seen = self.seen.saturating_add(1);
        self.event.nth.is_none_or(|nth| nth == self.seen)
    }

    /// Forgets what it saw, but not who is who: counting begins anew.
    pub fn forget(&mut self) {
        (self.burst, self.seen) = (None, 0);
    }

    /// Learns who is who from a record.
    fn learn(&mut self, trace: &Trace, record: &Record) {
        let text = match &self.event.what {
            What::Uart { uart: text, .. }
            | What::I2c { bus: text, .. }
            | What::Edge { pin: text, .. }
            | What::Contention(text)
            | What::Irq { irq: text, .. }
            | What::Stimulus(text)
            | What::Mark(text)
            | What::Line(text)
            | What::Fault { place: Some(text), .. } => text,
            What::Task { task, .. } => {
                if let Kind::TaskCreated { task: own, name } = record.kind
                    && matches_task(task, trace.text(name))
                {
                    self.tasks.insert(own);
                }
                return;
            }
            What::Network { socket: Some(text), .. } => text,
            What::Prints(_)
            | What::Matches(_)
            | What::Network { socket: None, .. }
            | What::Fault { place: None, .. } => return,
        };
        if self.subject.is_none() && trace.names().len() != self.names {
            self.names = trace.names().len();
            self.subject = trace.names().find(text);
        }
    }

    fn recognises(&mut self, trace: &Trace, record: &Record) -> bool {
        self.learn(trace, record);
        match self.event.what {
            What::Prints(ref part) => {
                matches!(record.kind, Kind::Line { text, .. } if trace.text(text).contains(part))
            }
            What::Matches(_) => matches!(record.kind, Kind::Line { text, .. }
                if self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(trace.text(text)))),
            What::Line(_) => matches!(record.kind, Kind::Line { text, .. } if Some(text) == self.subject),
            What::Task { event, .. } => {
                task_of(record.kind, event).is_some_and(|task| self.tasks.contains(&task))
            }
            What::Edge { to, .. } => {
                let changed = self.levels.apply(record).iter().any(|&pin| Some(pin) == self.subject);
                changed && self.subject.is_some_and(|pin| self.levels.level(pin) == net_level(to))
            }
            What::Uart { event, byte: wanted, .. } => {
                uart_of(record.kind, event).is_some_and(|(uart, byte)| {
                    Some(uart) == self.subject && wanted.is_none_or(|wanted| Some(wanted) == byte)
                })
            }
            What::I2c { event: sight, address, byte, .. } => {
                matches!(record.kind, Kind::I2c { bus, event }
                    if Some(bus) == self.subject && self.bus.sees(event, sight, address, byte))
            }
            What::Network { event: wanted, socket: ref of } => {
                matches!(record.kind, Kind::Net { socket, event }
                    if event.word() == wanted && (of.is_none() || Some(socket) == self.subject))
            }
            What::Contention(_) => {
                self.levels.apply(record);
                let Kind::Contention { net } = record.kind else { return false };
                self.subject.is_some_and(|pin| self.levels.pins(net).contains(&pin))
            }
            What::Irq { event, .. } => {
                irq_of(record.kind, event).is_some_and(|irq| Some(irq) == self.subject)
            }
            What::Stimulus(_) => matches!(record.kind, Kind::Stimulus { actor, mark, .. }
                if self.subject.is_some() && (Some(actor) == self.subject || mark == self.subject)),
            What::Fault { what: wanted, place: ref at } => {
                matches!(record.kind, Kind::Fault { what, place, .. }
                    if trace.text(what) == wanted && (at.is_none() || Some(place) == self.subject))
            }
            What::Mark(_) => matches!(record.kind, Kind::Stimulus { mark, .. }
                if mark.is_some() && mark == self.subject),
        }
    }
}

fn task_of(kind: Kind, event: TaskEvent) -> Option<Task> {
    match (event, kind) {
        (TaskEvent::Created, Kind::TaskCreated { task, .. })
        | (TaskEvent::Ready, Kind::Ready { entry: Entry::Task(task), .. })
        | (TaskEvent::Step, Kind::Step { task, .. })
        | (TaskEvent::CancelRequested, Kind::CancelRequested { task })
        | (TaskEvent::TimeoutExpired, Kind::TimeoutExpired { task: Some(task) })
        | (TaskEvent::Interrupted(None), Kind::Interrupted { task, .. })
        | (
            TaskEvent::Interrupted(Some(InterruptKind::Cancelled)),
            Kind::Interrupted { task, with: Interrupt::Cancelled },
        )
        | (
            TaskEvent::Interrupted(Some(InterruptKind::TimedOut)),
            Kind::Interrupted { task, with: Interrupt::TimedOut },
        )
        | (TaskEvent::Finished, Kind::Finished { task }) => Some(task),
        _ => None,
    }
}

/// The UART of a record that shows an event, and the byte if there is one.
fn uart_of(kind: Kind, event: UartEvent) -> Option<(Name, Option<u8>)> {
    if let Kind::Serial { uart, event: serial } = kind {
        let byte = match (event, serial) {
            (UartEvent::Parity, SerialEvent::Damaged { byte, parity: true, .. })
            | (UartEvent::Noise, SerialEvent::Damaged { byte, noise: true, .. }) => Some(byte),
            (UartEvent::Idle, SerialEvent::Idle)
            | (UartEvent::HeldBack, SerialEvent::HeldBack)
            | (UartEvent::GaveUp, SerialEvent::GaveUp { .. }) => None,
            _ => return None,
        };
        return Some((uart, byte));
    }
    match (event, kind) {
        (UartEvent::Rx, Kind::UartBuffered { uart, byte, .. })
        | (UartEvent::Tx, Kind::UartTx { uart, byte })
        | (UartEvent::Overrun, Kind::UartOverrun { uart, byte })
        | (UartEvent::Framing, Kind::UartRx { uart, byte, framing: true })
        | (UartEvent::Break, Kind::UartRx { uart, byte: byte @ 0, framing: true }) => {
            Some((uart, Some(byte)))
        }
        _ => None,
    }
}

fn irq_of(kind: Kind, event: IrqEvent) -> Option<Name> {
    match (event, kind) {
        (IrqEvent::Pending, Kind::IrqPending { irq })
        | (IrqEvent::Handler, Kind::Handler { irq, .. })
        | (IrqEvent::Coalesced, Kind::IrqCoalesced { irq }) => Some(irq),
        _ => None,
    }
}

fn net_level(level: Level) -> NetLevel {
    match level {
        Level::Low => NetLevel::Low,
        Level::High => NetLevel::High,
    }
}

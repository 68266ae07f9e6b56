//! Hand-written traces and scenarios for the tests of expectations.
//!
//! Owns [`Sample`], a trace under construction, and short forms of events and bounds. Times are whole
//! milliseconds unless a name says otherwise.

use litemap::LiteMap;
use vpyb_core::time::{Duration, Instant};

use super::{Judgement, Value, judge};
use crate::scenario::model::{
    Amount, Bound, Event, Expect, Level, Limit, Pattern, Scenario, TaskEvent, UartEvent, What,
};
use crate::trace::record::{Entry, Kind, Name, Net, Task, Why, Yielded};
use crate::trace::{Meta, Seq, Trace};

/// A trace under construction.
pub struct Sample {
    pub trace: Trace,
    tasks: u32,
    nets: u16,
    timers: u32,
}

impl Sample {
    pub fn new() -> Self {
        Self { trace: Trace::new(Meta::default()), tasks: 0, nets: 0, timers: 0 }
    }

    pub fn name(&mut self, text: &str) -> Name {
        self.trace.name(text)
    }

    pub fn push(&mut self, at: u64, kind: Kind) -> Seq {
        self.trace.push(ms(at), None, kind)
    }

    pub fn task(&mut self, name: &str) -> Task {
        let (task, name) = (Task(self.tasks), self.name(name));
        self.tasks += 1;
        let at = self.trace.end();
        self.trace.push(at, None, Kind::TaskCreated { task, name });
        task
    }

    pub fn pin(&mut self, pin: &str) -> Net {
        let (net, pin) = (Net(self.nets), self.name(pin));
        self.nets += 1;
        let at = self.trace.end();
        self.trace.push(at, None, Kind::NetPin { net, pin });
        net
    }

    pub fn uart(&mut self, uart: &str, tx: &str, rx: &str) -> Name {
        self.pin(tx);
        self.pin(rx);
        let (uart, tx, rx) = (self.name(uart), self.name(tx), self.name(rx));
        let at = self.trace.end();
        self.trace.push(at, None, Kind::UartOpened { uart, tx, rx, baud: 9600, ring: 64 });
        uart
    }

    pub fn ready(&mut self, at: u64, task: Task) -> Seq {
        self.push(at, Kind::Ready { entry: Entry::Task(task), why: Why::Yielded })
    }

    pub fn ready_by_timer(&mut self, at: u64, task: Task) -> Seq {
        self.push(at, Kind::Ready { entry: Entry::Task(task), why: Why::Timer(self.timers) })
    }

    pub fn step(&mut self, at: u64, task: Task, took: u64) -> Seq {
        let took = Duration::from_millis(took);
        self.push(at, Kind::Step { task, first: false, stale: false, yielded: Yielded::SleepMs(0), took })
    }

    pub fn sleep(&mut self, at: u64, task: Task, due: u64) -> Seq {
        self.timers += 1;
        self.push(at, Kind::TimerArmed { timer: self.timers, entry: Entry::Task(task), due: ms(due) })
    }

    pub fn poll(&mut self, at: u64, waited: u64) -> Seq {
        self.push(at, Kind::Polled { timeout_ms: 0, waited: Duration::from_millis(waited), ready: 0 })
    }

    pub fn line(&mut self, at: u64, text: &str) -> Seq {
        let text = self.name(text);
        self.push(at, Kind::Line { task: None, text })
    }

    pub fn verdict(&mut self, at: u64, verdict: &str) -> Seq {
        let verdict = self.name(verdict);
        self.push(at, Kind::Verdict { verdict })
    }

    /// Ends the run with `passed` and judges it by `patterns`, titled `1`, `2`, ….
    pub fn judge(mut self, patterns: impl IntoIterator<Item = Pattern>) -> Judgement {
        let end = self.trace.end().as_millis();
        self.verdict(end, "passed");
        judge(&self.trace, &scenario(patterns))
    }

    /// As [`Sample::judge`] for one pattern: the message of its finding, or the note of its holding.
    pub fn outcome(self, pattern: Pattern) -> Result<String, String> {
        let judgement = self.judge([pattern]);
        match judgement.findings.first() {
            Some(finding) => Err(format!("{}: {} [{}]", finding.code, finding.message, finding.label)),
            None => Ok(judgement.held[0].note.clone()),
        }
    }
}

/// A scenario of these patterns, titled `1`, `2`, ….
pub fn scenario(patterns: impl IntoIterator<Item = Pattern>) -> Scenario {
    let expects = patterns
        .into_iter()
        .enumerate()
        .map(|(i, pattern)| Expect { title: (i + 1).to_string(), pattern, spans: LiteMap::new() })
        .collect();
    Scenario { expects, ..Scenario::default() }
}

pub fn ms(at: u64) -> Instant {
    Instant::from_millis(at)
}

pub fn span(n: u64) -> Value {
    Duration::from_millis(n).into()
}

fn event(what: What) -> Event {
    Event { what, nth: None, once_per: None }
}

pub fn task_event(task: &str, event_: TaskEvent) -> Event {
    event(What::Task { task: task.into(), event: event_ })
}

pub fn uart_event(uart: &str, event_: UartEvent) -> Event {
    event(What::Uart { uart: uart.into(), event: event_, byte: None })
}

pub fn edge(pin: &str, to: Level) -> Event {
    event(What::Edge { pin: pin.into(), to })
}

pub fn prints(text: &str) -> Event {
    event(What::Prints(text.into()))
}

fn limit(value: Value, inclusive: bool) -> Option<Limit> {
    let amount = match value {
        Value::Count(n) => Amount::Count(n),
        Value::Time(ns) => Amount::Time(ns),
        Value::Share(n) => Amount::Share(n),
    };
    Some(Limit { amount, inclusive })
}

pub fn below(value: Value) -> Bound {
    Bound { min: None, max: limit(value, false), text: format!("< {value}") }
}

pub fn at_least(value: Value) -> Bound {
    Bound { min: limit(value, true), max: None, text: format!(">= {value}") }
}

pub fn exactly(value: Value) -> Bound {
    Bound { min: limit(value, true), max: limit(value, true), text: value.to_string() }
}

pub fn at_most_counter(name: &str) -> Bound {
    let amount = Amount::Counter(name.into());
    Bound { min: None, max: Some(Limit { amount, inclusive: true }), text: format!("<= {name}") }
}

//! One record, in one line of words.
//!
//! Owns [`Words`]: what a trace calls its tasks, nets and rings, gathered once, and the sentence of
//! every kind of record; those about hardware are in `hardware`. Knows no columns (`table`) and no order of records.

mod hardware;

use std::collections::{BTreeMap, BTreeSet};

use vpyb_core::time::Instant;

use super::record::{
    Entry, Interrupt, Kind, Mode, Name, Net, NetLevel, Pulled, Record, Task, Trigger, Why, Yielded,
};
use super::{TaskState, Trace, show_instant};

/// What a record says, apart from when.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Phrase {
    /// The task it is about; empty if none.
    pub task: String,
    /// The pin, net, bus or part it is about; empty if none.
    pub place: String,
    /// What happened to it.
    pub event: String,
}

/// A trace's own words: made once, asked for many records.
#[derive(Clone, Debug)]
pub struct Words<'t> {
    trace: &'t Trace,
    tasks: BTreeMap<Task, Name>,
    nets: BTreeMap<Net, Vec<(Instant, String)>>,
    rings: BTreeMap<Name, u16>,
}

/// One line for one record: its task, its place and its event.
///
/// Goes through the whole trace for names; for many records, keep a [`Words`].
pub fn describe(trace: &Trace, record: &Record) -> String {
    Words::new(trace).describe(record)
}

impl<'t> Words<'t> {
    /// Gathers the words of a trace.
    pub fn new(trace: &'t Trace) -> Self {
        let mut words = Self { trace, tasks: BTreeMap::new(), nets: BTreeMap::new(), rings: BTreeMap::new() };
        let mut members: BTreeMap<Net, BTreeSet<Name>> = BTreeMap::new();
        let mut on: BTreeMap<Name, Net> = BTreeMap::new();
        if let Some(before) = trace.before() {
            let state = &before.state;
            let named = |(&task, state): (&Task, &TaskState)| Some((task, state.name?));
            words.tasks = state.scheduling.tasks.iter().filter_map(named).collect();
            words.rings = state.uarts.iter().map(|(&uart, state)| (uart, state.ring_len)).collect();
            for (&pin, state) in &state.wires.pins {
                let Some(net) = state.net else { continue };
                on.insert(pin, net);
                members.entry(net).or_default().insert(pin);
            }
            members.iter().for_each(|(&net, pins)| words.call(net, Instant::ZERO, pins));
        }
        for record in trace.records() {
            match record.kind {
                Kind::TaskCreated { task, name } => {
                    words.tasks.insert(task, name);
                }
                Kind::NetPin { net, pin } => {
                    if let Some(left) = on.insert(pin, net).filter(|left| *left != net) {
                        members.entry(left).or_default().remove(&pin);
                        words.call(left, record.at, &members[&left]);
                    }
                    let pins = members.entry(net).or_default();
                    pins.insert(pin);
                    words.call(net, record.at, &members[&net]);
                }
                Kind::UartOpened { uart, ring, .. } => {
                    words.rings.insert(uart, ring);
                }
                _ => {}
            }
        }
        words
    }

    /// The task's name, or its number if no record names it.
    pub fn task(&self, task: Task) -> String {
        self.tasks.get(&task).map_or(format!("task {}", task.0), |&name| self.text(name))
    }

    /// From an instant on a net has these pins.
    fn call(&mut self, net: Net, at: Instant, pins: &BTreeSet<Name>) {
        let label = pins.iter().map(|&pin| self.trace.text(pin)).collect::<Vec<_>>().join("+");
        let labels = self.nets.entry(net).or_default();
        match labels.last_mut() {
            Some((since, last)) if *since == at => *last = label,
            _ => labels.push((at, label)),
        }
    }

    /// The net's pins at an instant, joined by `+`.
    pub fn net(&self, net: Net, at: Instant) -> String {
        let labels = self.nets.get(&net).map_or(&[][..], Vec::as_slice);
        let label = labels.iter().rev().find(|(since, _)| *since <= at);
        match label {
            Some((_, label)) if !label.is_empty() => label.clone(),
            _ => format!("net {}", net.0),
        }
    }

    /// What an entry of a queue names.
    pub fn entry(&self, entry: Entry) -> String {
        match entry {
            Entry::Task(task) => self.task(task),
            Entry::Callback(callback) => format!("callback {callback}"),
        }
    }

    /// What a step gave back, in the words of the recorded runs.
    pub fn yielded(&self, yielded: Yielded) -> String {
        let plain = match yielded {
            Yielded::Delay(ms) => return format!("delay {ms}"),
            Yielded::SleepMs(ms) => return format!("sleep_ms {ms}"),
            Yielded::AfterMs(ms) => return format!("after_ms {ms}"),
            // The original yields seconds.
            Yielded::After(ms) => return format!("after {}", f64::from(ms) / 1000.0),
            Yielded::IoRead(device) => return format!("io_read {}", self.trace.text(device)),
            Yielded::IoWrite(device) => return format!("io_write {}", self.trace.text(device)),
            Yielded::IoReadDone(device) => return format!("io_read_done {}", self.trace.text(device)),
            Yielded::IoWriteDone(device) => return format!("io_write_done {}", self.trace.text(device)),
            Yielded::Raise(name) => return format!("raise {}", self.trace.text(name)),
            Yielded::Running => "running",
            Yielded::None => "none",
            Yielded::Park => "park",
            Yielded::Waker => "waker",
            Yielded::StopLoop => "stop_loop",
            Yielded::Return => "return",
            Yielded::Cancelled => "cancelled",
            Yielded::TimedOut => "timed_out",
        };
        plain.to_owned()
    }

    /// Why an entry was queued.
    pub fn why(&self, why: Why) -> String {
        match why {
            Why::Created => "it is new".to_owned(),
            Why::Yielded => "it yielded".to_owned(),
            Why::Timer(timer) => format!("timer {timer} was due"),
            Why::Device(device) => format!("{} is ready", self.trace.text(device)),
            Why::Interrupted => "it was interrupted".to_owned(),
            Why::Woken => "its waker was called".to_owned(),
            Why::Requeued => "it was queued by another".to_owned(),
        }
    }

    /// One line for one record.
    pub fn describe(&self, record: &Record) -> String {
        let phrase = self.phrase(record);
        let parts = [phrase.task, phrase.place, phrase.event];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The record's task, place and event.
    pub fn phrase(&self, record: &Record) -> Phrase {
        match record.kind {
            Kind::TaskCreated { .. }
            | Kind::Ready { .. }
            | Kind::Step { .. }
            | Kind::TimerArmed { .. }
            | Kind::TimerRemoved { .. }
            | Kind::IoWait { .. }
            | Kind::Callback { .. }
            | Kind::Polled { .. } => self.scheduling(&record.kind),
            Kind::CancelRequested { .. }
            | Kind::PartCancelled { .. }
            | Kind::TimeoutExpired { .. }
            | Kind::Interrupted { .. }
            | Kind::Finished { .. }
            | Kind::QueueFull { .. }
            | Kind::Used { .. }
            | Kind::Unawaited { .. }
            | Kind::NeverStarted { .. }
            | Kind::LoopStopped { .. } => self.endings(&record.kind),
            Kind::Op { .. }
            | Kind::Line { .. }
            | Kind::Busy { .. }
            | Kind::Led { .. }
            | Kind::Count { .. }
            | Kind::Stimulus { .. }
            | Kind::Device { .. }
            | Kind::AwaitMissed { .. }
            | Kind::Verdict { .. } => self.doings(&record.kind),
            Kind::NetPin { .. }
            | Kind::Driven { .. }
            | Kind::Edge { .. }
            | Kind::Contention { .. }
            | Kind::Wire { .. }
            | Kind::FloatingRead { .. }
            | Kind::PinMode { .. } => self.wires(record),
            Kind::UartOpened { .. }
            | Kind::UartWrite { .. }
            | Kind::UartTx { .. }
            | Kind::UartStart { .. }
            | Kind::UartRx { .. }
            | Kind::UartBuffered { .. }
            | Kind::UartHeld { .. }
            | Kind::UartOverrun { .. }
            | Kind::UartDeaf { .. }
            | Kind::UartNoStart { .. }
            | Kind::UartRead { .. } => self.uarts(&record.kind),
            Kind::IrqSetUp { .. }
            | Kind::IrqPending { .. }
            | Kind::IrqCoalesced { .. }
            | Kind::Alarm { .. }
            | Kind::TimerSetUp { .. }
            | Kind::Handler { .. } => self.interrupts(&record.kind),
            Kind::Serial { uart, event } => {
                let half = event.is_sent().map_or("", |sent| if sent { "tx  " } else { "rx  " });
                self.of_place(uart, format!("{half}{}", event.sentence()))
            }
            Kind::Fault { what, place, lasts } => {
                let lasts = lasts.span().map_or(String::new(), |lasts| format!(", {lasts}"));
                self.of_place(place, format!("FAULT: {}{lasts}", self.trace.text(what)))
            }
            Kind::IoQueue { len } => event(format!("the event loop has an I/O queue of {len} places")),
            Kind::I2c { bus, event } => self.of_place(bus, event.sentence(self.trace)),
            Kind::Net { socket, event } => self.of_place(socket, event.sentence(self.trace)),
        }
    }

    fn scheduling(&self, kind: &Kind) -> Phrase {
        match *kind {
            Kind::TaskCreated { task, .. } => self.of_task(task, "is created".into()),
            Kind::Ready { entry, why } => Phrase {
                task: self.entry(entry),
                event: format!("is queued: {}", self.why(why)),
                ..Phrase::default()
            },
            Kind::Step { task, first, stale, yielded, took } => {
                let note = match (first, stale) {
                    (true, _) => " (first)",
                    (_, true) => " (stale: the task has ended)",
                    _ => "",
                };
                let rest = match yielded {
                    Yielded::Running => ", never ended".to_owned(),
                    _ => format!(", takes {took}, yields {}", self.yielded(yielded)),
                };
                self.of_task(task, format!("step starts{note}{rest}"))
            }
            Kind::TimerArmed { timer, entry, due } => {
                let event = format!("timer {timer} armed, due {}", show_instant(due));
                Phrase { task: self.entry(entry), event, ..Phrase::default() }
            }
            Kind::TimerRemoved { timer } => event(format!("timer {timer} removed")),
            Kind::IoWait { task, device, write } => {
                let verb = if write { "write to" } else { "read from" };
                self.of_task(task, format!("waits to {verb} {}", self.trace.text(device)))
            }
            Kind::Callback { callback, took } => Phrase {
                task: self.entry(Entry::Callback(callback)),
                event: format!("runs, takes {took}"),
                ..Phrase::default()
            },
            Kind::Polled { timeout_ms, waited, ready } => {
                let bound =
                    if timeout_ms < 0 { "no time-out".into() } else { format!("time-out {timeout_ms}ms") };
                event(format!("devices polled ({bound}): waited {waited}, {ready} ready"))
            }
            _ => Phrase::default(),
        }
    }

    fn endings(&self, kind: &Kind) -> Phrase {
        match *kind {
            Kind::CancelRequested { task } => self.of_task(task, "cancel requested".into()),
            Kind::TimeoutExpired { task: Some(task) } => self.of_task(task, "its time-out expires".into()),
            Kind::TimeoutExpired { task: None } => event("a time-out expires: nothing waits for it".into()),
            Kind::Interrupted { task, with } => {
                let with = match with {
                    Interrupt::Cancelled => "Cancelled",
                    Interrupt::TimedOut => "TimedOut",
                    Interrupt::Corrupt => "Corrupt",
                };
                self.of_task(task, format!("is interrupted with {with}"))
            }
            Kind::Finished { task } => self.of_task(task, "finished".into()),
            Kind::NeverStarted { task } => self.of_task(task, "was never started".into()),
            Kind::PartCancelled { task, part } => Phrase {
                task: task.map_or(String::new(), |task| self.task(task)),
                event: format!("cancel of its part {} requested", self.text(part)),
                ..Phrase::default()
            },
            Kind::Unawaited { task, what } => Phrase {
                task: task.map_or(String::new(), |task| self.task(task)),
                event: format!("drops {} without awaiting it", self.text(what)),
                ..Phrase::default()
            },
            Kind::QueueFull { queue, len, task } => Phrase {
                task: task.map_or(String::new(), |task| self.task(task)),
                event: format!("{} is full ({len} places)", self.trace.text(queue)),
                ..Phrase::default()
            },
            Kind::Used { task, object, name, how } => Phrase {
                task: task.map_or(String::new(), |task| self.task(task)),
                event: how.of(object, self.trace.text(name)),
                ..Phrase::default()
            },
            Kind::LoopStopped { error: Some(error) } => {
                event(format!("event loop stops: {}", self.trace.text(error)))
            }
            Kind::LoopStopped { error: None } => event("event loop stops".into()),
            _ => Phrase::default(),
        }
    }

    fn doings(&self, kind: &Kind) -> Phrase {
        let of = |task: Option<Task>, event| Phrase {
            task: task.map_or(String::new(), |task| self.task(task)),
            event,
            ..Phrase::default()
        };
        match *kind {
            Kind::Op { task, at, op, result } => {
                let result = result.map_or(String::new(), |result| format!(" → {}", self.trace.text(result)));
                of(task, format!("{} {}{result}", self.trace.text(at), self.trace.text(op)))
            }
            Kind::Line { task, text } => of(task, format!("prints {:?}", self.trace.text(text))),
            Kind::Busy { span } => event(format!("CPU is kept busy for {span}")),
            Kind::Led { led, on } => self.of_place(led, if on { "LED on" } else { "LED off" }.into()),
            Kind::Count { counter, by } => event(format!("{} +{by}", self.trace.text(counter))),
            Kind::Stimulus { actor, step, mark } => {
                let mark = mark.map_or(String::new(), |mark| format!(" (mark {})", self.trace.text(mark)));
                self.of_place(actor, format!("acts: step {step}{mark}"))
            }
            Kind::Device { device, state } => self.of_place(device, self.text(state)),
            Kind::AwaitMissed { actor, step } => {
                self.of_place(actor, format!("has waited in vain: step {step}"))
            }
            Kind::Verdict { verdict } => event(format!("verdict: {}", self.trace.text(verdict))),
            _ => Phrase::default(),
        }
    }

    /// The text of a name.
    pub(super) fn text(&self, name: Name) -> String {
        self.trace.text(name).to_owned()
    }

    fn of_task(&self, task: Task, event: String) -> Phrase {
        Phrase { task: self.task(task), event, ..Phrase::default() }
    }

    fn of_place(&self, place: Name, event: String) -> Phrase {
        Phrase { place: self.text(place), event, ..Phrase::default() }
    }
}

fn event(event: String) -> Phrase {
    Phrase { event, ..Phrase::default() }
}

/// How a pin is used: `input, pulled up`.
pub fn show_mode(mode: Mode, pull: Pulled) -> String {
    let mode = match mode {
        Mode::Input => "input",
        Mode::Output => "output",
        Mode::OpenDrain => "open drain",
    };
    let pulled = match pull {
        Pulled::Not => "",
        Pulled::Up => ", pulled up",
        Pulled::Down => ", pulled down",
    };
    format!("{mode}{pulled}")
}

/// Which edges ask for an interrupt.
pub fn show_trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Off => "off",
        Trigger::Rising => "rising edges",
        Trigger::Falling => "falling edges",
        Trigger::Both => "both edges",
    }
}

/// A byte as a character, if it has a plain one, and as a number: `'H' 0x48`.
pub fn show_byte(byte: u8) -> String {
    format!("'{}' 0x{byte:02x}", byte.escape_ascii())
}

/// A level with the arrow of the edge that leads to it.
pub fn show_level(level: NetLevel) -> &'static str {
    match level {
        NetLevel::Low => "↓ low",
        NetLevel::High => "↑ high",
        NetLevel::Floating => "~ floating",
    }
}

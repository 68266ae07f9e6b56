//! One record in words.
//!
//! Owns the wording of every kind of record. Knows nothing of which are shown.

use vpyb_core::time::Instant;

use super::brief;
use crate::expect::{Roster, clock};
use crate::trace::record::{Drive, Entry, Interrupt, Kind, NetLevel, Task, Why, Yielded};
use crate::trace::{Name, Record, Trace, show_mode, show_trigger};

/// A record, in the columns of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    /// When.
    pub(super) at: Instant,
    /// Whose step or queue entry it is about.
    pub(super) task: Option<String>,
    /// The pin or bus it is about.
    pub(super) place: Option<String>,
    /// What happened.
    pub(super) event: String,
}

/// Describes a record.
pub(super) fn describe(trace: &Trace, roster: &Roster, record: &Record) -> Row {
    let words = Words { trace, roster };
    let (task, place, event) = match record.kind {
        Kind::NetPin { .. }
        | Kind::Driven { .. }
        | Kind::Edge { .. }
        | Kind::Contention { .. }
        | Kind::Wire { .. }
        | Kind::FloatingRead { .. }
        | Kind::PinMode { .. }
        | Kind::Led { .. }
        | Kind::I2c { .. }
        | Kind::Net { .. }
        | Kind::Device { .. }
        | Kind::Fault { .. }
        | Kind::Count { .. } => words.of_board(record.kind, record.at),
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
        | Kind::UartRead { .. }
        | Kind::Serial { .. } => words.of_uart(record.kind),
        Kind::IrqSetUp { .. }
        | Kind::IrqPending { .. }
        | Kind::IrqCoalesced { .. }
        | Kind::Alarm { .. }
        | Kind::TimerSetUp { .. }
        | Kind::Handler { .. } => words.of_interrupt(record.kind),
        Kind::TaskCreated { .. }
        | Kind::Ready { .. }
        | Kind::Step { .. }
        | Kind::TimerArmed { .. }
        | Kind::IoWait { .. }
        | Kind::CancelRequested { .. }
        | Kind::TimeoutExpired { .. }
        | Kind::Interrupted { .. }
        | Kind::Finished { .. } => words.of_task(record.kind),
        _ => words.of_run(record.kind),
    };
    Row { at: record.at, task, place, event }
}

type Cells = (Option<String>, Option<String>, String);

struct Words<'a> {
    trace: &'a Trace,
    roster: &'a Roster,
}

impl Words<'_> {
    fn text(&self, name: Name) -> String {
        self.trace.text(name).to_owned()
    }

    fn task(&self, task: Task) -> Option<String> {
        Some(self.roster.task(task))
    }

    fn entry(&self, entry: Entry) -> Option<String> {
        match entry {
            Entry::Task(task) => self.task(task),
            Entry::Callback(n) => Some(format!("callback {n}")),
        }
    }

    fn of_task(&self, kind: Kind) -> Cells {
        let (task, event) = match kind {
            Kind::TaskCreated { task, .. } => (self.task(task), "created".into()),
            Kind::Ready { entry, why } => (self.entry(entry), format!("ready: {}", self.why(why))),
            Kind::Step { task, first, stale, yielded, took } => {
                let kind = match (first, stale) {
                    (_, true) => "stale step",
                    (true, _) => "first step",
                    _ => "step",
                };
                let event = format!("{kind} starts ({}), {}", brief(took), self.yielded(yielded));
                (self.task(task), event)
            }
            Kind::TimerArmed { entry, due, .. } => {
                (self.entry(entry), format!("sleeps until {}", clock(due)))
            }
            Kind::IoWait { task, device, write } => {
                let what = if write { "written" } else { "read" };
                (self.task(task), format!("waits until {} can be {what}", self.text(device)))
            }
            Kind::CancelRequested { task } => (self.task(task), "cancel requested".into()),
            Kind::TimeoutExpired { task } => {
                let event = if task.is_some() { "time-out expired" } else { "a time-out expired in vain" };
                (task.and_then(|task| self.task(task)), event.into())
            }
            Kind::Interrupted { task, with } => {
                let with = match with {
                    Interrupt::Cancelled => "cancelled",
                    Interrupt::TimedOut => "timed out",
                    Interrupt::Corrupt => "a leftover entry met a new wait",
                };
                (self.task(task), format!("interrupted: {with}"))
            }
            Kind::Finished { task } => (self.task(task), "finished".into()),
            _ => unreachable!("sorted by kind"),
        };
        (task, None, event)
    }

    fn why(&self, why: Why) -> String {
        match why {
            Why::Created => "created".into(),
            Why::Yielded => "yielded".into(),
            Why::Timer(_) => "its sleep is over".into(),
            Why::Device(device) => format!("{} is ready", self.text(device)),
            Why::Interrupted => "to be interrupted".into(),
            Why::Woken => "woken".into(),
            Why::Requeued => "queued by another".into(),
        }
    }

    fn yielded(&self, yielded: Yielded) -> String {
        match yielded {
            Yielded::Running => "and does not end".into(),
            Yielded::None => "then yields".into(),
            Yielded::Delay(ms) => format!("then sleeps {ms} ms"),
            Yielded::SleepMs(ms) => format!("then sleep_ms({ms})"),
            Yielded::AfterMs(ms) | Yielded::After(ms) => format!("then waits {ms} ms at low priority"),
            Yielded::IoRead(device) => format!("then waits to read {}", self.text(device)),
            Yielded::IoWrite(device) => format!("then waits to write {}", self.text(device)),
            Yielded::IoReadDone(device) | Yielded::IoWriteDone(device) => {
                format!("then lets go of {}", self.text(device))
            }
            Yielded::Park => "then parks".into(),
            Yielded::Waker => "then waits for a waker".into(),
            Yielded::StopLoop => "then stops the loop".into(),
            Yielded::Return => "and returns".into(),
            Yielded::Cancelled => "and ends cancelled".into(),
            Yielded::TimedOut => "and ends timed out".into(),
            Yielded::Raise(error) => format!("and fails: {}", self.text(error)),
        }
    }

    fn of_uart(&self, kind: Kind) -> Cells {
        let rx = |uart: Name| Some(format!("{}.rx", self.trace.text(uart)));
        let tx = |uart: Name| Some(format!("{}.tx", self.trace.text(uart)));
        let ring = |uart: Name, n: u16| match self.roster.opened(self.trace.text(uart)) {
            Some(opened) => format!("ring {n}/{}", opened.ring),
            None => format!("ring {n}"),
        };
        let (place, event) = match kind {
            Kind::UartOpened { uart, baud, .. } => (Some(self.text(uart)), format!("opened at {baud} baud")),
            Kind::UartWrite { uart, bytes } => (tx(uart), format!("{} handed over", count(bytes, "byte"))),
            Kind::UartTx { uart, byte } => (tx(uart), spell(byte)),
            Kind::UartStart { uart } => (rx(uart), "start bit".into()),
            Kind::UartRx { uart, byte, framing } => {
                let error = if framing { "  framing error" } else { "" };
                (rx(uart), format!("{}  in the data register{error}", spell(byte)))
            }
            Kind::UartBuffered { uart, byte, ring: n } => {
                (rx(uart), format!("{}  {}", spell(byte), ring(uart, n)))
            }
            Kind::UartHeld { uart, byte } => (rx(uart), format!("{}  held: the ring is full", spell(byte))),
            Kind::UartOverrun { uart, byte } => (rx(uart), format!("{}  lost: overrun", spell(byte))),
            Kind::Serial { uart, event } => {
                let place = match event.is_sent() {
                    None => Some(self.text(uart)),
                    Some(true) => tx(uart),
                    Some(false) => rx(uart),
                };
                (place, event.sentence())
            }
            Kind::UartNoStart { uart } => (rx(uart), "no start bit: a glitch".into()),
            Kind::UartDeaf { uart } => (rx(uart), "a frame is lost unseen: the overrun flag stands".into()),
            Kind::UartRead { uart, bytes, ring: n } => {
                (rx(uart), format!("{} read, {}", count(bytes, "byte"), ring(uart, n)))
            }
            _ => unreachable!("sorted by kind"),
        };
        (None, place, event)
    }

    fn of_board(&self, kind: Kind, at: Instant) -> Cells {
        let pin =
            |net| Some(self.roster.pin_of(net, at).map_or_else(|| format!("net {net:?}"), str::to_owned));
        let (place, event) = match kind {
            Kind::NetPin { pin, .. } => (Some(self.text(pin)), "joins a net".into()),
            Kind::Driven { pin, drive } => {
                let event = match drive {
                    Drive::Low => "drives low",
                    Drive::High => "drives high",
                    Drive::Released => "released",
                };
                (Some(self.text(pin)), event.into())
            }
            Kind::Edge { net, level } => {
                let event = match level {
                    NetLevel::Low => "low",
                    NetLevel::High => "high",
                    NetLevel::Floating => "floating",
                };
                (pin(net), event.into())
            }
            Kind::Contention { net } => (pin(net), "driven both ways".into()),
            Kind::Wire { a, b, plugged } => {
                let verb = if plugged { "plugged into" } else { "unplugged from" };
                (Some(self.text(a)), format!("{verb} {}", self.text(b)))
            }
            Kind::FloatingRead { pin, high } => {
                let level = if high { "high" } else { "low" };
                (Some(self.text(pin)), format!("floats, read {level} by chance"))
            }
            Kind::PinMode { pin, mode, pull } => (Some(self.text(pin)), show_mode(mode, pull)),
            Kind::Led { led, on } => (Some(self.text(led)), if on { "on" } else { "off" }.into()),
            Kind::Fault { what, place, lasts } => {
                let lasts = lasts.span().map_or(String::new(), |lasts| format!(", {lasts}"));
                (Some(self.text(place)), format!("FAULT: {}{lasts}", self.text(what)))
            }
            Kind::I2c { bus, event } => (Some(self.text(bus)), event.sentence(self.trace)),
            Kind::Net { socket, event } => (Some(self.text(socket)), event.sentence(self.trace)),
            Kind::Device { device, state } => (Some(self.text(device)), self.text(state)),
            Kind::Count { counter, by } => (None, format!("{} +{by}", self.text(counter))),
            _ => unreachable!("sorted by kind"),
        };
        (None, place, event)
    }

    fn of_interrupt(&self, kind: Kind) -> Cells {
        let (irq, event) = match kind {
            Kind::Alarm { wakers, took } => {
                let event = format!("wakes {} ({})", count(wakers.into(), "task"), brief(took));
                return (None, Some("alarm".into()), event);
            }
            Kind::IrqSetUp { irq, trigger, masked, .. } => {
                let masked = if masked { ", masked" } else { "" };
                (irq, format!("interrupt at {}{masked}", show_trigger(trigger)))
            }
            Kind::TimerSetUp { timer, every: Some(every) } => {
                (timer, format!("runs, every {}", brief(every)))
            }
            Kind::TimerSetUp { timer, every: None } => (timer, "stopped".into()),
            Kind::IrqPending { irq } => (irq, "interrupt pending".into()),
            Kind::IrqCoalesced { irq } => (irq, "interrupt lost: one was pending already".into()),
            Kind::Handler { irq, took } => (irq, format!("handler runs ({})", brief(took))),
            _ => unreachable!("sorted by kind"),
        };
        (None, Some(self.text(irq)), event)
    }

    fn of_run(&self, kind: Kind) -> Cells {
        let (task, event) = match kind {
            Kind::Callback { callback, took } => {
                (Some(format!("callback {callback}")), format!("runs ({})", brief(took)))
            }
            Kind::Polled { waited, ready, .. } => {
                (None, format!("the loop polls: waited {}, {ready} ready", brief(waited)))
            }
            Kind::QueueFull { queue, len, task } => {
                let event = format!("{} full ({})", self.text(queue), count(len.into(), "entry"));
                (task.and_then(|task| self.task(task)), event)
            }
            Kind::LoopStopped { error } => {
                let error = error.map(|error| format!(": {}", self.text(error))).unwrap_or_default();
                (None, format!("the event loop stops{error}"))
            }
            Kind::Op { task, op, result, .. } => {
                let result = result.map(|result| format!(": {}", self.text(result))).unwrap_or_default();
                (task.and_then(|task| self.task(task)), format!("{}{result}", self.text(op)))
            }
            Kind::Line { task, text } => {
                (task.and_then(|task| self.task(task)), format!("prints {:?}", self.trace.text(text)))
            }
            Kind::Busy { span } => (None, format!("busy {}", brief(span))),
            Kind::Stimulus { actor, step, mark } => {
                let mark = mark.map(|mark| format!(", mark {}", self.text(mark))).unwrap_or_default();
                (None, format!("{} acts: step {step}{mark}", self.text(actor)))
            }
            Kind::Unawaited { task, what } => {
                let event = format!("drops {} without awaiting it", self.text(what));
                (task.and_then(|task| self.task(task)), event)
            }
            Kind::PartCancelled { task, part } => {
                let event = format!("cancel of its part {} requested", self.text(part));
                (task.and_then(|task| self.task(task)), event)
            }
            Kind::NeverStarted { task } => (self.task(task), "was never started".into()),
            Kind::AwaitMissed { actor, step } => {
                (None, format!("{} has waited in vain: step {step}", self.text(actor)))
            }
            Kind::Verdict { verdict } => (None, format!("the run ends: {}", self.text(verdict))),
            Kind::Used { task, object, name, how } => {
                (task.and_then(|task| self.task(task)), how.of(object, self.trace.text(name)))
            }
            _ => unreachable!("sorted by kind"),
        };
        (task, None, event)
    }
}

/// `'7'`, or `0x0a` for what does not print.
fn spell(byte: u8) -> String {
    if byte.is_ascii_graphic() { format!("'{}'", char::from(byte)) } else { format!("0x{byte:02x}") }
}

/// `1 byte`, `2 bytes`, `2 entries`.
pub(super) fn count(n: u32, noun: &str) -> String {
    match (n, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{n} {stem}ies"),
        (_, None) => format!("{n} {noun}s"),
    }
}

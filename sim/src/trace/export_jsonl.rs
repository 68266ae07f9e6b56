//! A run as JSON Lines: what it is, then one object for each record.
//!
//! Owns [`write_jsonl`] and the keys, which `docs/trace-format.md` lists. Keys come in a fixed
//! order; names are resolved to texts; instants and spans are whole nanoseconds.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::file::VERSION;
use super::record::{
    Drive, Entry, Interrupt, Kind, Mode, Name, NetLevel, Pulled, Record, Seq, Task, Trigger, Why,
};
use super::words::Words;
use super::{Meta, Trace};

/// Writes the description of the run, then every record, one line each.
///
/// # Errors
/// What `out` says.
pub fn write_jsonl(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    let first = First { vpyb_trace: VERSION, meta: trace.meta() };
    line(out, &first)?;
    let words = Words::new(trace);
    for (seq, record) in trace.iter() {
        line(out, &object(trace, &words, seq, &record))?;
    }
    out.flush()
}

/// The first line.
#[derive(Serialize)]
struct First<'t> {
    vpyb_trace: u16,
    #[serde(flatten)]
    meta: &'t Meta,
}

/// An object whose keys keep their order.
struct Object(Vec<(&'static str, Value)>);

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

fn line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

fn object(trace: &Trace, words: &Words<'_>, seq: Seq, record: &Record) -> Object {
    let fields = Fields { trace, words };
    let mut object = vec![
        ("seq", json!(seq.0)),
        ("t", json!(record.at.as_nanos())),
        ("cause", json!(record.cause.map(|cause| cause.0))),
        ("k", json!(record.kind.word())),
    ];
    object.extend(fields.of(record));
    Object(object)
}

/// What the fields of a kind are made with.
struct Fields<'t> {
    trace: &'t Trace,
    words: &'t Words<'t>,
}

type Rest = Vec<(&'static str, Value)>;

impl Fields<'_> {
    fn of(&self, record: &Record) -> Rest {
        let kind = &record.kind;
        let found = self.scheduling(kind).or_else(|| self.doings(kind)).or_else(|| self.uarts(kind));
        found.or_else(|| self.interrupts(kind)).or_else(|| self.wires(record)).unwrap_or_default()
    }

    fn text(&self, name: Name) -> Value {
        json!(self.trace.text(name))
    }

    fn text_of(&self, name: Option<Name>) -> Value {
        json!(name.map(|name| self.trace.text(name)))
    }

    fn task(&self, task: Task) -> Value {
        json!(self.words.task(task))
    }

    fn task_of(&self, task: Option<Task>) -> Value {
        json!(task.map(|task| self.words.task(task)))
    }

    fn entry(&self, entry: Entry) -> (&'static str, Value) {
        match entry {
            Entry::Task(task) => ("task", self.task(task)),
            Entry::Callback(callback) => ("callback", json!(callback)),
        }
    }

    fn why(&self, why: Why) -> Rest {
        match why {
            Why::Created => vec![("why", json!("created"))],
            Why::Yielded => vec![("why", json!("yielded"))],
            Why::Timer(timer) => vec![("why", json!("timer")), ("timer", json!(timer))],
            Why::Device(device) => vec![("why", json!("device")), ("device", self.text(device))],
            Why::Interrupted => vec![("why", json!("interrupted"))],
            Why::Woken => vec![("why", json!("woken"))],
            Why::Requeued => vec![("why", json!("requeued"))],
        }
    }

    fn scheduling(&self, kind: &Kind) -> Option<Rest> {
        Some(match *kind {
            Kind::TaskCreated { task, name } => {
                vec![("task", self.text(name)), ("number", json!(task.0))]
            }
            Kind::Ready { entry, why } => {
                let mut rest = vec![self.entry(entry)];
                rest.extend(self.why(why));
                rest
            }
            Kind::Step { task, first, stale, yielded, took } => {
                let (y, took) = (json!(self.words.yielded(yielded)), json!(took.as_nanos()));
                let (first, stale) = (json!(first), json!(stale));
                vec![("task", self.task(task)), ("first", first), ("stale", stale), ("y", y), ("took", took)]
            }
            Kind::TimerArmed { timer, entry, due } => {
                vec![("timer", json!(timer)), self.entry(entry), ("due", json!(due.as_nanos()))]
            }
            Kind::TimerRemoved { timer } => vec![("timer", json!(timer))],
            Kind::IoWait { task, device, write } => {
                vec![("task", self.task(task)), ("device", self.text(device)), ("write", json!(write))]
            }
            Kind::Callback { callback, took } => {
                vec![("callback", json!(callback)), ("took", json!(took.as_nanos()))]
            }
            Kind::Polled { timeout_ms, waited, ready } => {
                let waited = json!(waited.as_nanos());
                vec![("timeout_ms", json!(timeout_ms)), ("waited", waited), ("ready", json!(ready))]
            }
            Kind::CancelRequested { task } => vec![("task", self.task(task))],
            Kind::TimeoutExpired { task } => vec![("task", self.task_of(task))],
            Kind::Interrupted { task, with } => {
                let with = match with {
                    Interrupt::Cancelled => "cancelled",
                    Interrupt::TimedOut => "timed_out",
                    Interrupt::Corrupt => "corrupt",
                };
                vec![("task", self.task(task)), ("with", json!(with))]
            }
            Kind::Finished { task } | Kind::NeverStarted { task } => vec![("task", self.task(task))],
            Kind::PartCancelled { task, part } => {
                vec![("task", self.task_of(task)), ("part", self.text(part))]
            }
            Kind::Unawaited { task, what } => vec![("task", self.task_of(task)), ("what", self.text(what))],
            Kind::QueueFull { queue, len, task } => {
                vec![("queue", self.text(queue)), ("len", json!(len)), ("task", self.task_of(task))]
            }
            Kind::IoQueue { len } => vec![("len", json!(len))],
            Kind::LoopStopped { error } => vec![("error", self.text_of(error))],
            Kind::Used { task, object, name, how } => vec![
                ("task", self.task_of(task)),
                ("object", json!(object.word())),
                ("name", self.text(name)),
                ("use", json!(how.word())),
            ],
            _ => return None,
        })
    }

    fn doings(&self, kind: &Kind) -> Option<Rest> {
        Some(match *kind {
            Kind::Op { task, at, op, result } => {
                let (at, op) = (("at", self.text(at)), ("op", self.text(op)));
                vec![("task", self.task_of(task)), at, op, ("result", self.text_of(result))]
            }
            Kind::Line { task, text } => {
                vec![("task", self.task_of(task)), ("text", self.text(text))]
            }
            Kind::Busy { span } => vec![("span", json!(span.as_nanos()))],
            Kind::Led { led, on } => vec![("led", self.text(led)), ("on", json!(on))],
            Kind::Count { counter, by } => {
                vec![("counter", self.text(counter)), ("by", json!(by))]
            }
            Kind::Stimulus { actor, step, mark } => {
                vec![("actor", self.text(actor)), ("step", json!(step)), ("mark", self.text_of(mark))]
            }
            Kind::Device { device, state } => {
                vec![("device", self.text(device)), ("state", self.text(state))]
            }
            Kind::I2c { bus, event } => {
                let mut rest = vec![("bus", self.text(bus))];
                rest.extend(event.keys(self.trace));
                rest
            }
            Kind::Serial { uart, event } => {
                let mut rest = vec![("uart", self.text(uart))];
                rest.extend(event.keys());
                rest
            }
            Kind::AwaitMissed { actor, step } => vec![("actor", self.text(actor)), ("step", json!(step))],
            Kind::Net { socket, event } => {
                let mut rest = vec![("socket", self.text(socket))];
                rest.extend(event.keys(self.trace));
                rest
            }
            Kind::Fault { what, place, lasts } => {
                let lasts = json!(lasts.span().map(|lasts| lasts.as_nanos()));
                vec![("what", self.text(what)), ("place", self.text(place)), ("lasts", lasts)]
            }
            Kind::Verdict { verdict } => vec![("verdict", self.text(verdict))],
            _ => return None,
        })
    }

    fn uarts(&self, kind: &Kind) -> Option<Rest> {
        let (uart, rest) = match *kind {
            Kind::UartOpened { uart, tx, rx, baud, ring } => {
                let pins = [("tx", self.text(tx)), ("rx", self.text(rx))];
                (uart, [pins.to_vec(), vec![("baud", json!(baud)), ("ring", json!(ring))]].concat())
            }
            Kind::UartWrite { uart, bytes } => (uart, vec![("bytes", json!(bytes))]),
            Kind::UartTx { uart, byte } => (uart, vec![("byte", json!(byte))]),
            Kind::UartStart { uart } => (uart, vec![]),
            Kind::UartRx { uart, byte, framing } => {
                (uart, vec![("byte", json!(byte)), ("framing", json!(framing))])
            }
            Kind::UartBuffered { uart, byte, ring } => {
                (uart, vec![("byte", json!(byte)), ("ring", json!(ring))])
            }
            Kind::UartHeld { uart, byte } => (uart, vec![("byte", json!(byte))]),
            Kind::UartOverrun { uart, byte } => (uart, vec![("byte", json!(byte))]),
            Kind::UartDeaf { uart } | Kind::UartNoStart { uart } => (uart, vec![]),
            Kind::UartRead { uart, bytes, ring } => {
                (uart, vec![("bytes", json!(bytes)), ("ring", json!(ring))])
            }
            _ => return None,
        };
        let mut all = vec![("uart", self.text(uart))];
        all.extend(rest);
        Some(all)
    }

    fn interrupts(&self, kind: &Kind) -> Option<Rest> {
        if let Kind::Alarm { wakers, took } = *kind {
            return Some(vec![("wakers", json!(wakers)), ("took", json!(took.as_nanos()))]);
        }
        if let Kind::TimerSetUp { timer, every } = *kind {
            let every = every.map(|every| every.as_nanos());
            return Some(vec![("timer", self.text(timer)), ("every", json!(every))]);
        }
        let (irq, rest) = match *kind {
            Kind::IrqSetUp { irq, line, trigger, masked } => {
                let trigger = match trigger {
                    Trigger::Off => "off",
                    Trigger::Rising => "rising",
                    Trigger::Falling => "falling",
                    Trigger::Both => "both",
                };
                (irq, vec![("line", json!(line)), ("trigger", json!(trigger)), ("masked", json!(masked))])
            }
            Kind::IrqPending { irq } | Kind::IrqCoalesced { irq } => (irq, vec![]),
            Kind::Handler { irq, took } => (irq, vec![("took", json!(took.as_nanos()))]),
            _ => return None,
        };
        let mut all = vec![("irq", self.text(irq))];
        all.extend(rest);
        Some(all)
    }

    fn wires(&self, record: &Record) -> Option<Rest> {
        Some(match record.kind {
            Kind::NetPin { net, pin } => vec![("net", json!(net.0)), ("pin", self.text(pin))],
            Kind::Driven { pin, drive } => {
                let drive = match drive {
                    Drive::Low => "low",
                    Drive::High => "high",
                    Drive::Released => "released",
                };
                vec![("pin", self.text(pin)), ("drive", json!(drive))]
            }
            Kind::Edge { net, level } => {
                let level = match level {
                    NetLevel::Low => "low",
                    NetLevel::High => "high",
                    NetLevel::Floating => "floating",
                };
                vec![
                    ("net", json!(net.0)),
                    ("pins", json!(self.words.net(net, record.at))),
                    ("level", json!(level)),
                ]
            }
            Kind::Contention { net } => {
                vec![("net", json!(net.0)), ("pins", json!(self.words.net(net, record.at)))]
            }
            Kind::Wire { a, b, plugged } => {
                vec![("a", self.text(a)), ("b", self.text(b)), ("plugged", json!(plugged))]
            }
            Kind::FloatingRead { pin, high } => vec![("pin", self.text(pin)), ("high", json!(high))],
            Kind::PinMode { pin, mode, pull } => {
                let mode = match mode {
                    Mode::Input => "input",
                    Mode::Output => "output",
                    Mode::OpenDrain => "open_drain",
                };
                let pull = match pull {
                    Pulled::Not => "none",
                    Pulled::Up => "up",
                    Pulled::Down => "down",
                };
                vec![("pin", self.text(pin)), ("mode", json!(mode)), ("pull", json!(pull))]
            }
            _ => return None,
        })
    }
}

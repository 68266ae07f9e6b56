//! A small trace written by hand: a task sends two bytes, another reads them on a joined pin.
//!
//! Owns [`trace`] and the waveform of a UART, [`Line`]. Knows no simulator: every record is put down
//! as the world would write it.

use vpyb_core::time::{Duration, Instant};
use vpyb_sim::trace::record::{Drive, Entry, Net, NetLevel, Task, Why, Yielded};
use vpyb_sim::trace::{Kind, Meta, Name, Seq, Trace};

pub const SENDER: Task = Task(0);
pub const READER: Task = Task(1);
pub const NET: Net = Net(0);

pub fn us(us: u64) -> Instant {
    Instant::from_micros(us)
}

fn span_us(us: u64) -> Duration {
    Duration::from_micros(us)
}

/// The driving side of a UART: 8 data bits, no parity, one stop bit.
pub struct Line {
    pub uart: Name,
    pub pin: Name,
    pub baud: u64,
}

/// An edge to come: when, what the pin does, and what the net then shows.
pub struct Change {
    pub at: Instant,
    pub drive: Drive,
    pub level: NetLevel,
}

impl Line {
    /// When bit `number` of a frame begins; 0 is the start bit, 9 the stop bit, 10 the end.
    pub fn bit(&self, begin: Instant, number: u64) -> Instant {
        begin + Duration::from_nanos(number * 1_000_000_000 / self.baud)
    }

    /// When the receiver samples the middle of the stop bit.
    pub fn sampled(&self, begin: Instant) -> Instant {
        begin + Duration::from_nanos(19 * 500_000_000 / self.baud)
    }

    /// The edges of one frame.
    pub fn frame(&self, begin: Instant, byte: u8) -> Vec<Change> {
        // Start bit low, data bits with the lowest first, stop bit high.
        let bits = u16::from(byte) << 1 | 1 << 9;
        let mut high = true;
        let mut changes = Vec::new();
        for number in 0..10 {
            let now = bits >> number & 1 == 1;
            if now != high {
                let (drive, level) =
                    if now { (Drive::High, NetLevel::High) } else { (Drive::Low, NetLevel::Low) };
                changes.push(Change { at: self.bit(begin, number), drive, level });
                high = now;
            }
        }
        changes
    }
}

/// Puts down one change; returns the record of the edge.
pub fn change(trace: &mut Trace, pin: Name, change: &Change, cause: Seq) -> Seq {
    let driven = trace.push(change.at, Some(cause), Kind::Driven { pin, drive: change.drive });
    trace.push(change.at, Some(driven), Kind::Edge { net: NET, level: change.level })
}

/// The trace: 9600 baud, so that a bit lasts 104.166 µs and a frame 1.041 666 ms.
pub fn trace() -> Trace {
    let mut trace = Trace::new(Meta {
        scenario: "by_hand/one_byte.toml".into(),
        seed: 1,
        board: "pyboard-v1.1".into(),
        scheduler: "uasyncio-v2".into(),
        profile: "micropython-pyboard-v1.1".into(),
        ..Meta::default()
    });
    let line = start(&mut trace);
    let (tx_h, written) = steps_until_sent(&mut trace, &line);
    receive(&mut trace, &line, tx_h, written);
    trace
}

/// The board's pins, the UART, two tasks.
fn start(trace: &mut Trace) -> Line {
    let [uart, tx, rx] = ["uart4", "X1", "X2"].map(|text| trace.name(text));
    let spare = trace.name("Y1");
    trace.push(us(0), None, Kind::NetPin { net: NET, pin: tx });
    trace.push(us(0), None, Kind::NetPin { net: NET, pin: rx });
    trace.push(us(0), None, Kind::NetPin { net: Net(1), pin: spare });
    let opened = trace.push(us(1_000), None, Kind::UartOpened { uart, tx, rx, baud: 9600, ring: 64 });
    let idle = Change { at: us(1_000), drive: Drive::High, level: NetLevel::High };
    change(trace, tx, &idle, opened);
    for (task, name) in [(SENDER, "sender"), (READER, "reader")] {
        let name = trace.name(name);
        let created = trace.push(us(1_000), None, Kind::TaskCreated { task, name });
        let kind = Kind::Ready { entry: Entry::Task(task), why: Why::Created };
        trace.push(us(1_000), Some(created), kind);
    }
    Line { uart, pin: tx, baud: 9600 }
}

/// The first steps of both tasks. Returns the record that began the first frame, and the one of
/// both bytes being handed over.
fn steps_until_sent(trace: &mut Trace, line: &Line) -> (Seq, Seq) {
    let uart = line.uart;
    let queued = |trace: &Trace, task| {
        let entry = Entry::Task(task);
        let found = trace
            .iter()
            .find(|(_, record)| matches!(record.kind, Kind::Ready { entry: e, .. } if e == entry));
        found.expect("the task was queued").0
    };
    let begin_step = |trace: &mut Trace, at, task, yielded, took| {
        let cause = queued(trace, task);
        trace.push(
            us(at),
            Some(cause),
            Kind::Step { task, first: true, stale: false, yielded, took: span_us(took) },
        )
    };
    let sends = begin_step(trace, 1_000, SENDER, Yielded::SleepMs(1000), 300);
    let written = trace.push(us(1_250), Some(sends), Kind::UartWrite { uart, bytes: 2 });
    let tx = trace.push(us(1_250), Some(written), Kind::UartTx { uart, byte: b'H' });
    let frame = line.frame(us(1_250), b'H');
    let fall = change(trace, line.pin, &frame[0], tx);
    trace.push(us(1_250), Some(fall), Kind::UartStart { uart });
    let due = us(1_001_000);
    trace.push(us(1_300), Some(sends), Kind::TimerArmed { timer: 1, entry: Entry::Task(SENDER), due });
    let reads = begin_step(trace, 1_300, READER, Yielded::IoRead(uart), 200);
    trace.push(us(1_500), Some(reads), Kind::IoWait { task: READER, device: uart, write: false });
    (tx, written)
}

/// The rest of `H`, the beginning of `i`, and the reader's second step.
fn receive(trace: &mut Trace, line: &Line, tx_h: Seq, written: Seq) {
    let uart = line.uart;
    let start = trace.iter().find(|(_, record)| record.kind == Kind::UartStart { uart }).expect("it began").0;
    for edge in &line.frame(us(1_250), b'H')[1..] {
        change(trace, line.pin, edge, tx_h);
    }
    let sampled = line.sampled(us(1_250));
    let rx = trace.push(sampled, Some(start), Kind::UartRx { uart, byte: b'H', framing: false });
    // The receive interrupt takes 2 µs.
    let after_irq = sampled + span_us(2);
    let buffered = trace.push(after_irq, Some(rx), Kind::UartBuffered { uart, byte: b'H', ring: 1 });
    let waited = after_irq.since(us(1_500));
    trace.push(after_irq, Some(buffered), Kind::Polled { timeout_ms: 999, waited, ready: 1 });
    let entry = Entry::Task(READER);
    let ready = trace.push(after_irq, Some(buffered), Kind::Ready { entry, why: Why::Device(uart) });
    let yielded = Yielded::IoRead(uart);
    let kind = Kind::Step { task: READER, first: false, stale: false, yielded, took: span_us(400) };
    let step = trace.push(after_irq, Some(ready), kind);
    let begin_i = line.bit(us(1_250), 10);
    let tx_i = trace.push(begin_i, Some(written), Kind::UartTx { uart, byte: b'i' });
    let fall = change(trace, line.pin, &line.frame(begin_i, b'i')[0], tx_i);
    trace.push(begin_i, Some(fall), Kind::UartStart { uart });
    let at = after_irq + span_us(100);
    trace.push(at, Some(step), Kind::UartRead { uart, bytes: 1, ring: 0 });
    let text = trace.name("got H");
    trace.push(at + span_us(20), Some(step), Kind::Line { task: Some(READER), text });
    let led = trace.name("green");
    trace.push(at + span_us(30), Some(step), Kind::Led { led, on: true });
    let counter = trace.name("reader.bytes");
    trace.push(at + span_us(30), Some(step), Kind::Count { counter, by: 1 });
    let end = after_irq + span_us(400);
    for edge in &line.frame(begin_i, b'i')[1..3] {
        change(trace, line.pin, edge, tx_i);
    }
    trace.push(end, Some(step), Kind::IoWait { task: READER, device: uart, write: false });
    let verdict = trace.name("passed");
    trace.push(us(3_000), None, Kind::Verdict { verdict });
}

//! The simulator's trace: a record kept in memory, and one in the file that is written as the run goes.

use std::hint::black_box;
use std::io;
use std::time::Instant as Clock;

use vpyb_core::time::{Duration, Instant};
use vpyb_sim::trace::record::Task;
use vpyb_sim::trace::{Kind, Meta, Seq, Trace, Writer, record::Yielded, to_bytes};

use super::events::{COUNT, Event, Events};
use crate::harness::{Case, Round};

pub const KEPT: &str = "vpyb-sim, Trace::push";
pub const WRITTEN: &str = "vpyb-sim, Trace::push and Writer::append";

pub fn cases() -> Vec<Case> {
    let in_file = to_bytes(&recorded(COUNT)).len() as f64 / COUNT as f64;
    let in_memory = size_of::<vpyb_sim::trace::Record>() as f64;
    vec![
        Case::ours(KEPT, rounds(false)).leaving(in_memory),
        Case::ours(WRITTEN, rounds(true)).leaving(in_file),
    ]
}

/// A trace of so many events.
pub fn recorded(count: usize) -> Trace {
    let (mut trace, mut stream) = (Trace::new(Meta::default()), Events::new());
    (0..count).for_each(|_| push(&mut trace, stream.next()));
    trace
}

/// Appends the record that an event is.
#[inline(always)]
pub fn push(trace: &mut Trace, event: Event) {
    let yielded = match event.kind {
        0 => Yielded::None,
        1 => Yielded::SleepMs(10),
        2 => Yielded::Waker,
        _ => Yielded::Park,
    };
    let cause = trace.next().0.checked_sub(1).map(|_| Seq(event.cause));
    let took = Duration::from_nanos(event.took.into());
    let task = Task(event.task.into());
    let kind = Kind::Step { task, first: false, stale: false, yielded, took };
    trace.push(Instant::from_nanos(event.at), cause.filter(|cause| *cause < trace.next()), kind);
}

/// Records into a new trace, which grows as it does in a run; and with it into a file that goes nowhere.
fn rounds(written: bool) -> Round {
    Box::new(move |_, count| {
        let mut trace = Trace::new(Meta::default());
        let mut writer = written.then(|| Writer::begin(io::sink(), &trace, None).expect("nothing refuses"));
        let mut stream = Events::new();
        let start = Clock::now();
        for _ in 0..count {
            push(&mut trace, stream.next());
            if let Some(writer) = &mut writer {
                writer.append(&trace, trace.next()).expect("nothing refuses");
            }
        }
        black_box(&mut trace);
        start.elapsed()
    })
}

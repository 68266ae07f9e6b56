//! tracing: the usual way to record what a program does, with three who listen.
//!
//! The subscriber is that of the thread and not of the process, so that several can be measured in one; each case is inside
//! of it for a whole round.

use std::fmt;
use std::hint::black_box;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tracing::field::{Field, Visit};
use tracing::{Subscriber, event};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

use super::events::{COUNT, Event, Events};
use crate::harness::{Case, Round};

pub fn cases() -> Vec<Case> {
    let counted = Arc::new(Mutex::new(0));
    let own = counted.clone();
    let plain = tracing_subscriber::fmt().with_writer(move || Counting(own.clone())).finish();
    let bytes_plain = bytes(plain, &counted);
    let own = counted.clone();
    let json = tracing_subscriber::fmt().json().with_writer(move || Counting(own.clone())).finish();
    let bytes_json = bytes(json, &counted);
    let packing = || Registry::default().with(Packing::default());
    // Making a text takes so long that fewer do.
    let share = |_| 10;
    vec![
        Case::peer("tracing, a layer that packs into a Vec", rounds(packing))
            .leaving(size_of::<Event>() as f64),
        Case::peer(
            "tracing-subscriber fmt",
            rounds(|| tracing_subscriber::fmt().with_writer(io::sink).finish()),
        )
        .sharing(share)
        .leaving(bytes_plain),
        Case::peer(
            "tracing-subscriber JSON",
            rounds(|| tracing_subscriber::fmt().json().with_writer(io::sink).finish()),
        )
        .sharing(share)
        .leaving(bytes_json),
    ]
}

#[inline(always)]
fn tell(told: Event) {
    event!(
        tracing::Level::INFO,
        at = told.at,
        cause = told.cause,
        task = told.task,
        kind = told.kind,
        took = told.took
    );
}

fn rounds<S: Subscriber + Send + Sync + 'static>(make: impl Fn() -> S + 'static) -> Round {
    Box::new(move |_, count| {
        tracing::subscriber::with_default(make(), || {
            let mut stream = Events::new();
            let start = Instant::now();
            for _ in 0..count {
                tell(stream.next());
            }
            start.elapsed()
        })
    })
}

/// How long the texts are that a subscriber writes, for an event.
fn bytes<S: Subscriber + Send + Sync + 'static>(subscriber: S, counted: &Mutex<usize>) -> f64 {
    *counted.lock().expect("no other thread") = 0;
    let count = COUNT / 100;
    tracing::subscriber::with_default(subscriber, || {
        let mut stream = Events::new();
        (0..count).for_each(|_| tell(stream.next()));
    });
    *counted.lock().expect("no other thread") as f64 / count as f64
}

/// Counts what is written.
struct Counting(Arc<Mutex<usize>>);

impl io::Write for Counting {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        *self.0.lock().expect("no other thread") += text.len();
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A layer that puts an event's fields into a `Vec`, as one that knows them would.
struct Packing(Mutex<Vec<Event>>);

impl Default for Packing {
    fn default() -> Self {
        Self(Mutex::new(Vec::with_capacity(COUNT)))
    }
}

impl<S: Subscriber> Layer<S> for Packing {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields(Event { at: 0, cause: 0, task: 0, kind: 0, took: 0 });
        event.record(&mut fields);
        self.0.lock().expect("no other thread").push(fields.0);
    }
}

struct Fields(Event);

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "at" => self.0.at = value,
            "cause" => self.0.cause = value as u32,
            "task" => self.0.task = value as u16,
            "kind" => self.0.kind = value as u8,
            _ => self.0.took = value as u32,
        }
    }

    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        black_box(value);
    }
}

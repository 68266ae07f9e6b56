//! Traces of any length: what a record costs, what an instant costs that is looked for.
//!
//! What is written to find the costs of a record goes nowhere; the file in which instants are looked for is in the system's
//! cache.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, BufWriter};
use std::path::PathBuf;
use std::time::Instant as Clock;

use vpyb_core::time::Instant;
use vpyb_sim::trace::{Meta, Seekable, State, Trace, Writer};

use crate::events::Events;
use crate::least;
use crate::ours::{push, recorded};
use crate::plot::Series;

/// How many instants are looked for.
const INSTANTS: u64 = 20;

fn sizes(most: u32) -> impl Iterator<Item = usize> {
    (3..=most).map(|power| 10_usize.pow(power))
}

/// Both series, up to so many powers of ten.
pub fn series(most: u32) -> [Series; 2] {
    [
        Series::new(
            "a record, pushed and written, by records",
            sizes(most).map(|size| (size, record(size))).collect(),
        ),
        Series::new(
            "an instant in a file, by records",
            sizes(most).map(|size| (size, instant(size))).collect(),
        ),
    ]
}

/// Nanoseconds for a record that is pushed and written.
fn record(records: usize) -> f64 {
    let round = || {
        let begun = Clock::now();
        black_box(written(records, io::sink()));
        begun.elapsed().as_nanos() as f64 / records as f64
    };
    if records > 1_000_000 { round() } else { least(round) }
}

/// A trace that is written as it grows.
fn written<W: io::Write>(records: usize, out: W) -> (Trace, W) {
    let (mut trace, mut stream) = (Trace::new(Meta::default()), Events::new());
    let mut writer = Writer::begin(out, &trace, None).expect("nothing refuses");
    for _ in 0..records {
        push(&mut trace, stream.next());
        writer.append(&trace, trace.next()).expect("nothing refuses");
    }
    let out = writer.finish(&trace, trace.next()).expect("nothing refuses");
    (trace, out)
}

/// Where files are written.
pub fn file() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/bench/scale.vpyb"))
}

/// Nanoseconds from the closed file to the state at an instant.
fn instant(records: usize) -> f64 {
    let path = file();
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
    let out = BufWriter::new(File::create(&path).expect("a file"));
    drop(written(records, out));
    let find = |number: u64| {
        let begun = Clock::now();
        let mut file =
            Seekable::open(File::open(&path).expect("the file")).expect("a trace").expect("it is whole");
        let at = Instant::from_nanos(file.end().as_nanos() / INSTANTS * number);
        black_box(State::at(&file.around(at).expect("a part"), at));
        begun.elapsed().as_nanos() as f64
    };
    let mut spans: Vec<f64> = (0..INSTANTS).map(find).collect();
    spans.sort_by(f64::total_cmp);
    fs::remove_file(&path).expect("the file goes");
    spans[spans.len() / 2]
}

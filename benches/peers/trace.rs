//! What a trace's file costs: bytes and time of a record, finding an instant in a long file, recording a run.
//!
//! Owns how the long trace is made (a real run, over and over) and what is measured. `benches/README.md` says what each
//! means. The figures are the host's; the bounds of those that hardly depend on it are checked: a file's bytes, and what is read
//! of it. What a recording adds to a run is checked with the long file only: it takes a second core that is free.
//!
//! ```text
//! cargo bench --bench trace
//! cargo bench --bench trace -- --records 1000000      a shorter file
//! ```

use std::env;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant as Clock};

use vpyb_core::time::Instant;
use vpyb_sim::program;
use vpyb_sim::runner::{self, Options, Program};
use vpyb_sim::scenario::{model::Scenario, parse};
use vpyb_sim::trace::{Kind, Seekable, Seq, State, Trace, Writer, read, write};
use vpyb_sim::vocabulary;

const PROGRAMS: &[Program] = &[program!(vpyb_scenarios::uart_reader)];
/// What the long trace is made of: hogs, a UART and a reader.
const SCENARIO: &str = "scenarios/hogs/overrun.toml";
/// Where the file is made.
const FILE: &str = "target/bench/long.vpyb";
/// How many instants are looked for.
const INSTANTS: u64 = 200;
/// Bytes for a record, at the most.
const MOST_BYTES: f64 = 12.0;
/// Records that are read for a state, at the most: what lies between two checkpoints, and a block.
const MOST_READ: u64 = 9 * 4096;
/// How much longer a run may take that is recorded, in parts of a hundred.
const MOST_MORE: f64 = 30.0;
/// When the run ends that is recorded: so long that it has several checkpoints.
const LAST: Instant = Instant::from_millis(150_000);
/// How often a run is timed with and without its recording, in turn.
const ROUNDS: usize = 15;

fn main() {
    env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).expect("the workspace's root");
    let asked = env::args().skip_while(|word| word != "--records").nth(1);
    let is_whole = asked.is_none();
    let records = asked.map_or(10_000_000, |text| text.parse().expect("--records wants a number"));
    let scenario = scenario();
    let trace = long(&runner::run(&scenario, PROGRAMS, Options::default()).trace, records);
    let count = trace.records().len();
    println!("{SCENARIO}, over and over: {count} records");
    let written = write_file(&trace);
    let bytes = fs::metadata(FILE).expect("the file").len();
    let each = bytes as f64 / count as f64;
    println!("bytes for a record      {each:.2}");
    assert!(each <= MOST_BYTES, "at most {MOST_BYTES} are allowed");
    println!("written                 {:.1} ns for a record", per(written, count));
    drop(trace);
    let begun = Clock::now();
    let loaded = read(BufReader::new(File::open(FILE).expect("the file"))).expect("a trace");
    println!(
        "read whole              {:.1} ns for a record",
        per(begun.elapsed(), loaded.trace.records().len())
    );
    seek(loaded.trace.end());
    drop(loaded);
    let mut longer = scenario;
    longer.run.until = Some(LAST);
    let more = record(&longer);
    assert!(!is_whole || more <= MOST_MORE, "at most {MOST_MORE} % more are allowed");
    fs::remove_file(FILE).expect("the file goes");
}

fn per(span: Duration, count: usize) -> f64 {
    span.as_nanos() as f64 / count as f64
}

fn scenario() -> Scenario {
    let text = fs::read_to_string(SCENARIO).expect("the scenario");
    let found = parse(SCENARIO, &text, &vocabulary(PROGRAMS));
    found.expect("a scenario without problems").swap_remove(0)
}

/// The records after the board was set up, again and again, each time later.
fn long(once: &Trace, records: usize) -> Trace {
    let mut trace = once.clone();
    let set_up = once.records().iter().rposition(|record| matches!(record.kind, Kind::NetPin { .. }));
    let set_up = set_up.map_or(0, |last| last + 1) as u32;
    let rest = once.records().slice(set_up as usize..once.records().len() - 1);
    let span = once.end().as_nanos();
    for round in 1.. {
        let behind = trace.next().0 - set_up;
        for record in rest.iter() {
            if trace.records().len() == records {
                return trace;
            }
            let at = Instant::from_nanos(record.at.as_nanos() + round * span);
            let cause =
                record.cause.map(|cause| if cause.0 < set_up { cause } else { Seq(cause.0 + behind) });
            trace.push(at, cause, record.kind);
        }
    }
    trace
}

fn write_file(trace: &Trace) -> Duration {
    fs::create_dir_all(Path::new(FILE).parent().expect("a folder")).expect("a folder");
    let begun = Clock::now();
    let mut out = BufWriter::new(File::create(FILE).expect("a file"));
    write(trace, &mut out).and_then(|()| out.flush()).expect("a file");
    begun.elapsed()
}

/// From the closed file to the state at an instant, at instants spread over the run.
fn seek(end: Instant) {
    let (mut bytes, mut records) = (0, 0);
    let mut spans: Vec<Duration> = (0..INSTANTS)
        .map(|number| {
            let at = Instant::from_nanos(end.as_nanos() / INSTANTS * number);
            let begun = Clock::now();
            let file = Seekable::open(File::open(FILE).expect("the file")).expect("a trace");
            let mut file = file.expect("it is whole");
            let part = file.around(at).expect("a part");
            let state = State::at(&part, at);
            assert_eq!(state.at, at);
            let span = begun.elapsed();
            bytes = file.reading().bytes.max(bytes);
            records = file.reading().records.max(records);
            span
        })
        .collect();
    spans.sort();
    let ms = |span: Duration| span.as_secs_f64() * 1e3;
    println!(
        "state at an instant     median {:.2} ms, longest {:.2} ms",
        ms(spans[spans.len() / 2]),
        ms(spans[spans.len() - 1])
    );
    println!("read for it, at most    {records} records, {bytes} bytes");
    assert!(records <= MOST_READ, "at most {MOST_READ} records are allowed");
}

/// Writes what is new in a trace; gives the first record that is needed once more.
fn grow(writer: &mut Option<Writer<BufWriter<File>>>, trace: &Trace) -> Seq {
    let begin = || Writer::begin(BufWriter::new(File::create(FILE).expect("a file")), trace, None);
    let writer = writer.get_or_insert_with(|| begin().expect("a file"));
    writer.append(trace, trace.next()).expect("a file");
    writer.needed()
}

/// The same run with and without a recording, in turn.
/// Gives how much longer it takes, in parts of a hundred.
fn record(scenario: &Scenario) -> f64 {
    let time = |recorded: bool| {
        let begun = Clock::now();
        let (tap, aside) = recorded.then(|| runner::aside(None, grow)).unzip();
        let outcome =
            runner::run_tapped(scenario, PROGRAMS, Options::default(), Duration::from_secs(60), tap);
        if let Some((Some(writer), _)) = aside.map(runner::Aside::end) {
            writer.finish(&outcome.trace, outcome.trace.next()).expect("a file");
        }
        (begun.elapsed(), outcome.trace.records().len())
    };
    let (mut plain, mut recorded, mut count) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        plain.push(time(false).0);
        let (span, records) = time(true);
        recorded.push(span);
        count = records;
    }
    let least = |spans: &[Duration]| spans.iter().min().copied().unwrap_or_default();
    let (plain, recorded) = (least(&plain), least(&recorded));
    let more = (recorded.as_secs_f64() / plain.as_secs_f64() - 1.0) * 100.0;
    println!(
        "a run of {count} records  {:.2} ms, recorded {:.2} ms: {more:.1} % more",
        plain.as_secs_f64() * 1e3,
        recorded.as_secs_f64() * 1e3
    );
    more
}

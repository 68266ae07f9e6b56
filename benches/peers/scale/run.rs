//! Whole runs of any length: the memory that they take, and their time.
//!
//! Each run has a process of its own, so that the most that the process ever held is the run's. It is run, recorded in a file
//! meanwhile, and judged, as `vpyb run --trace` does. The system counts the memory: all of it, on all threads.

use std::env;
use std::fs::{self, File};
use std::io::BufWriter;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant as Clock};

use vpyb_sim::expect::{Status, judge};
use vpyb_sim::program;
use vpyb_sim::runner::{self, Options, Outcome, Program};
use vpyb_sim::scenario::{model::Scenario, parse, render};
use vpyb_sim::trace::{Seq, Trace, Writer};
use vpyb_sim::vocabulary;

use crate::traces::file;

const PROGRAMS: &[Program] = &[program!(vpyb_scenarios::uart_reader)];
/// A run holds so many MiB at the most, however long it is.
const MOST: f64 = 128.0;
/// The word by which the benchmark is told to be one run.
pub const ALONE: &str = "--run";

/// A million bytes on the line: almost a minute and a half.
const LINE: &str = r#"{ at = "0s", send = { to = "uart2", data = "012345678\n", times = 100000 } }"#;

type Growing = Option<Writer<BufWriter<File>>>;

/// A reader of bytes that come without a pause. Its task is no script: a script's notes are texts, which stay in memory.
fn scenario(until: Duration) -> Scenario {
    let text = format!(
        r#"
        schema = 1
        title = "bytes are read that come without a pause"
        board.model = "pyboard-v1.1"
        parts.sender = {{ kind = "serial-peer", uart = "uart2", baud = 115200, replies = [] }}
        program = {{ name = "uart_reader", args = {{ uart = "uart2", baud = 115200 }} }}
        run.until = "{}ms"

        [[actor]]
        name = "line"
        steps = [ {} ]

        [[expect]]
        title = "nothing is lost"
        counter = "uart2.rx.lost"
        is = "0"

        [[expect]]
        title = "the reader has its turn soon"
        counter = "task.reader.max_latency"
        is = "< 10ms"

        [[expect]]
        title = "nobody fails"
        never = {{ prints = "Traceback" }}
        "#,
        until.as_millis(),
        [LINE; 8].join(", ")
    );
    let name = "scale.toml";
    let found = parse(name, &text, &vocabulary(PROGRAMS));
    found.unwrap_or_else(|problems| panic!("{}", render(&problems, name, &text, false))).swap_remove(0)
}

/// Writes what is new; gives the first record that is needed once more.
fn grow(writer: &mut Growing, trace: &Trace) -> Seq {
    let begin = || Writer::begin(BufWriter::new(File::create(file()).expect("a file")), trace, None);
    let writer = writer.get_or_insert_with(|| begin().expect("a file"));
    writer.append(trace, trace.next()).expect("a file");
    writer.needed()
}

fn recorded(scenario: &Scenario) -> Outcome {
    let (tap, aside) = runner::aside(None, grow);
    let outcome =
        runner::run_tapped(scenario, PROGRAMS, Options::default(), Duration::from_secs(60), Some(tap));
    if let (Some(writer), _) = aside.end() {
        writer.finish(&outcome.trace, outcome.trace.next()).expect("a file");
    }
    outcome
}

/// Is one run of about so many records: says how many there were, the most MiB, and the seconds for running and judging.
pub fn alone(records: &str) -> ExitCode {
    let Ok(records) = records.parse::<u64>() else { return ExitCode::from(2) };
    let second = runner::run(&scenario(Duration::from_secs(1)), PROGRAMS, Options::default());
    let until = Duration::from_millis(records * 1000 / second.trace.records().len() as u64);
    let scenario = scenario(until);
    let begun = Clock::now();
    let outcome = recorded(&scenario);
    let run = begun.elapsed();
    let judgement = judge(&outcome.trace, &scenario);
    assert_eq!(judgement.status(), Status::Passed, "{:?}", judgement.findings);
    let judged = begun.elapsed() - run;
    let held = held().map_or("none".into(), |held| held.to_string());
    println!("{} {held} {} {}", outcome.trace.records().len(), run.as_secs_f64(), judged.as_secs_f64());
    ExitCode::SUCCESS
}

/// The most MiB that this process held; `None` where the system does not say it as Linux does.
fn held() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}

/// Says what runs take up to so many records, as a power of ten, or to the first that takes more than it may.
pub fn memory(most: u32) -> bool {
    println!("{:>12}  {:>10}  {:>10}  {:>10}", "records", "peak MiB", "run, s", "judged, s");
    (4..=most).all(|power| told(10_u64.pow(power)))
}

fn told(records: u64) -> bool {
    let own = env::current_exe().expect("a program has a place");
    let ended = Command::new(own).args([ALONE, &records.to_string()]).output().expect("it starts again");
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    let words: Vec<&str> = text.split_whitespace().collect();
    let [records, held, run, judged] = words[..] else {
        panic!("a run failed: {}", String::from_utf8_lossy(&ended.stderr));
    };
    let number = |word: &str| word.parse().unwrap_or(f64::NAN);
    println!("{records:>12}  {:>10.1}  {:>10.2}  {:>10.2}", number(held), number(run), number(judged));
    if number(held) > MOST {
        eprintln!("error: a run of {records} records held {:.1} MiB; {MOST} MiB are allowed", number(held));
        return false;
    }
    true
}

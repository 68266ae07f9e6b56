//! Ten thousand damaged scenario files: each gives diagnostics or a run, and none a panic or a hang.
//!
//! Owns how good files are damaged: by rules, from a seed, so that a failure comes again. What the diagnostics
//! say is tested in `diagnostics`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use vpyb_cli::PROGRAMS;
use vpyb_sim::board::Bound;
use vpyb_sim::expect;
use vpyb_sim::report::{Outcome, Paint, failure};
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::{Vocabulary, parse, render};
use vpyb_sim::vocabulary;

use crate::checked_in::sources;
use crate::lowering;

/// How many files are made.
const FILES: u64 = 10_000;
/// A run ends here with the verdict `limit`: most of what can go wrong in a run goes wrong early.
const RECORDS: usize = 500;
/// Each so many runs one goes on to the longer bound, so that queues and rings fill up.
const LONG_EVERY: u64 = 50;
const LONG_RECORDS: usize = 20_000;
/// A file that keeps the host longer than this has hung it. The slowest takes well under a second.
const PATIENCE: Duration = Duration::from_secs(30);
/// As many as a small machine of a CI service has cores.
const THREADS: u64 = 2;

/// Numbers that are at the edge of something.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "7",
    "16",
    "63",
    "64",
    "65",
    "255",
    "256",
    "1000",
    "65535",
    "65536",
    "100000",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "0.0",
    "-0.5",
    "1e308",
    "nan",
    "inf",
    "0x7F",
    "1_000",
    "01",
];
/// What the format is made of.
const PIECES: &[&str] = &[
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    ".",
    "\n",
    "#",
    "[[",
    "]]",
    "\"\"\"",
    "é",
    "\u{0}",
    "forever",
    "repeat",
    "\"1ns\"",
    "\"1000h\"",
    "\"0s\"",
    "\"± 1ms\"",
    "\"uart9\"",
    "\"X1\"",
    "true",
    "[[task]]\n",
    "[run]\n",
    "::",
];

/// SplitMix64: small, and the same everywhere.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

/// The files of the repository, and two that have all operations and all patterns.
fn good_files() -> Vec<String> {
    let complete = [lowering::OPERATIONS, lowering::PATTERNS].map(str::to_owned);
    sources().into_iter().map(|(_, source)| source).chain(complete).collect()
}

/// A good file with one to three damages. Texts stay texts: a file that is none is refused before it is parsed.
fn damaged(number: u64, good: &[String]) -> String {
    let mut draw = Draw(number);
    let mut text = good[draw.below(good.len())].clone();
    for _ in 0..=draw.below(3) {
        text = match draw.below(8) {
            0 => flip_a_byte(&text, &mut draw),
            1 => delete_a_piece(&text, &mut draw),
            2 => insert_a_piece(&text, &mut draw),
            // Numbers more often: they are what a run can stumble over.
            3..=5 => change_a_number(&text, &mut draw),
            6 => move_a_line(&text, &mut draw),
            _ => splice(&text, &good[draw.below(good.len())], &mut draw),
        };
    }
    text
}

fn flip_a_byte(text: &str, draw: &mut Draw) -> String {
    let mut bytes = text.as_bytes().to_vec();
    if !bytes.is_empty() {
        let at = draw.below(bytes.len());
        bytes[at] ^= 1 << draw.below(7);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn place(text: &str, draw: &mut Draw) -> usize {
    text.floor_char_boundary(draw.below(text.len() + 1))
}

fn delete_a_piece(text: &str, draw: &mut Draw) -> String {
    let from = place(text, draw);
    let to = text.floor_char_boundary((from + 1 + draw.below(20)).min(text.len())).max(from);
    format!("{}{}", &text[..from], &text[to..])
}

fn insert_a_piece(text: &str, draw: &mut Draw) -> String {
    let at = place(text, draw);
    format!("{}{}{}", &text[..at], draw.of(PIECES), &text[at..])
}

fn change_a_number(text: &str, draw: &mut Draw) -> String {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let begins: Vec<usize> =
        (0..text.len()).filter(|&at| is_digit(at) && (at == 0 || !is_digit(at - 1))).collect();
    if begins.is_empty() {
        return text.to_owned();
    }
    let from = begins[draw.below(begins.len())];
    let to = (from..).find(|&at| !is_digit(at)).expect("a text ends");
    format!("{}{}{}", &text[..from], draw.of(NUMBERS), &text[to..])
}

/// Takes a line out, or doubles it, or puts it elsewhere.
fn move_a_line(text: &str, draw: &mut Draw) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return String::new();
    }
    let (from, to) = (draw.below(lines.len()), draw.below(lines.len()));
    let line = lines[from];
    match draw.below(3) {
        0 => drop(lines.remove(from)),
        1 => lines.insert(to, line),
        _ => {
            lines.remove(from);
            lines.insert(to.min(lines.len()), line);
        }
    }
    lines.join("\n") + "\n"
}

/// The beginning of one file and the end of another.
fn splice(text: &str, other: &str, draw: &mut Draw) -> String {
    let (end, begin) = (place(text, draw), place(other, draw));
    format!("{}\n{}", &text[..end], &other[begin..])
}

/// How often what came out.
#[derive(Default)]
struct Tally {
    refused: u64,
    run: u64,
}

/// How the one program panics that does so on purpose.
const ON_PURPOSE: &str = "panic: attempt to divide by zero";

/// Checks one text; an error is what nobody may ever see.
fn check(number: u64, text: &str, vocabulary: &Vocabulary, tally: &mut Tally) -> Result<(), String> {
    let scenarios = match parse("mutated.toml", text, vocabulary) {
        Ok(scenarios) => scenarios,
        Err(problems) => {
            tally.refused += 1;
            let rendered = render(&problems, "mutated.toml", text, false);
            return if rendered.is_empty() { Err("it is refused without a word".into()) } else { Ok(()) };
        }
    };
    tally.run += 1;
    let records = if number.is_multiple_of(LONG_EVERY) { LONG_RECORDS } else { RECORDS };
    // Variants share most of a file: one of them is enough.
    let scenario = &scenarios[number as usize % scenarios.len()];
    let outcome =
        runner::run(scenario, PROGRAMS, Options { seed: None, bound: Bound { records, ..Bound::default() } });
    if outcome.verdict.starts_with("panic") && outcome.verdict != ON_PURPOSE {
        return Err(format!("the run ended as `{}`", outcome.verdict));
    }
    let judgement = expect::judge(&outcome.trace, scenario);
    failure(&Outcome::new(scenario, &outcome.trace, &judgement), Paint(false));
    Ok(())
}

/// What a worker tells: the file that it begins, one that was bad, or what it has seen in all.
enum News {
    Begins(u64),
    Bad(u64, String),
    Done(Tally),
}

fn work(first: u64, good: &[String], news: &mpsc::Sender<(u64, News)>) {
    let vocabulary = vocabulary(PROGRAMS);
    let mut tally = Tally::default();
    let tell = |what| news.send((first, what)).expect("the test listens until all is done");
    for number in (first..FILES).step_by(THREADS as usize) {
        tell(News::Begins(number));
        let text = damaged(number, good);
        let checked = catch_unwind(AssertUnwindSafe(|| check(number, &text, &vocabulary, &mut tally)));
        match checked {
            Ok(Ok(())) => {}
            Ok(Err(why)) => tell(News::Bad(number, why)),
            Err(_) => tell(News::Bad(number, "it panicked; the message stands above".into())),
        }
    }
    tell(News::Done(tally));
}

#[test]
fn ten_thousand_damaged_files_give_diagnostics_or_runs() {
    let good = good_files();
    let (sender, news) = mpsc::channel();
    for first in 0..THREADS {
        let (sender, good) = (sender.clone(), good.clone());
        thread::spawn(move || work(first, &good, &sender));
    }
    let mut present = [0; THREADS as usize];
    let (mut bad, mut all, mut working) = (Vec::new(), Tally::default(), THREADS);
    while working > 0 {
        let Ok((worker, what)) = news.recv_timeout(PATIENCE) else {
            let texts: Vec<_> = present.iter().map(|&number| damaged(number, &good)).collect();
            panic!("one of these hangs (files {present:?}):\n{}", texts.join("\n--------\n"));
        };
        match what {
            News::Begins(number) => present[worker as usize] = number,
            News::Bad(number, why) => bad.push((number, why)),
            News::Done(tally) => {
                all = Tally { refused: all.refused + tally.refused, run: all.run + tally.run };
                working -= 1;
            }
        }
    }
    if let Some((number, why)) = bad.first() {
        panic!("{} bad files; file {number}: {why}\n{}", bad.len(), damaged(*number, &good));
    }
    assert_eq!(all.refused + all.run, FILES);
    // Damage that is always found, or never, would test half of this only.
    assert!(all.refused > FILES / 4 && all.run > FILES / 10, "{} refused, {} run", all.refused, all.run);
}

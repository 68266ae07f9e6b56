//! What is on the bench: `[board]`, `[cpu]`, `[parts.*]`, `[uart*]`, `[program]` and `[run]`.
//!
//! Owns how these tables are read and their limits. Knows no board: names come from the
//! vocabulary.

use std::ops::RangeInclusive;

use litemap::LiteMap;
use vpyb_core::time::{Duration, Instant};

use super::diagnostic::{Diagnostic, code};
use super::model::{Arg, Board, Cpu, Part, Program, Run};
use super::names::{Names, Unique};
use super::network;
use super::table::Table;
use super::value::Value;
use super::vocabulary::{ProgramWords, Vocabulary};
use super::wires::Wires;
use super::words::{Words, not_built, quoted};
use super::{buttons, devices, logic, seeds, serial};

/// How long a queue may be.
const QUEUE: RangeInclusive<i64> = 1..=65_535;
/// How long a queue may be that a discipline can do without.
const EXTRA_QUEUE: RangeInclusive<i64> = 0..=65_535;
/// Words of the format; those that can be run are in the vocabulary.
const SCHEDULERS: [&str; 3] = ["uasyncio-v2", "fast-io", "asyncio-v3"];
const PROFILES: [&str; 4] = ["micropython-pyboard-v1.1", "rust-stm32f405", "ideal", "recorded"];
const PARTS: [(&str, PartKind); 7] = [
    ("serial-peer", PartKind::SerialPeer),
    ("uart-feed", PartKind::UartFeed),
    ("mma7660", PartKind::Mma7660),
    ("nec-remote", PartKind::NecRemote),
    ("network", PartKind::Network),
    ("button", PartKind::Button),
    ("logic-source", PartKind::LogicSource),
];
/// The verdicts that a run may have beside `passed`; `error` stands for every `error: …`, `panic` for every `panic: …`.
pub const ABNORMAL: [(&str, ()); 8] = [
    ("overrun", ()),
    ("stuck", ()),
    ("livelock", ()),
    ("hang", ()),
    ("limit", ()),
    ("guard", ()),
    ("panic", ()),
    ("error", ()),
];

/// A run that is told no end of its own is stopped here: most likely it has none.
const DEFAULT_LIMIT: Instant = Instant::from_millis(10 * 60 * 1000);

/// `[board]`.
pub fn board(table: Option<Table<'_>>, vocabulary: &Vocabulary, wires: &mut Wires) -> Board {
    let mut board = Board::default();
    let Some(mut table) = table else { return board };
    if let Some(model) = table.key("model").and_then(|value| value.known("board", &vocabulary.models, &[])) {
        board.model = model;
    }
    if let Some(links) = table.key("links").and_then(Value::items) {
        board.links = links.filter_map(|pair| link(pair, vocabulary, wires)).collect();
    }
    table.close();
    board
}

fn link(pair: Value<'_>, vocabulary: &Vocabulary, wires: &mut Wires) -> Option<[String; 2]> {
    let ends: Vec<Value<'_>> = pair.items()?.collect();
    let [one, other] = ends[..] else {
        pair.refuse(code::MALFORMED, "a link joins two pins", "write it as `[\"X1\", \"X2\"]`");
        return None;
    };
    let [Some(one), Some(other)] = [one, other].map(|end| vocabulary.pin(end)) else { return None };
    let link = [one, other];
    wires.link(&link, pair, vocabulary);
    Some(link)
}

/// `[cpu]`; the tasks of `[cpu.task.NAME]` must exist.
pub fn cpu(table: Option<Table<'_>>, vocabulary: &Vocabulary, names: &Names) -> Cpu {
    let mut cpu = Cpu::default();
    let Some(mut table) = table else { return cpu };
    let length = |value: Value<'_>, allowed| value.integer(allowed).map(|length| length as usize);
    if let Some(word) =
        table.key("scheduler").and_then(|v| v.known("scheduler", &vocabulary.schedulers, &SCHEDULERS))
    {
        cpu.scheduler = word;
    }
    if let Some(word) =
        table.key("profile").and_then(|v| v.known("cost profile", &vocabulary.profiles, &PROFILES))
    {
        cpu.profile = word;
    }
    cpu.runq_len = table.key("runq_len").and_then(|value| length(value, QUEUE));
    cpu.waitq_len = table.key("waitq_len").and_then(|value| length(value, QUEUE));
    if vocabulary.schedulers.iter().any(|name| name == "fast-io") {
        cpu.ioq_len = fast_io_only(table.key("ioq_len"), &cpu).and_then(|value| length(value, EXTRA_QUEUE));
        cpu.lp_len = fast_io_only(table.key("lp_len"), &cpu).and_then(|value| length(value, EXTRA_QUEUE));
        cpu.max_overdue_ms = fast_io_only(table.key("max_overdue"), &cpu).and_then(whole_ms);
    } else {
        table.later(&["ioq_len", "lp_len", "max_overdue"]);
    }
    cpu.step = table.key("step").and_then(Value::duration);
    cpu.callback = table.key("callback").and_then(Value::duration);
    cpu.io_poll = table.key("io_poll").and_then(Value::duration);
    cpu.isr = table.key("isr").and_then(Value::duration);
    cpu.irq_latency = table.key("irq_latency").and_then(Value::duration);
    cpu.access = table.key("access").and_then(Value::duration);
    if let Some(mut tasks) = table.key("task").and_then(Value::table) {
        cpu.task_step = tasks.entries().filter_map(|entry| task_step(entry, names)).collect();
    }
    table.close();
    cpu
}

/// A time that the event loop counts in its ticks.
fn whole_ms(value: Value<'_>) -> Option<i32> {
    let span = value.duration()?;
    let ms = i32::try_from(span.as_millis()).ok().filter(|&ms| Duration::from_millis(ms as u64) == span);
    if ms.is_none() {
        let message = format!("`{}` is not a whole number of milliseconds below 2^31", value.key);
        value.refuse(code::OUT_OF_RANGE, message, format!("write it as in `{} = \"100ms\"`", value.key));
    }
    ms
}

/// A length that only the discipline with these queues can use.
fn fast_io_only<'a>(value: Option<Value<'a>>, cpu: &Cpu) -> Option<Value<'a>> {
    let value = value?;
    if cpu.scheduler != "fast-io" {
        let message = format!("`{}` has no effect on the scheduler `{}`", value.key, cpu.scheduler);
        let problem = Diagnostic::new(code::CONFLICT, value.key_span(), message);
        value.report(problem.help("it belongs to `scheduler = \"fast-io\"`; in a variant, say it there"));
    }
    Some(value)
}

fn task_step(entry: Value<'_>, names: &Names) -> Option<(String, Duration)> {
    if !names.is_task(entry.key) {
        entry.report(names.unknown_task(entry.key, entry.key_span()));
    }
    let mut table = entry.table()?.of("`[cpu.task.NAME]`");
    let step = table.need("step", "\"4ms\"").and_then(Value::duration);
    table.close();
    Some((entry.key.to_owned(), step?))
}

/// What a part can be.
#[derive(Clone, Copy, PartialEq)]
enum PartKind {
    SerialPeer,
    UartFeed,
    Sensor(&'static str),
    Mma7660,
    NecRemote,
    Network,
    Button,
    LogicSource,
}

/// `[parts.NAME]`. A UART has at most one part on its RX wire.
pub fn parts(
    value: Option<Value<'_>>,
    vocabulary: &Vocabulary,
    wires: &mut Wires,
    path: &str,
) -> LiteMap<String, Part> {
    let sensors = vocabulary.sensors.iter().map(|&kind| (kind, PartKind::Sensor(kind)));
    let kinds: Vec<_> = PARTS.into_iter().chain(sensors).collect();
    let mut parts = LiteMap::new();
    let mut wired = Unique::default();
    let Some(mut all) = value.and_then(Value::table) else { return parts };
    for entry in all.entries() {
        let (name, table) = (entry.key_name(), entry.table());
        let Some(table) = table else { continue };
        let mut table = table.called(format!("`[parts.{}]`", entry.key)).of("a part");
        let kind = table.need("kind", "\"serial-peer\"");
        let Some(kind) = kind.and_then(|value| value.word("kind of part", &kinds, &[])) else {
            continue;
        };
        if kind != PartKind::Button {
            buttons::refuse_name(entry, vocabulary);
        }
        if let Some(word) = table.peek("kind").and_then(|kind| kind.raw().as_str()) {
            table = table.of(format!("a part of kind `{word}`"));
        }
        let part = match kind {
            PartKind::Button => buttons::button(&mut table, entry, vocabulary, wires),
            PartKind::LogicSource => logic::source(&mut table, entry, vocabulary, wires, path),
            PartKind::Sensor(kind) => devices::sensor(&mut table, kind, vocabulary, path),
            PartKind::Mma7660 => devices::mma7660(&mut table, entry, path),
            PartKind::NecRemote => nec_remote(&mut table, entry, vocabulary, wires),
            PartKind::Network => network::network(&mut table, entry, &mut wired),
            PartKind::SerialPeer | PartKind::UartFeed => {
                let wire = table.need("uart", "\"uart2\"");
                let uart = wire.and_then(|value| value.known("UART", &vocabulary.uarts, &[]));
                let uart = uart.unwrap_or_default();
                if let Some(wire) = wire.filter(|_| !uart.is_empty()) {
                    claim_wire(&mut wired, &uart, wire);
                }
                if kind == PartKind::SerialPeer {
                    let wire = wire.filter(|_| !uart.is_empty());
                    serial::peer(&mut table, entry, wire, uart, vocabulary, wires)
                } else {
                    Part::UartFeed { uart }
                }
            }
        };
        table.close();
        if let Some(name) = name {
            parts.insert(name.to_owned(), part);
        }
    }
    parts
}

/// A receiver of infrared, which drives a pin both high and low.
fn nec_remote(table: &mut Table<'_>, name: Value<'_>, vocabulary: &Vocabulary, wires: &mut Wires) -> Part {
    let place = table.need("pin", "\"X3\"");
    let pin = place.and_then(|value| vocabulary.pin(value));
    if let (Some(place), Some(pin)) = (place, &pin) {
        wires.driver(pin, &format!("part {}", quoted(name.key)), place);
    }
    if let Some(carrier) = table.key("carrier").filter(|value| value.flag() == Some(true)) {
        carrier.report(not_built(carrier.span(), "a receiver that gives the carrier"));
    }
    let jitter = table.key("jitter").and_then(Value::duration).unwrap_or(Duration::ZERO);
    Part::NecRemote { pin: pin.unwrap_or_default(), jitter }
}

/// Two parts cannot drive one wire.
fn claim_wire(wired: &mut Unique, uart: &str, wire: Value<'_>) {
    let Some(first) = wired.first(uart) else {
        wired.claim("wire", uart, wire);
        return;
    };
    let message = format!("two parts are wired to `{uart}`");
    let problem = Diagnostic::new(code::CONFLICT, wire.span(), message).also(first, "the first one");
    wire.report(problem.help("one part may drive a wire; wire the other one elsewhere"));
}

/// `[program]`; declares its tasks.
pub fn program(table: Option<Table<'_>>, vocabulary: &Vocabulary, names: &mut Names) -> Option<Program> {
    let mut table = table?;
    let known: Vec<String> = vocabulary.programs.iter().map(|program| program.name.clone()).collect();
    let name = table.need("name", "\"blink\"").and_then(|value| value.known("program", &known, &[]));
    let words = name.as_deref().and_then(|name| vocabulary.program(name));
    let mut args = LiteMap::new();
    if let Some(mut table) = table.key("args").and_then(Value::table) {
        args.extend(table.entries().filter_map(|entry| argument(entry, words)));
    }
    table.close();
    match words {
        Some(words) => names.program_tasks.clone_from(&words.tasks),
        None => names.any_task = true,
    }
    Some(Program { name: name.unwrap_or_default(), args })
}

/// An argument of a known program: a whole number or a text. Of an unknown one nothing can be said.
fn argument(entry: Value<'_>, words: Option<&ProgramWords>) -> Option<(String, Arg)> {
    use toml::de::DeValue;
    let words = words?;
    if !words.args.iter().any(|name| name == entry.key) {
        let message = format!("the program `{}` has no argument {}", words.name, quoted(entry.key));
        let names = Words::new("argument", words.args.iter().map(String::as_str));
        entry.report(names.advise(Diagnostic::new(code::UNKNOWN_NAME, entry.key_span(), message), entry.key));
        return None;
    }
    let number = words.numbers.iter().any(|name| name == entry.key);
    let arg = match entry.raw() {
        DeValue::Integer(_) if number => Arg::Int(entry.integer(i64::MIN..=i64::MAX)?),
        DeValue::String(text) if !number => Arg::Text(text.to_string()),
        _ => {
            let (wanted, example) = if number { ("a whole number", "1") } else { ("a text", "\"…\"") };
            let message = format!("the argument `{}` must be {wanted}", entry.key);
            entry.refuse(code::WRONG_TYPE, message, format!("write it as in `{} = {example}`", entry.key));
            return None;
        }
    };
    Some((entry.key.to_owned(), arg))
}

/// `[run]`.
pub fn run(table: Option<Table<'_>>, names: &Names) -> Run {
    let mut run = Run { limit: Some(DEFAULT_LIMIT), ..Run::default() };
    let Some(mut table) = table else { return run };
    let end = |value: Option<Value<'_>>| value.and_then(Value::lasting).map(|span| Instant::ZERO + span);
    run.start = table.key("start").and_then(Value::duration).unwrap_or_default();
    run.until = end(table.key("until"));
    run.main = table.key("main").and_then(|value| names.scripted_task(value));
    run.limit = end(table.key("limit")).or(run.limit.filter(|_| run.until.is_none()));
    run.max_step = table.key("max_step").and_then(Value::lasting).unwrap_or(run.max_step);
    run.livelock_after = table.key("livelock_after").and_then(Value::lasting).unwrap_or(run.livelock_after);
    seeds::seeds(&mut table, &mut run);
    if let Some(allow) = table.key("allow").and_then(Value::items) {
        run.allow = allow.filter_map(verdict_to_allow).collect();
    }
    table.close();
    run
}

fn verdict_to_allow(value: Value<'_>) -> Option<String> {
    value.word("verdict to allow", &ABNORMAL, &[])?;
    value.text().map(str::to_owned)
}

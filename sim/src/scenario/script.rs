//! Scripts: the operations of a scripted task.
//!
//! Owns [`Scripts`], from the array in the file to [`Op`]s, and the list of all operations. Knows their words and
//! units, not what they do. Those with a body are read in `blocks`, those on what tasks share in `sharing`, those on
//! wires in `hardware`.
//!
//! Invariant **shallow**: a script is at most [`DEEPEST`] blocks deep, so that it can be walked by
//! recursion.

use std::cell::RefCell;

use super::diagnostic::{Diagnostic, code};
use super::faults::ACCEL;
use super::model::{ErrorKind, Op};
use super::names::Names;
use super::table::Table;
use super::value::Value;
use super::vocabulary::Vocabulary;
use super::wires::Wires;
use super::words::{Words, quoted};

mod blocks;
mod hardware;
mod sharing;

/// Blocks in blocks, at most.
const DEEPEST: usize = 64;

/// Operations that are written as a bare word.
const BARE: [&str; 4] = ["time", "yield", "stop", "accel"];
/// Operations that are written as a table with one key.
#[rustfmt::skip]
const TABLES: [&str; 65] = [
    "log", "sleep_ms", "sleep", "delay", "after_ms", "after", "gsleep", "busy_us", "create", "cancel",
    "wait_for_ms", "try", "finally", "raise", "repeat", "forever", "call_soon", "call_later",
    "call_later_ms", "call_after_ms", "call_set", "locked", "with_lock", "with_sem", "with_bsem",
    "bsem_release", "ev_set", "ev_clear", "ev_wait", "barrier", "barrier_trigger", "barrier_busy", "q_put",
    "q_get", "q_put_nowait", "q_get_nowait", "cond_wait", "cond_wait_for", "cond_notify", "cond_notify_all",
    "gather", "named", "group", "cancel_named", "cancel_group", "is_running", "any", "readline", "read",
    "readexactly", "awrite", "led", "pin", "pin_wait", "on_edge", "off_edge", "mask_edge", "unmask_edge",
    "send_break", "on_timer", "off_timer", "i2c_write", "i2c_read", "i2c_scan", "i2c_recover",
];
/// Operations of the format that cannot be run yet.
const LATER: [&str; 0] = [];
/// The errors that scripts raise and trap.
const ERRORS: [(&str, ErrorKind); 8] = [
    ("Exception", ErrorKind::Exception),
    ("CancelledError", ErrorKind::CancelledError),
    ("TimeoutError", ErrorKind::TimeoutError),
    ("ValueError", ErrorKind::ValueError),
    ("RuntimeError", ErrorKind::RuntimeError),
    ("AssertionError", ErrorKind::AssertionError),
    ("TypeError", ErrorKind::TypeError),
    ("OSError", ErrorKind::OsError),
];

/// Reads scripts.
pub struct Scripts<'n> {
    /// What the file declares.
    pub names: &'n Names,
    /// What the board has.
    pub vocabulary: &'n Vocabulary,
    /// Who uses which pin: an operation may use a bus that no object declares.
    pub wires: &'n RefCell<Wires>,
}

impl Scripts<'_> {
    /// A whole script.
    pub fn read(&self, value: Value<'_>) -> Vec<Op> {
        self.block(value, 1)
    }

    fn block(&self, value: Value<'_>, depth: usize) -> Vec<Op> {
        if depth > DEEPEST {
            value.refuse(
                code::OUT_OF_RANGE,
                format!("blocks are nested more than {DEEPEST} deep"),
                "move the inner part to a task of its own",
            );
            return Vec::new();
        }
        let Some(items) = value.items() else { return Vec::new() };
        items.filter_map(|item| self.op(item, depth)).collect()
    }

    fn op(&self, item: Value<'_>, depth: usize) -> Option<Op> {
        if let Some(word) = item.raw().as_str() {
            item.hear(
                "an operation",
                BARE.into_iter().chain(TABLES),
                BARE.into_iter().filter(|it| *it == word),
            );
            let op = bare(item, word);
            if op == Some(Op::Accel) {
                self.claim_bus(ACCEL.1, item);
            }
            return op;
        }
        if !item.raw().is_table() {
            let problem = Diagnostic::new(code::WRONG_TYPE, item.span(), "this is not an operation");
            item.report(
                problem.help("write `\"yield\"`, or a table with one key such as `{ sleep_ms = 10 }`"),
            );
            return None;
        }
        let keys: Vec<Value<'_>> = item.table()?.entries().collect();
        let [argument] = keys[..] else {
            let message = format!("an operation has one key, this one has {}", keys.len());
            item.refuse(
                code::CONFLICT,
                message,
                "write one table for each operation: `{ log = \"a\" }, { sleep_ms = 10 }`",
            );
            return None;
        };
        argument.hear("an operation", BARE.into_iter().chain(TABLES), [argument.key]);
        self.simple(argument).or_else(|| self.compound(argument, depth)).unwrap_or_else(|| {
            item.report(refuse(argument));
            None
        })
    }

    /// Operations with one plain argument. The outer `None` means: none of these.
    fn simple(&self, argument: Value<'_>) -> Option<Option<Op>> {
        let milliseconds = |value: Value<'_>| value.integer(i64::from(i32::MIN)..=i64::from(i32::MAX));
        Some(match argument.key {
            "log" => argument.text().map(|text| Op::Log(text.into())),
            "sleep_ms" => milliseconds(argument).map(|ms| Op::SleepMs(ms as i32)),
            "delay" => milliseconds(argument).map(|ms| Op::Delay(ms as i32)),
            "after_ms" => milliseconds(argument).map(|ms| Op::AfterMs(ms as i32)),
            "sleep" => argument.seconds().map(Op::Sleep),
            "after" => argument.seconds().map(Op::After),
            "busy_us" => argument.integer(0..=i64::from(u32::MAX)).map(|us| Op::BusyUs(us as u32)),
            "create" => self.names.scripted_task(argument).map(Op::Create),
            "cancel" => self.names.scripted_task(argument).map(Op::Cancel),
            "call_soon" => argument.text().map(|text| Op::CallSoon(text.into())),
            "is_running" => argument.text().map(|name| Op::IsRunning(name.into())),
            "any" => self.uart(argument).map(Op::Any),
            "send_break" => self.uart(argument).map(Op::SendBreak),
            "readline" => self.uart(argument).map(Op::Readline),
            "pin" if argument.raw().is_str() => self.input(argument).map(Op::PinRead),
            "off_edge" => self.input(argument).map(Op::OffEdge),
            "mask_edge" => self.input(argument).map(Op::MaskEdge),
            "unmask_edge" => self.input(argument).map(Op::UnmaskEdge),
            "off_timer" => self.timer(argument).map(Op::OffTimer),
            "i2c_scan" => self.bus(argument).map(Op::I2cScan),
            "i2c_recover" => self.bus(argument).map(Op::I2cRecover),
            word => return self.simple_sharing(word, argument),
        })
    }

    /// Operations whose argument is a table or a block. The outer `None` means: none of these.
    fn compound(&self, argument: Value<'_>, depth: usize) -> Option<Option<Op>> {
        match argument.key {
            "forever" => return Some(self.forever(argument, depth)),
            "gather" => return Some(self.gather(argument, depth)),
            _ => {}
        }
        let read: Read = match argument.key {
            "call_later" => |_, table, _| call_later(table),
            "call_later_ms" => |_, table, _| call_later_ms(table),
            "call_after_ms" => |_, table, _| call_after_ms(table),
            "gsleep" => |_, table, _| gsleep(table),
            "raise" => |_, table, _| raise(table),
            word => {
                Self::block_with(word).or_else(|| Self::hardware(word)).or_else(|| Self::sharing(word))?
            }
        };
        let Some(mut table) = argument.table() else { return Some(None) };
        let op = read(self, &mut table, depth);
        table.close();
        Some(op)
    }
}

/// How an operation is read whose argument is a table.
type Read = fn(&Scripts<'_>, &mut Table<'_>, usize) -> Option<Op>;

/// An operation without an argument.
fn bare(item: Value<'_>, word: &str) -> Option<Op> {
    match word {
        "time" => return Some(Op::Time),
        "yield" => return Some(Op::Yield),
        "stop" => return Some(Op::Stop),
        "accel" => return Some(Op::Accel),
        _ => {}
    }
    if TABLES.contains(&word) {
        let message = format!("the operation {} needs an argument", quoted(word));
        item.refuse(code::WRONG_TYPE, message, format!("write `{{ {word} = … }}`"));
    } else {
        item.report(words().refuse(item.span(), word));
    }
    None
}

/// What to say about a table whose key is no operation.
fn refuse(argument: Value<'_>) -> Diagnostic {
    let (word, span) = (argument.key, argument.key_span());
    if BARE.contains(&word) {
        let message = format!("the operation `{word}` takes no argument");
        return Diagnostic::new(code::WRONG_TYPE, span, message)
            .help(format!("write the bare word `\"{word}\"`"));
    }
    words().refuse(span, word)
}

fn words() -> Words<'static> {
    Words::new("operation", BARE.into_iter().chain(TABLES)).later(&LATER)
}

fn raise(table: &mut Table<'_>) -> Option<Op> {
    let kind = table.need("kind", "\"ValueError\"").and_then(|value| value.word("error", &ERRORS, &[]));
    let text = table.key("text").map_or(Some(""), Value::text);
    Some(Op::Raise { kind: kind?, text: text?.into() })
}

fn call_later(table: &mut Table<'_>) -> Option<Op> {
    let after = table.need("after", "0.01").and_then(Value::seconds);
    Some(Op::CallLater { text: callback_text(table)?, after: after? })
}

fn call_later_ms(table: &mut Table<'_>) -> Option<Op> {
    let after = milliseconds_until(table);
    Some(Op::CallLaterMs { text: callback_text(table)?, after: after? })
}

fn call_after_ms(table: &mut Table<'_>) -> Option<Op> {
    let after = milliseconds_until(table);
    Some(Op::CallAfterMs { text: callback_text(table)?, after: after? })
}

fn callback_text(table: &mut Table<'_>) -> Option<String> {
    table.need("text", "\"cb\"").and_then(Value::text).map(str::to_owned)
}

/// When a callback runs.
fn milliseconds_until(table: &mut Table<'_>) -> Option<i32> {
    let after = table.need("after", "10").and_then(|value| value.integer(0..=i64::from(i32::MAX)));
    after.map(|ms| ms as i32)
}

fn gsleep(table: &mut Table<'_>) -> Option<Op> {
    let seconds = table.need("s", "0.5").and_then(Value::seconds);
    let granularity =
        table.key("granularity").map_or(Some(100), |value| value.integer(0..=i64::from(i32::MAX)));
    Some(Op::GSleep { seconds: seconds?, granularity: granularity? as i32 })
}

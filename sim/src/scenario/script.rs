//! Scripts: the operations of a scripted task.
//!
//! Owns [`Scripts`], from the array in the file to [`Op`]s. Knows the words and units of the
//! operations, not what they do.
//!
//! Invariant **shallow**: a script is at most [`DEEPEST`] blocks deep, so that it can be walked by
//! recursion.

use super::diagnostic::{Diagnostic, code};
use super::model::{ErrorKind, LedTo, Level, Op};
use super::names::Names;
use super::table::Table;
use super::value::Value;
use super::vocabulary::Vocabulary;
use super::words::{Words, quoted};

/// Blocks in blocks, at most.
const DEEPEST: usize = 64;
/// Bytes that one `read` may ask for.
const LONGEST_READ: i64 = 1 << 20;

/// Operations that are written as a bare word.
const BARE: [&str; 2] = ["time", "yield"];
/// Operations that are written as a table with one key.
const TABLES: [&str; 22] = [
    "log",
    "sleep_ms",
    "sleep",
    "delay",
    "busy_us",
    "create",
    "cancel",
    "wait_for_ms",
    "try",
    "finally",
    "raise",
    "repeat",
    "forever",
    "call_soon",
    "call_later",
    "call_later_ms",
    "any",
    "readline",
    "read",
    "awrite",
    "led",
    "pin",
];
/// Operations of the format that cannot be run yet.
const LATER: [&str; 37] = [
    "after_ms",
    "locked",
    "with_lock",
    "call_set",
    "ev_set",
    "ev_clear",
    "ev_wait",
    "with_sem",
    "barrier",
    "q_put",
    "q_get",
    "q_put_nowait",
    "q_get_nowait",
    "readexactly",
    "pin_wait",
    "on_edge",
    "i2c_write",
    "i2c_read",
    "accel",
    "after",
    "call_after_ms",
    "gsleep",
    "barrier_trigger",
    "barrier_busy",
    "cond_wait",
    "cond_wait_for",
    "cond_notify",
    "cond_notify_all",
    "gather",
    "named",
    "group",
    "cancel_named",
    "cancel_group",
    "is_running",
    "stop",
    "with_bsem",
    "bsem_release",
];
/// The errors that scripts raise and trap.
const ERRORS: [(&str, ErrorKind); 4] = [
    ("Exception", ErrorKind::Exception),
    ("CancelledError", ErrorKind::CancelledError),
    ("TimeoutError", ErrorKind::TimeoutError),
    ("ValueError", ErrorKind::ValueError),
];

/// Reads scripts.
pub struct Scripts<'n> {
    /// What the file declares.
    pub names: &'n Names,
    /// What the board has.
    pub vocabulary: &'n Vocabulary,
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
            return bare(item, word);
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
            "sleep" => argument.seconds().map(Op::Sleep),
            "busy_us" => argument.integer(0..=i64::from(u32::MAX)).map(|us| Op::BusyUs(us as u32)),
            "create" => self.names.scripted_task(argument).map(Op::Create),
            "cancel" => self.names.scripted_task(argument).map(Op::Cancel),
            "call_soon" => argument.text().map(|text| Op::CallSoon(text.into())),
            "any" => self.uart(argument).map(Op::Any),
            "readline" => self.uart(argument).map(Op::Readline),
            _ => return None,
        })
    }

    /// Operations whose argument is a table or a block. The outer `None` means: none of these.
    fn compound(&self, argument: Value<'_>, depth: usize) -> Option<Option<Op>> {
        if argument.key == "forever" {
            return Some(self.forever(argument, depth));
        }
        let read: fn(&Self, &mut Table<'_>, usize) -> Option<Op> = match argument.key {
            "wait_for_ms" => Self::wait_for_ms,
            "try" => Self::try_catch,
            "finally" => Self::finally,
            "repeat" => Self::repeat,
            "raise" => |_, table, _| raise(table),
            "call_later" => |_, table, _| call_later(table),
            "call_later_ms" => |_, table, _| call_later_ms(table),
            "read" => |this, table, _| this.read_bytes(table),
            "awrite" => |this, table, _| this.awrite(table),
            "led" => |this, table, _| this.led(table),
            "pin" => |this, table, _| this.pin(table),
            _ => return None,
        };
        let Some(mut table) = argument.table() else { return Some(None) };
        let op = read(self, &mut table, depth);
        table.close();
        Some(op)
    }

    fn inner(&self, table: &mut Table<'_>, key: &'static str, depth: usize) -> Option<Vec<Op>> {
        table.need(key, "[ … ]").map(|value| self.block(value, depth + 1))
    }

    fn forever(&self, argument: Value<'_>, depth: usize) -> Option<Op> {
        let body = self.block(argument, depth + 1);
        if argument.raw().as_array().is_some_and(|items| items.is_empty()) {
            argument.refuse(
                code::MISSING,
                "`forever` has nothing to repeat and would never end",
                "put at least `\"yield\"` or `{ sleep_ms = 0 }` into it",
            );
        }
        Some(Op::Forever(body))
    }

    fn wait_for_ms(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let limit = table.need("limit", "100").and_then(|value| value.integer(0..=i64::from(i32::MAX)));
        let body = self.inner(table, "do", depth);
        Some(Op::WaitForMs { limit: limit? as i32, body: body? })
    }

    fn try_catch(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let body = self.inner(table, "do", depth);
        let catch = table.need("catch", "[ { on = \"CancelledError\", do = [ … ] } ]");
        let mut handlers = Vec::new();
        for mut handler in catch?.items()?.filter_map(Value::table) {
            let kind =
                handler.need("on", "\"CancelledError\"").and_then(|value| value.word("error", &ERRORS, &[]));
            let body = self.inner(&mut handler, "do", depth);
            handlers.extend(kind.zip(body));
            handler.close();
        }
        Some(Op::Try { body: body?, handlers })
    }

    fn finally(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let body = self.inner(table, "do", depth);
        let then = self.inner(table, "then", depth);
        Some(Op::Finally { body: body?, then: then? })
    }

    fn repeat(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let times = table.need("times", "3").and_then(|value| value.integer(0..=i64::from(u32::MAX)));
        let body = self.inner(table, "do", depth);
        Some(Op::Repeat { times: times? as u32, body: body? })
    }

    fn uart(&self, value: Value<'_>) -> Option<String> {
        self.names.uart_object(value, &self.vocabulary.uarts)
    }

    fn read_bytes(&self, table: &mut Table<'_>) -> Option<Op> {
        let uart = table.need("uart", "\"u\"").and_then(|value| self.uart(value));
        let n = table.need("n", "4").and_then(|value| value.integer(1..=LONGEST_READ));
        Some(Op::Read { uart: uart?, n: n? as usize })
    }

    fn awrite(&self, table: &mut Table<'_>) -> Option<Op> {
        let uart = table.need("uart", "\"u\"").and_then(|value| self.uart(value));
        let data = table.need("data", "\"hello\\n\"").and_then(Value::text);
        Some(Op::Awrite { uart: uart?, data: data?.into() })
    }

    fn led(&self, table: &mut Table<'_>) -> Option<Op> {
        let led =
            table.need("led", "\"LED1\"").and_then(|value| value.known("LED", &self.vocabulary.leds, &[]));
        let words = [("on", LedTo::On), ("off", LedTo::Off), ("toggle", LedTo::Toggle)];
        let to = table.need("to", "\"toggle\"").and_then(|value| value.word("state of an LED", &words, &[]));
        Some(Op::Led { led: led?, to: to? })
    }

    fn pin(&self, table: &mut Table<'_>) -> Option<Op> {
        let pin = table.need("pin", "\"out\"");
        let pin = pin.and_then(|value| self.names.output_object(value, &self.vocabulary.pins));
        let words = [("low", Level::Low), ("high", Level::High)];
        let to = table.need("to", "\"high\"").and_then(|value| value.word("level", &words, &[]));
        Some(Op::Pin { pin: pin?, to: to? })
    }
}

/// An operation without an argument.
fn bare(item: Value<'_>, word: &str) -> Option<Op> {
    match word {
        "time" => return Some(Op::Time),
        "yield" => return Some(Op::Yield),
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
    let text = table.need("text", "\"cb\"").and_then(Value::text);
    Some(Op::CallLater { after: after?, text: text?.into() })
}

fn call_later_ms(table: &mut Table<'_>) -> Option<Op> {
    let after = table.need("after", "10").and_then(|value| value.integer(0..=i64::from(i32::MAX)));
    let text = table.need("text", "\"cb\"").and_then(Value::text);
    Some(Op::CallLaterMs { after: after? as i32, text: text?.into() })
}

//! `[objects]`: what scripted tasks share.
//!
//! Owns its kinds and their keys.

use litemap::LiteMap;

use super::diagnostic::{Diagnostic, code};
use super::model::{
    BarrierCallback, BarrierObject, LockObject, Objects, PinMode, PinObject, Pull, SemaphoreObject,
};
use super::names::Names;
use super::serial;
use super::table::Table;
use super::value::Value;
use super::vocabulary::Vocabulary;
use super::wires::Wires;
use super::words::quoted;

/// Reads `[objects]` and declares their names.
pub fn objects(
    table: Option<Table<'_>>,
    vocabulary: &Vocabulary,
    wires: &mut Wires,
    names: &mut Names,
) -> Objects {
    let Some(mut table) = table else { return Objects::default() };
    let uarts = each_named(table.key("uarts"), |_, entry| serial::object(entry, vocabulary, wires));
    let pins = each_named(table.key("pins"), |name, entry| pin_object(name, entry, vocabulary, wires));
    let objects = Objects {
        uarts,
        pins,
        locks: each(table.key("locks"), lock),
        events: each(table.key("events"), every_ms),
        semaphores: each(table.key("semaphores"), semaphore),
        barriers: each(table.key("barriers"), barrier),
        queues: each(table.key("queues"), queue),
        conditions: each(table.key("conditions"), |_| ()).keys().cloned().collect(),
    };
    table.close();
    names.uarts = objects.uarts.keys().cloned().collect();
    names.pins = objects.pins.iter().map(|(name, pin)| (name.clone(), pin.is_output())).collect();
    names.objects = objects.clone();
    objects
}

/// How often waiters ask again, in milliseconds; 0 is at each turn.
fn every_ms(table: &mut Table<'_>) -> i32 {
    table.key("every_ms").and_then(|value| value.integer(0..=i64::from(i32::MAX))).unwrap_or(0) as i32
}

fn lock(table: &mut Table<'_>) -> LockObject {
    let polled = table.peek("every_ms");
    let styles = [("official", false), ("polled", true)];
    let style = table.key("style").and_then(|value| value.word("style of a lock", &styles, &[]));
    let every_ms = every_ms(table);
    if style == Some(true) {
        return LockObject::Polled { every_ms };
    }
    if let Some(value) = polled {
        let message = "`every_ms` has no effect on an official lock";
        let problem = Diagnostic::new(code::CONFLICT, value.key_span(), message);
        value.report(problem.help("its waiters are parked; add `style = \"polled\"`"));
    }
    LockObject::Official
}

fn semaphore(table: &mut Table<'_>) -> SemaphoreObject {
    let value = table.key("value").and_then(|value| value.integer(0..=i64::from(u32::MAX)));
    let bounded = table.key("bounded").and_then(Value::flag).unwrap_or(false);
    SemaphoreObject { value: value.map_or(1, |value| value as u32), bounded }
}

fn barrier(table: &mut Table<'_>) -> BarrierObject {
    let participants =
        table.need("participants", "3").and_then(|value| value.integer(0..=i64::from(u16::MAX)));
    let callbacks = [("function", BarrierCallback::Function), ("task", BarrierCallback::Task)];
    let callback = table.key("callback").and_then(|value| value.word("callback", &callbacks, &[]));
    BarrierObject { participants: participants.unwrap_or(0) as u16, callback }
}

/// As in the original, only 0 is without limit: a queue with a negative one lets nothing in.
fn queue(table: &mut Table<'_>) -> isize {
    let max = table.key("max").and_then(|value| value.integer(i64::from(i32::MIN)..=i64::from(i32::MAX)));
    max.unwrap_or(0) as isize
}

fn each<'a, T>(value: Option<Value<'a>>, read: impl Fn(&mut Table<'a>) -> T) -> LiteMap<String, T> {
    each_named(value, |_, table| read(table))
}

fn each_named<'a, T>(
    value: Option<Value<'a>>,
    mut read: impl FnMut(&str, &mut Table<'a>) -> T,
) -> LiteMap<String, T> {
    let mut objects = LiteMap::new();
    let Some(value) = value else { return objects };
    let place = format!("an entry of `objects.{}`", value.key);
    let Some(mut table) = value.table() else { return objects };
    for entry in table.entries() {
        let (Some(name), Some(inner)) = (entry.key_name(), entry.table()) else { continue };
        let mut inner = inner.of(place.as_str());
        objects.insert(name.to_owned(), read(name, &mut inner));
        inner.close();
    }
    objects
}

fn pin_object(name: &str, table: &mut Table<'_>, vocabulary: &Vocabulary, wires: &mut Wires) -> PinObject {
    let place = table.need("pin", "\"X3\"");
    let pin = place.and_then(|value| vocabulary.pin(value));
    if let (Some(place), Some(pin)) = (place, &pin) {
        wires.pin(pin, &format!("the pin object {}", quoted(name)), place);
    }
    let modes = [("input", Mode::Input), ("output", Mode::Output), ("open-drain", Mode::OpenDrain)];
    let mode = table.key("mode").and_then(|value| value.word("mode", &modes, &[]));
    let pulls = [("none", Pull::None), ("up", Pull::Up), ("down", Pull::Down)];
    let said = table.key("pull");
    let pull = said.and_then(|value| value.word("pull", &pulls, &[])).unwrap_or_default();
    let mode = match mode.unwrap_or(Mode::Input) {
        Mode::Input => PinMode::Input(pull),
        Mode::OpenDrain => PinMode::OpenDrain(pull),
        Mode::Output => {
            if let Some(value) = said {
                let problem =
                    Diagnostic::new(code::CONFLICT, value.key_span(), "an output has no use for `pull`");
                value.report(problem.help("it drives both ways; leave `pull` out, or make it `open-drain`"));
            }
            PinMode::Output
        }
    };
    PinObject { pin: pin.unwrap_or_default(), mode }
}

#[derive(Clone, Copy)]
enum Mode {
    Input,
    Output,
    OpenDrain,
}

//! `[[actor]]` and `[[stimulus]]`: what the outside world does.
//!
//! Owns how steps are read, and declares actors and marks. Knows the bench only as far as a
//! sender's speed follows from it.

use std::collections::BTreeMap;

use vpyb_core::time::Duration;

use super::devices;
use super::diagnostic::{Diagnostic, code};
use super::model::{Action, Actor, Level, Objects, Part, Step, UartOverride, When};
use super::names::{Names, Unique, only_key};
use super::objects::{BAUDS, DEFAULT_BAUD};
use super::table::Table;
use super::value::Value;
use super::vocabulary::Vocabulary;
use super::words::{alternatives, quoted};

/// One step sends at most so many bytes.
const LONGEST_SEND: u64 = 1 << 20;
/// Actions that can be run.
const ACTIONS: [&str; 7] = ["send", "drive", "stall", "ctrl_c", "set", "feed", "power"];
/// Time words and actions of the format that cannot be run yet.
const LATER: [&str; 15] = [
    "on", "press", "release", "tap", "pulse", "glitch", "break", "ir", "unplug", "plug", "irq", "cancel",
    "network", "await", "within",
];

const TIME_WORDS: &str = "keep one: `at` counts from power-on, `after` from the end of the previous step";

/// What a step needs to know of the bench.
pub struct Bench<'b> {
    /// The names of the board.
    pub vocabulary: &'b Vocabulary,
    /// What is wired to it.
    pub parts: &'b BTreeMap<String, Part>,
    /// Settings by UART.
    pub uarts: &'b BTreeMap<String, UartOverride>,
    /// What scripts share.
    pub objects: &'b Objects,
    /// The file's path.
    pub path: &'b str,
}

impl Bench<'_> {
    /// The speed at which a UART is spoken to if a step does not say.
    fn baud(&self, uart: &str) -> u32 {
        let peer = self.parts.values().find_map(|part| match part {
            Part::SerialPeer { uart: wired, baud } if wired == uart => Some(*baud),
            _ => None,
        });
        let setting = || self.uarts.get(uart).and_then(|setting| setting.baud);
        let object =
            || self.objects.uarts.values().find(|object| object.uart == uart).map(|object| object.baud);
        peer.or_else(setting).or_else(object).unwrap_or(DEFAULT_BAUD)
    }
}

/// Reads both lists.
pub fn actors(
    actors: Vec<Table<'_>>,
    stimuli: Vec<Table<'_>>,
    bench: &Bench<'_>,
    names: &mut Names,
) -> Vec<Actor> {
    let mut read = Vec::new();
    let mut unique = Unique::default();
    let mut marks = Unique::default();
    for mut table in actors {
        let named = table.need("name", "\"line\"");
        let name = named.and_then(|value| Some((value, value.name()?)));
        let steps = table.need("steps", "[ { at = \"1s\", send = { … } } ]").and_then(Value::items);
        let steps = steps.into_iter().flatten().filter_map(Value::table);
        let steps = steps.filter_map(|table| step(table.called("a step"), bench, &mut marks)).collect();
        table.close();
        let Some((value, name)) = name else { continue };
        unique.claim("actor", name, value);
        read.push(Actor { name: name.to_owned(), steps });
    }
    for (n, table) in stimuli.into_iter().enumerate() {
        let name = format!("stimulus#{}", n + 1);
        let steps = step(table, bench, &mut marks).into_iter().collect();
        read.push(Actor { name, steps });
    }
    names.marks = marks.names().cloned().collect();
    names.stimuli = marks.names().cloned().chain(read.iter().map(|actor| actor.name.clone())).collect();
    read
}

fn step(mut table: Table<'_>, bench: &Bench<'_>, marks: &mut Unique) -> Option<Step> {
    let when = when(&mut table);
    let mark = table.key("mark").and_then(|value| Some((value, value.name()?)));
    if let Some((value, name)) = mark {
        marks.claim("mark", name, value);
    }
    let chosen = only_key(&table, &ACTIONS, "this step", "make two steps of it");
    let [send, drive, stall, ctrl_c, set, feed, power] = ACTIONS.map(|action| table.key(action));
    let (span, problems) = (table.span(), table.problems());
    table.later(&LATER);
    let clean = table.close();
    let action = match chosen {
        Err(()) => return None,
        Ok(Some("send")) => self::send(send?, bench)?,
        Ok(Some("drive")) => self::drive(drive?, bench)?,
        Ok(Some("stall")) => Action::Stall(stall?.duration()?),
        Ok(Some("ctrl_c")) => self::ctrl_c(ctrl_c?)?,
        Ok(Some("set")) => devices::set(set?, bench.parts)?,
        Ok(Some("feed")) => devices::feed(feed?, bench.parts, bench.path)?,
        Ok(Some(_)) => devices::power(power?, bench.parts)?,
        Ok(None) => Action::Nothing,
    };
    if action == Action::Nothing && mark.is_none() && clean {
        let problem = Diagnostic::new(code::MISSING, span, "this step does nothing");
        problems.add(problem.help(format!("add {}, or a `mark`", alternatives(&ACTIONS))));
    }
    Some(Step { when, action, mark: mark.map(|(_, name)| name.to_owned()) })
}

fn when(table: &mut Table<'_>) -> When {
    // Both words at once are reported; either may stand for them then.
    let _ = only_key(table, &["at", "after"], "this step", TIME_WORDS);
    let (at, after) = (table.key("at"), table.key("after"));
    match at.and_then(Value::instant) {
        Some(at) => When::At(at),
        None => When::After(after.and_then(Value::duration).unwrap_or(Duration::ZERO)),
    }
}

fn send(value: Value<'_>, bench: &Bench<'_>) -> Option<Action> {
    let mut table = value.table()?;
    let to = table.need("to", "\"uart2\"").and_then(|value| receiver(value, bench));
    let data = table.need("data", "\"Run\\r\\n\"").and_then(Value::text);
    let count = table.key("times");
    let times = count.map_or(Some(1), |value| value.integer(1..=i64::from(u32::MAX)));
    let baud = table.key("baud").map(|value| value.integer(BAUDS));
    table.close();
    let (to, data, times) = (to?, data?, times? as u32);
    let bytes = (data.len() as u64).saturating_mul(u64::from(times));
    if bytes > LONGEST_SEND {
        let place = count.unwrap_or(value);
        let message = format!("this step would send {bytes} bytes");
        place.refuse(code::OUT_OF_RANGE, message, format!("a step sends at most {LONGEST_SEND} bytes"));
        return None;
    }
    let baud = match baud {
        Some(baud) => baud? as u32,
        None => bench.baud(&to),
    };
    Some(Action::Send { to, data: data.into(), times, baud })
}

/// The UART that bytes are sent to.
fn receiver(value: Value<'_>, bench: &Bench<'_>) -> Option<String> {
    if let Some(Part::SerialPeer { uart, .. } | Part::UartFeed { uart }) = bench.parts.get(value.text()?) {
        let message = format!("{} is a part; bytes are sent to a UART", quoted(value.text()?));
        value.refuse(code::UNKNOWN_NAME, message, format!("write `to = \"{uart}\"`, to which it is wired"));
        return None;
    }
    value.known("UART", &bench.vocabulary.uarts, &[])
}

/// `ctrl_c = true`: there is nothing else to say.
fn ctrl_c(value: Value<'_>) -> Option<Action> {
    if !value.flag()? {
        value.refuse(
            code::OUT_OF_RANGE,
            "`ctrl_c = false` does nothing",
            "write `ctrl_c = true`, or leave it out",
        );
        return None;
    }
    Some(Action::CtrlC)
}

fn drive(value: Value<'_>, bench: &Bench<'_>) -> Option<Action> {
    let mut table = value.table()?;
    let pin = table.need("pin", "\"X3\"").and_then(|value| bench.vocabulary.pin(value));
    let levels = [("low", Some(Level::Low)), ("high", Some(Level::High)), ("float", None)];
    let level = table.need("level", "\"high\"").and_then(|value| value.word("level", &levels, &[]));
    table.close();
    Some(Action::Drive { pin: pin?, level: level? })
}

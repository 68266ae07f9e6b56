//! What a step of an actor does.
//!
//! Owns the words of the actions and their keys.

use vpyb_core::time::Duration;

use super::super::diagnostic::{Diagnostic, code};
use super::super::infrared;
use super::super::model::{Action, Level, Part};
use super::super::names::undeclared;
use super::super::network;
use super::super::serial::BAUDS;
use super::super::table::Table;
use super::super::value::Value;
use super::super::words::quoted;
use super::super::{buttons, devices};
use super::Bench;

/// One step sends at most so many bytes.
const LONGEST_SEND: u64 = 1 << 20;
/// How long an `await` lasts if nothing is said.
const DEFAULT_WITHIN: Duration = Duration::from_secs(1);
/// Actions that can be run.
#[rustfmt::skip]
pub const ACTIONS: [&str; 20] = [
    "send", "break", "drive", "pulse", "glitch", "press", "release", "tap", "plug", "unplug", "irq", "set", "feed", "power", "ir",
    "network",
    "stall", "cancel", "ctrl_c", "await",
];

const LEVELS: [(&str, Level); 2] = [("low", Level::Low), ("high", Level::High)];

impl Bench<'_> {
    /// The action of a word.
    pub(super) fn action(&self, word: &str, value: Value<'_>, table: &mut Table<'_>) -> Option<Action> {
        match word {
            "send" => self.send(value),
            "break" => self.break_line(value),
            "drive" => self.drive(value),
            "pulse" => self.pulse(value),
            "glitch" => self.glitch(value),
            "press" => Some(Action::Press { part: self.button(value)?, pressed: true }),
            "release" => Some(Action::Press { part: self.button(value)?, pressed: false }),
            "tap" => self.tap(value),
            "plug" => Some(Action::Plug { link: self.link(value)?, plugged: true }),
            "unplug" => Some(Action::Plug { link: self.link(value)?, plugged: false }),
            "irq" => {
                let mut irq = value.table()?;
                let pin = self.pin(&mut irq);
                irq.close();
                Some(Action::Irq { pin: pin? })
            }
            "set" => devices::set(value, self.parts),
            "feed" => devices::feed(value, self.parts, self.path),
            "power" => devices::power(value, self.parts),
            "ir" => infrared::action(value, self.parts),
            "network" => network::change(value, self.parts.values()),
            "stall" => Some(Action::Stall(value.duration()?)),
            "cancel" => self.names.seen_task(value).map(Action::Cancel),
            "ctrl_c" => ctrl_c(value),
            _ => {
                let event = self.events().read(value);
                let within = table.key("within").map_or(Some(DEFAULT_WITHIN), Value::duration);
                Some(Action::Await { event: event?, within: within? })
            }
        }
    }

    fn pin(&self, table: &mut Table<'_>) -> Option<String> {
        table.need("pin", "\"X3\"").and_then(|value| self.vocabulary.pin(value))
    }

    fn send(&self, value: Value<'_>) -> Option<Action> {
        let mut table = value.table()?;
        let to = table.need("to", "\"uart2\"").and_then(|value| self.receiver(value));
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
            None => self.baud(&to),
        };
        Some(Action::Send { to, data: data.into(), times, baud })
    }

    fn break_line(&self, value: Value<'_>) -> Option<Action> {
        let mut table = value.table()?;
        let place = table.need("to", "\"uart2\"");
        let to = place.and_then(|value| self.receiver(value));
        let span = table.need("for", "\"2ms\"").and_then(Value::lasting);
        table.close();
        let (to, span) = (to?, span?);
        let feeds = |part: &Part| matches!(part, Part::UartFeed { uart } if *uart == to);
        if let Some(place) = place.filter(|_| self.parts.values().any(feeds)) {
            let message = format!("what `{to}` is fed with comes without a wire, which has no break");
            place.refuse(code::CONFLICT, message, "leave the `uart-feed` out");
            return None;
        }
        Some(Action::Break { to, span })
    }

    /// The UART that bytes are sent to.
    fn receiver(&self, value: Value<'_>) -> Option<String> {
        if let Some(Part::SerialPeer { uart, .. } | Part::UartFeed { uart }) = self.parts.get(value.text()?) {
            let message = format!("{} is a part; bytes are sent to a UART", quoted(value.text()?));
            let help = format!("write `to = \"{uart}\"`, to which it is wired");
            value.refuse(code::UNKNOWN_NAME, message, help);
            return None;
        }
        value.known("UART", &self.vocabulary.uarts, &[])
    }

    fn drive(&self, value: Value<'_>) -> Option<Action> {
        let mut table = value.table()?;
        let pin = self.pin(&mut table);
        let levels = [("low", Some(Level::Low)), ("high", Some(Level::High)), ("float", None)];
        let level = table.need("level", "\"high\"").and_then(|value| value.word("level", &levels, &[]));
        table.close();
        Some(Action::Drive { pin: pin?, level: level? })
    }

    fn pulse(&self, value: Value<'_>) -> Option<Action> {
        let mut table = value.table()?;
        let pin = self.pin(&mut table);
        let level = table.need("level", "\"low\"").and_then(|value| value.word("level", &LEVELS, &[]));
        let span = table.need("for", "\"1ms\"").and_then(Value::lasting);
        table.close();
        Some(Action::Pulse { pin: pin?, level: level?, span: span? })
    }

    fn glitch(&self, value: Value<'_>) -> Option<Action> {
        let mut table = value.table()?;
        let pin = self.pin(&mut table);
        let span = table.need("for", "\"2us\"").and_then(Value::lasting);
        table.close();
        Some(Action::Glitch { pin: pin?, span: span? })
    }

    fn tap(&self, value: Value<'_>) -> Option<Action> {
        let mut table = value.table()?;
        let part = table.need("part", "\"USR\"").and_then(|value| self.button(value));
        let span = table.need("for", "\"80ms\"").and_then(Value::lasting);
        table.close();
        Some(Action::Tap { part: part?, span: span? })
    }

    fn button(&self, value: Value<'_>) -> Option<String> {
        buttons::named(value.text()?, value.span(), value, self.parts, self.vocabulary)
    }

    /// A link of the board, by its two pins.
    fn link(&self, value: Value<'_>) -> Option<[String; 2]> {
        let ends: Vec<Value<'_>> = value.items()?.collect();
        let [one, other] = ends[..] else {
            value.refuse(code::MALFORMED, "a link joins two pins", "write it as `[\"X1\", \"X2\"]`");
            return None;
        };
        let ends = [one.text()?, other.text()?];
        let same = |link: &&[String; 2]| {
            let [a, b] = link;
            ends == [a, b] || ends == [b, a]
        };
        let found = self.links.iter().find(same).cloned();
        if found.is_none() {
            let name = |[a, b]: &[String; 2]| format!("{a}-{b}");
            let links: Vec<String> = self.links.iter().map(name).collect();
            let wanted = format!("{}-{}", ends[0], ends[1]);
            value.report(undeclared("link", &wanted, value.span(), &links));
        }
        found
    }
}

/// `ctrl_c = true`: there is nothing else to say.
fn ctrl_c(value: Value<'_>) -> Option<Action> {
    if !value.flag()? {
        let message = "`ctrl_c = false` does nothing";
        value.refuse(code::OUT_OF_RANGE, message, "write `ctrl_c = true`, or leave it out");
        return None;
    }
    Some(Action::CtrlC)
}

/// A step that says how long it waits must wait.
pub(super) fn refuse_within(table: &mut Table<'_>) {
    if let Some(within) = table.key("within") {
        let problem = Diagnostic::new(code::MISSING, within.key_span(), "`within` is here, but no `await`");
        within.report(problem.help("`within` says how long `await` waits at most"));
    }
}

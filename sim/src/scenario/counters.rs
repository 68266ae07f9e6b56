//! The names of counters.
//!
//! Owns the families of counters that every run has, and what each of them counts. Names that a
//! driver adds are in the vocabulary. Knows no values.

use std::ops::Range;

use super::bound::Quantity;
use super::diagnostic::{Diagnostic, code};
use super::names::Names;
use super::vocabulary::Vocabulary;
use super::words::{Words, quoted};

const UART: [(&str, Quantity); 7] = [
    ("bytes", Quantity::Count),
    ("overrun", Quantity::Count),
    ("framing", Quantity::Count),
    ("parity", Quantity::Count),
    ("noise", Quantity::Count),
    ("lost", Quantity::Count),
    ("high_water", Quantity::Count),
];
const SENT: [(&str, Quantity); 1] = [("bytes", Quantity::Count)];
const TASK: [(&str, Quantity); 7] = [
    ("steps", Quantity::Count),
    ("max_latency", Quantity::Time),
    ("max_step", Quantity::Time),
    ("sleep_overrun", Quantity::Time),
    ("sleep_bound", Quantity::Time),
    ("sleep_bound.sum", Quantity::Time),
    ("cancelled", Quantity::Count),
];
const SCHED: [(&str, Quantity); 6] = [
    ("unawaited", Quantity::Count),
    ("never_started", Quantity::Count),
    ("passes", Quantity::Count),
    ("idle", Quantity::Time),
    ("bound", Quantity::Time),
    ("bound.sum", Quantity::Time),
];
const PIN: [(&str, Quantity); 4] = [
    ("edges", Quantity::Count),
    ("contention", Quantity::Count),
    ("coalesced", Quantity::Count),
    ("floating_reads", Quantity::Count),
];
const TIMER: [(&str, Quantity); 1] = [("coalesced", Quantity::Count)];
const EVENT: [(&str, Quantity); 1] = [("set_while_set", Quantity::Count)];
const I2C: [(&str, Quantity); 3] =
    [("nack", Quantity::Count), ("crc_errors", Quantity::Count), ("stretch", Quantity::Count)];
const LED: [(&str, Quantity); 1] = [("toggles", Quantity::Count)];

/// What a counter counts, or what is wrong with its name. `span` is where the name stands.
pub fn quantity(
    name: &str,
    span: Range<usize>,
    names: &Names,
    vocabulary: &Vocabulary,
) -> Result<Quantity, Diagnostic> {
    let parts: Vec<&str> = name.split('.').collect();
    let own = match parts[..] {
        [uart, "rx", last] if vocabulary.uarts.iter().any(|name| name == uart) => member(&UART, last),
        [uart, "tx", last] if vocabulary.uarts.iter().any(|name| name == uart) => member(&SENT, last),
        ["task", task, ref last @ ..] if !last.is_empty() => {
            if !names.is_task(task) {
                return Err(names.unknown_task(task, span));
            }
            member(&TASK, &last.join("."))
        }
        ["sched", ref last @ ..] if !last.is_empty() => member(&SCHED, &last.join(".")),
        ["event", _, last] => member(&EVENT, last),
        [bus, last] if vocabulary.buses.iter().any(|name| name == bus) => member(&I2C, last),
        [timer, last] if vocabulary.timers.iter().any(|name| name == timer) => member(&TIMER, last),
        ["led", led, last] if vocabulary.leds.iter().any(|name| name == led) => member(&LED, last),
        ["pin", pin, last] if vocabulary.pins.iter().any(|name| name == pin) => member(&PIN, last),
        ["pin", pin, _] => {
            return Err(Words::new("pin", vocabulary.pins.iter().map(String::as_str)).refuse(span, pin));
        }
        _ => Err(None),
    };
    let family = match own {
        Ok(quantity) => return Ok(quantity),
        Err(_) if begins_with_known(name, vocabulary) => return Ok(Quantity::Any),
        Err(family) => family,
    };
    let message = format!("unknown counter {}", quoted(name));
    let problem = Diagnostic::new(code::UNKNOWN_NAME, span, message);
    Err(match (family, name.rsplit_once('.')) {
        (Some(family), Some((first, _))) => full_names(first, family, |words| words.advise(problem, name)),
        _ => {
            let advised = full_names("sched", &SCHED, |words| words.advise(problem.clone(), name));
            let meant = advised.help.as_ref().is_some_and(|help| help.starts_with("did you mean"));
            if meant { advised } else { problem.help(FORMS) }
        }
    })
}

fn full_names<T>(first: &str, family: Family, with: impl FnOnce(Words<'_>) -> T) -> T {
    let names: Vec<String> = family.iter().map(|(last, _)| format!("{first}.{last}")).collect();
    with(Words::new("counter here", names.iter().map(String::as_str)))
}

const FORMS: &str = "counters are such as `uart4.rx.overrun`, `task.reader.max_latency`, `sched.passes`, \
                     `pin.X1.edges`, and what drivers count";

type Family = &'static [(&'static str, Quantity)];

fn member(family: Family, word: &str) -> Result<Quantity, Option<Family>> {
    family.iter().find(|(name, _)| *name == word).map(|(_, quantity)| *quantity).ok_or(Some(family))
}

fn begins_with_known(name: &str, vocabulary: &Vocabulary) -> bool {
    vocabulary.counters.iter().any(|first| {
        name.strip_prefix(first.trim_end_matches('.'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

//! `[[actor]]` and `[[stimulus]]`: what the outside world does.
//!
//! Owns how steps are read, and declares actors and marks; the actions are in `actions`. Knows the bench only as far
//! as a sender's speed follows from it.

mod actions;

use litemap::LiteMap;

use vpyb_core::time::Duration;

use super::diagnostic::{Diagnostic, code};
use super::events::Events;
use super::model::{Action, Actor, Objects, Part, Step, UartOverride, When};
use super::names::{Names, Unique, only_key};
use super::serial::DEFAULT_BAUD;
use super::table::Table;
use super::value::Value;
use super::vocabulary::Vocabulary;
use super::words::alternatives;
use actions::{ACTIONS, refuse_within};

/// Actions of the format that cannot be run yet.
const LATER: [&str; 0] = [];

const TIME_WORDS: &str = "keep one: `at` counts from power-on, `after` from the end of the previous step, and `on` \
                          waits for an event";

/// What a step needs to know of the bench.
pub struct Bench<'b> {
    /// The names of the board.
    pub vocabulary: &'b Vocabulary,
    /// What the file declares.
    pub names: &'b Names,
    /// The wires that can be pulled out.
    pub links: &'b [[String; 2]],
    /// What is wired to it.
    pub parts: &'b LiteMap<String, Part>,
    /// Settings by UART.
    pub uarts: &'b LiteMap<String, UartOverride>,
    /// What scripts share.
    pub objects: &'b Objects,
    /// The file's path.
    pub path: &'b str,
}

impl Bench<'_> {
    fn events(&self) -> Events<'_> {
        Events { names: self.names, vocabulary: self.vocabulary }
    }

    /// The speed at which a UART is spoken to if a step does not say.
    fn baud(&self, uart: &str) -> u32 {
        let peer = self.parts.values().find_map(|part| match part {
            Part::SerialPeer { uart: wired, baud, .. } if wired == uart => Some(*baud),
            _ => None,
        });
        let setting = || self.uarts.get(uart).and_then(|setting| setting.baud);
        let object =
            || self.objects.uarts.values().find(|object| object.uart == uart).map(|object| object.baud);
        peer.or_else(setting).or_else(object).unwrap_or(DEFAULT_BAUD)
    }
}

/// Declares actors and marks, which steps anywhere may wait for.
pub fn declare(actors: &[Table<'_>], stimuli: &[Table<'_>], names: &mut Names) {
    let text = |table: &Table<'_>, key: &str| Some(table.peek(key)?.raw().as_str()?.to_owned());
    for actor in actors {
        names.stimuli.extend(text(actor, "name"));
        let steps = actor.peek("steps").and_then(|steps| steps.raw().as_array());
        let steps = steps.into_iter().flatten().filter_map(|step| step.get_ref().as_table());
        names.marks.extend(steps.filter_map(|step| Some(step.get("mark")?.get_ref().as_str()?.to_owned())));
    }
    for (n, stimulus) in stimuli.iter().enumerate() {
        names.stimuli.insert(lone(n));
        names.marks.extend(text(stimulus, "mark"));
    }
    names.stimuli.extend(names.marks.iter().cloned());
}

/// What the nth `[[stimulus]]` is called.
fn lone(n: usize) -> String {
    format!("stimulus#{}", n + 1)
}

/// Reads both lists.
pub fn actors(actors: Vec<Table<'_>>, stimuli: Vec<Table<'_>>, bench: &Bench<'_>) -> Vec<Actor> {
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
        let steps = step(table.of("a step"), bench, &mut marks).into_iter().collect();
        read.push(Actor { name: lone(n), steps });
    }
    read
}

fn step(mut table: Table<'_>, bench: &Bench<'_>, marks: &mut Unique) -> Option<Step> {
    let when = when(&mut table, bench);
    let mark = table.key("mark").and_then(|value| Some((value, value.name()?)));
    if let Some((value, name)) = mark {
        marks.claim("mark", name, value);
    }
    let chosen = only_key(&table, &ACTIONS, "this step", "make two steps of it");
    let arguments = ACTIONS.map(|action| (action, table.key(action)));
    let action = match chosen {
        Err(()) => None,
        Ok(None) => Some(Action::Nothing),
        Ok(Some(word)) => {
            let argument = arguments.iter().find(|(action, _)| *action == word).and_then(|(_, value)| *value);
            argument.and_then(|value| bench.action(word, value, &mut table))
        }
    };
    if chosen != Ok(Some("await")) {
        refuse_within(&mut table);
    }
    let (span, problems) = (table.span(), table.problems());
    table.later(&LATER);
    let clean = table.close();
    if action == Some(Action::Nothing) && mark.is_none() && clean {
        let problem = Diagnostic::new(code::MISSING, span.clone(), "this step does nothing");
        problems.add(problem.help(format!("add {}, or a `mark`", alternatives(&ACTIONS))));
    }
    Some(Step { when: when?, action: action?, mark: mark.map(|(_, name)| name.to_owned()), span })
}

/// Of several time words, which are reported, the first one stands.
fn when(table: &mut Table<'_>, bench: &Bench<'_>) -> Option<When> {
    let _ = only_key(table, &["at", "after", "on"], "this step", TIME_WORDS);
    let (at, after, on) = (table.key("at"), table.key("after"), table.key("on"));
    match (at, after, on) {
        (Some(at), ..) => at.instant().map(When::At),
        (_, Some(after), _) => after.duration().map(When::After),
        (_, _, Some(on)) => bench.events().read(on).map(When::On),
        _ => Some(When::After(Duration::ZERO)),
    }
}

//! Who uses which pin, as far as the file says.
//!
//! Owns the checks of wiring: a pin that two want, links that join nothing or what drives both ways. Knows no board:
//! the pins of units are in the vocabulary.

use std::ops::Range;

use litemap::LiteMap;

use super::diagnostic::{Diagnostic, code};
use super::model::UartFlow;
use super::value::Value;
use super::vocabulary::{UnitPin, Vocabulary};
use super::words::quoted;

/// A claim on a pin: by whom, and where it stands.
#[derive(Clone, PartialEq, Debug)]
struct Claim {
    who: String,
    span: Range<usize>,
}

/// All claims of a file.
#[derive(Default)]
pub struct Wires {
    /// What the firmware does with a pin.
    firmware: LiteMap<String, Claim>,
    /// What drives a pin both high and low, from either side.
    drivers: Vec<(String, Claim)>,
    links: Vec<([String; 2], Range<usize>)>,
}

impl Wires {
    /// The firmware uses a pin. A pin has one user, who may ask for it as often as it likes.
    pub fn pin(&mut self, pin: &str, who: &str, place: Value<'_>) {
        let claim = Claim { who: who.to_owned(), span: place.span() };
        let Some(first) = self.firmware.get(pin) else {
            self.firmware.insert(pin.to_owned(), claim);
            return;
        };
        if first.who != claim.who {
            let message = format!("{} and {} both use the pin `{pin}`", first.who, claim.who);
            let problem = Diagnostic::new(code::CONFLICT, claim.span, message)
                .label("the second one")
                .also(first.span.clone(), "the first one");
            place.report(problem.help("give one of them another pin"));
        }
    }

    /// The firmware uses a unit, and with it its pins.
    pub fn unit(&mut self, unit: &str, place: Value<'_>, vocabulary: &Vocabulary) {
        for UnitPin { pin, drives, .. } in vocabulary.pins_of(unit) {
            self.pin(pin, &quoted(unit), place);
            if *drives {
                self.driver(pin, &quoted(unit), place);
            }
        }
    }

    /// The firmware uses pins of a unit for flow control.
    pub fn flow(&mut self, unit: &str, flow: UartFlow, place: Value<'_>, vocabulary: &Vocabulary) {
        for UnitPin { pin, drives, .. } in vocabulary.flow_pins_of(unit) {
            if (*drives && flow.rts) || (!*drives && flow.cts) {
                self.pin(pin, &quoted(unit), place);
            }
            if *drives && flow.rts {
                self.driver(pin, &quoted(unit), place);
            }
        }
    }

    /// Something drives a pin's net both high and low.
    pub fn driver(&mut self, pin: &str, who: &str, place: Value<'_>) {
        let claim = Claim { who: who.to_owned(), span: place.span() };
        if !self.drivers.iter().any(|(own, other)| own == pin && other.who == claim.who) {
            self.drivers.push((pin.to_owned(), claim));
        }
    }

    /// Something on the bench is wired to a pin; false if none can be.
    pub fn reaches(&self, pin: &str, place: Value<'_>, vocabulary: &Vocabulary) -> bool {
        let fixed = vocabulary.is_fixed(pin);
        if fixed {
            let message = format!("nothing can be wired to `{pin}`");
            place.refuse(code::CONFLICT, message, "it is on no header of the board");
        }
        !fixed
    }

    /// A wire joins two pins.
    pub fn link(&mut self, [a, b]: &[String; 2], place: Value<'_>, vocabulary: &Vocabulary) {
        if a == b {
            place.refuse(code::CONFLICT, "this links a pin to itself", "name two pins");
            return;
        }
        if ![a, b].into_iter().all(|pin| self.reaches(pin, place, vocabulary)) {
            return;
        }
        let same = |[c, d]: &[String; 2]| (a, b) == (c, d) || (a, b) == (d, c);
        if let Some((_, first)) = self.links.iter().find(|(link, _)| same(link)) {
            let message = format!("`{a}` and `{b}` are linked twice");
            let problem = Diagnostic::new(code::DUPLICATE, place.span(), message)
                .label("the second one")
                .also(first.clone(), "the first one");
            place.report(problem.help("one wire is enough"));
            return;
        }
        self.links.push(([a.clone(), b.clone()], place.span()));
    }

    /// What is wrong with the whole: nets that more than one drives.
    pub fn problems(&self) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        let mut found: LiteMap<String, &(String, Claim)> = LiteMap::new();
        for driver in &self.drivers {
            let (pin, claim) = driver;
            let Some((other_pin, other)) = found.insert(self.net_of(pin), driver) else { continue };
            let message = format!(
                "{} drives `{pin}` and {} drives `{other_pin}`, which {}",
                claim.who,
                other.who,
                if pin == other_pin { "are one pin" } else { "links join" },
            );
            let help = "one may drive a wire: a TX belongs to an RX, and a part to a pin that is free";
            let problem = Diagnostic::new(code::CONFLICT, claim.span.clone(), message)
                .label("the second one")
                .also(other.span.clone(), "the first one");
            problems.push(problem.help(help));
        }
        problems
    }

    /// The first pin by name of all that links join to this one.
    fn net_of(&self, pin: &str) -> String {
        let mut net = vec![pin];
        let mut next = 0;
        while let Some(&pin) = net.get(next) {
            for ([a, b], _) in &self.links {
                let other = if a == pin {
                    b
                } else if b == pin {
                    a
                } else {
                    continue;
                };
                if !net.contains(&other.as_str()) {
                    net.push(other);
                }
            }
            next += 1;
        }
        net.into_iter().min().unwrap_or(pin).to_owned()
    }
}

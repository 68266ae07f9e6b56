//! `[[fault]]`: what goes wrong, where and when.
//!
//! Owns the words of faults, which of them may be where, and their keys. Knows no model of what fails.

use litemap::LiteMap;
use toml::de::DeValue;
use vpyb_core::time::Duration;

use super::diagnostic::{Diagnostic, code};
use super::model::{Fault, FaultPlace, Part, Strikes, What};
use super::names::undeclared;
use super::table::Table;
use super::value::Value;
use super::vocabulary::Vocabulary;
use super::words::{Words, quoted};

/// Where a fault can be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    /// An I2C part, or a bus.
    I2c,
    /// A bus.
    Bus,
    /// A UART, its peer, or its RX pin.
    Uart,
    /// A pin, what stands on one, or a link.
    Wire,
    /// One of the two, or an I2C part.
    Low,
    /// A part with a supply.
    Supply,
    /// A pin or a timer.
    Line,
    /// One of them, or a UART.
    LateLine,
    Cpu,
    Network,
}

/// How long a fault lasts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lasts {
    /// It is over at once.
    No,
    /// The file may say.
    May,
    /// The file must say.
    Must,
}

const FAULTS: [(&str, Where, Lasts); 18] = [
    ("nack", Where::I2c, Lasts::No),
    ("crc", Where::I2c, Lasts::No),
    ("stretch", Where::I2c, Lasts::Must),
    ("stuck_low", Where::Low, Lasts::May),
    ("arbitration", Where::Bus, Lasts::No),
    ("drop_byte", Where::Uart, Lasts::No),
    ("flip_bit", Where::Uart, Lasts::No),
    ("framing", Where::Uart, Lasts::No),
    ("noise", Where::Uart, Lasts::No),
    ("glitch", Where::Wire, Lasts::May),
    ("bounce_storm", Where::Wire, Lasts::May),
    ("unplug", Where::Wire, Lasts::May),
    ("power_off", Where::Supply, Lasts::Must),
    ("late_irq", Where::LateLine, Lasts::Must),
    ("lost_irq", Where::Line, Lasts::No),
    ("stall", Where::Cpu, Lasts::Must),
    ("outage", Where::Network, Lasts::Must),
    ("reset", Where::Network, Lasts::No),
];

/// What can go wrong, in the words of scenario files.
pub fn fault_words() -> impl Iterator<Item = &'static str> {
    FAULTS.iter().map(|(word, ..)| *word)
}

/// The board's accelerometer, which needs no part.
pub const ACCEL: (&str, &str) = ("accel", "i2c1");

/// What a fault needs to know of the bench.
pub struct Bench<'b> {
    /// The names of the board.
    pub vocabulary: &'b Vocabulary,
    /// The links of the file.
    pub links: &'b [[String; 2]],
    /// The parts of the file.
    pub parts: &'b LiteMap<String, Part>,
}

/// Reads all of them.
pub fn faults(tables: Vec<Table<'_>>, bench: &Bench<'_>) -> Vec<Fault> {
    tables.into_iter().filter_map(|table| fault(table.called("a fault"), bench)).collect()
}

fn fault(mut table: Table<'_>, bench: &Bench<'_>) -> Option<Fault> {
    let what = table.need("what", "\"nack\"").and_then(what);
    let place = table.need("where", "\"uart2\"");
    let place = what.as_ref().and_then(|&(word, at, _)| bench.place(word, at, place?));
    let (strikes, each) = strikes(&mut table);
    table.close();
    let (what, _, lasts) = what?;
    Some(Fault { what, place: place?, lasts, strikes: strikes?, each })
}

/// `"nack"`, or `{ stretch = "1ms" }`.
fn what(value: Value<'_>) -> Option<(&'static str, Where, Option<Duration>)> {
    let known = |word: &str| FAULTS.into_iter().find(|(own, ..)| *own == word);
    let unknown = |word: &str, span| {
        let words = Words::new("fault", fault_words());
        let message = format!("unknown fault {}", quoted(word));
        value.report(words.advise(Diagnostic::new(code::UNKNOWN_NAME, span, message), word));
        None
    };
    if !matches!(value.raw(), DeValue::Table(_)) {
        let word = value.text()?;
        let Some((word, at, lasts)) = known(word) else { return unknown(word, value.span()) };
        value.hear("a fault's kind", FAULTS.iter().map(|(word, ..)| *word), [word]);
        if lasts == Lasts::Must {
            let message = format!("{} does not say how long it lasts", quoted(word));
            value.refuse(code::MISSING, message, format!("write `what = {{ {word} = \"1ms\" }}`"));
            return None;
        }
        return Some((word, at, None));
    }
    let entries: Vec<Value<'_>> = value.table()?.entries().collect();
    let [entry] = entries[..] else {
        value.refuse(code::CONFLICT, "a fault is one thing", "make two faults of it");
        return None;
    };
    let Some((word, at, lasts)) = known(entry.key) else { return unknown(entry.key, entry.key_span()) };
    entry.hear("a fault's kind", FAULTS.iter().map(|(word, ..)| *word), [word]);
    if lasts == Lasts::No {
        entry.refuse(
            code::CONFLICT,
            format!("{} is over at once", quoted(word)),
            format!("write `what = \"{word}\"`"),
        );
        return None;
    }
    Some((word, at, Some(entry.lasting()?)))
}

/// When it strikes.
fn strikes(table: &mut Table<'_>) -> (Option<Strikes>, bool) {
    let [at, from, until, every, count, probability, each] =
        ["at", "from", "until", "every", "count", "probability", "each"].map(|key| table.key(key));
    let said = |value: Option<Value<'_>>| value.is_some();
    let is_each = each.and_then(Value::flag).unwrap_or(false);
    let timed = [at, from, until, every, count, probability].into_iter().any(said);
    if !timed && !is_each {
        let message = "this fault does not say when it strikes";
        let problem = Diagnostic::new(code::MISSING, table.span(), message);
        let help = "add `at`, `from` and `until`, `every`, `count`, `probability`, or `each = true`";
        table.problems().add(problem.help(help));
        return (None, is_each);
    }
    let others: [Option<Value<'_>>; 5] = [from, until, every, count, probability];
    if let (Some(at), Some(other)) = (at, others.into_iter().flatten().next()) {
        let message = format!("`at` is one opportunity, and {} speaks of several", quoted(other.key));
        let problem = Diagnostic::new(code::CONFLICT, other.key_span(), message);
        at.report(problem.help("leave one of them out"));
    }
    if let Some(other) = [at, every, count, probability].into_iter().flatten().next().filter(|_| is_each) {
        let message =
            format!("`each` takes one opportunity after the other, and {} chooses", quoted(other.key));
        let problem = Diagnostic::new(code::CONFLICT, other.key_span(), message);
        other.report(problem.help("leave one of them out; `from` and `until` may stay"));
    }
    let number = |value: Option<Value<'_>>| {
        value.map(|value| value.integer(1..=i64::from(u32::MAX))).map(|number| number.map(|n| n as u32))
    };
    let default = Strikes::default();
    let read = || {
        Some(Strikes {
            from: match at.or(from) {
                Some(from) => from.instant()?,
                None => default.from,
            },
            until: match until {
                Some(until) => Some(until.instant()?),
                None => None,
            },
            every: number(every).unwrap_or(Some(default.every))?,
            count: number(count).unwrap_or(Some(if at.is_some() { 1 } else { default.count }))?,
            probability: match probability {
                Some(probability) => (probability.percent(0.0..=100.0)? * 100.0).round() as u32,
                None => default.probability,
            },
            only: is_each.then_some(0),
        })
    };
    (read(), is_each)
}

impl Bench<'_> {
    /// The place of a fault; one where it cannot be is refused.
    fn place(&self, word: &'static str, at: Where, value: Value<'_>) -> Option<FaultPlace> {
        let text = value.text()?;
        let found = self.find(text);
        let place = found.iter().find_map(|place| self.fits(at, place));
        if place.is_some() {
            return place;
        }
        if found.is_empty() {
            let vocabulary = self.vocabulary;
            let board = [&vocabulary.uarts, &vocabulary.buses, &vocabulary.timers, &vocabulary.pins];
            let own = [ACCEL.0, "cpu"].map(str::to_owned);
            let names = self.parts.keys().chain(&own).chain(board.into_iter().flatten());
            value.report(undeclared("place", text, value.span(), names));
        } else {
            let message = format!("{} is no place for {}", quoted(text), quoted(word));
            value.refuse(code::CONFLICT, message, format!("it strikes at {}", at.in_words()));
        }
        None
    }

    /// All that a name can stand for.
    fn find(&self, text: &str) -> Vec<FaultPlace> {
        let name = text.to_owned();
        let is = |names: &[String]| names.iter().any(|own| own == text);
        let mut found = Vec::new();
        if text == "cpu" {
            found.push(FaultPlace::Cpu);
        }
        if self.parts.contains_key(text) || text == ACCEL.0 || self.vocabulary.switches.contains_key(text) {
            found.push(FaultPlace::Part(name.clone()));
        }
        if is(&self.vocabulary.buses) {
            let devices = self.parts.iter().filter_map(|(part, what)| match what {
                Part::Sensor { bus, .. } if bus == text => Some(part.clone()),
                _ => None,
            });
            let accel = (ACCEL.1 == text).then(|| ACCEL.0.to_owned());
            found.push(FaultPlace::Bus { bus: name.clone(), devices: devices.chain(accel).collect() });
            found.push(FaultPlace::Unit(name.clone()));
        }
        if is(&self.vocabulary.uarts) {
            found.extend([FaultPlace::Unit(name.clone()), FaultPlace::Line(name.clone())]);
        }
        if is(&self.vocabulary.pins) {
            found.extend([FaultPlace::Pin(name.clone()), FaultPlace::Line(name.clone())]);
        }
        if is(&self.vocabulary.timers) {
            found.push(FaultPlace::Line(name));
        }
        let joins = |[a, b]: &&[String; 2]| text == format!("{a}-{b}") || text == format!("{b}-{a}");
        found.extend(self.links.iter().find(joins).map(|link| FaultPlace::Link(link.clone())));
        found
    }

    /// The place as a fault of this sort sees it.
    fn fits(&self, at: Where, place: &FaultPlace) -> Option<FaultPlace> {
        let part = match place {
            FaultPlace::Part(name) => self.parts.get(name),
            _ => None,
        };
        let is_accel = *place == FaultPlace::Part(ACCEL.0.to_owned());
        let is_unit = |names: &[String]| matches!(place, FaultPlace::Unit(unit) if names.contains(unit));
        let fits = match at {
            Where::I2c => {
                matches!(place, FaultPlace::Bus { .. })
                    || is_accel
                    || matches!(part, Some(Part::Sensor { .. }))
            }
            Where::Bus => is_unit(&self.vocabulary.buses),
            Where::Uart => return self.receiver(place, part),
            Where::Wire => return self.wire(place, part),
            Where::Low => {
                let i2c = self.fits(Where::I2c, place);
                return i2c.or_else(|| self.receiving_pin(place, part)).or_else(|| self.wire(place, part));
            }
            Where::Supply => is_accel || matches!(part, Some(Part::Sensor { .. } | Part::SerialPeer { .. })),
            Where::Line => {
                matches!(place, FaultPlace::Line(line) if !self.vocabulary.uarts.contains(line))
            }
            Where::LateLine => matches!(place, FaultPlace::Line(_)),
            Where::Cpu => *place == FaultPlace::Cpu,
            Where::Network => matches!(part, Some(Part::Network(_))),
        };
        fits.then(|| place.clone())
    }

    /// The UART that receives there.
    fn receiver(&self, place: &FaultPlace, part: Option<&Part>) -> Option<FaultPlace> {
        let uart = match (place, part) {
            (FaultPlace::Unit(unit), _) => self.vocabulary.uarts.iter().find(|uart| *uart == unit),
            (_, Some(Part::SerialPeer { uart, .. } | Part::UartFeed { uart })) => Some(uart),
            (FaultPlace::Pin(pin), _) => {
                let receives =
                    |uart: &&String| self.vocabulary.pins_of(uart).any(|own| !own.drives && own.pin == *pin);
                self.vocabulary.uarts.iter().find(receives)
            }
            _ => None,
        };
        uart.cloned().map(FaultPlace::Unit)
    }

    /// The RX pin of the UART that receives there.
    fn receiving_pin(&self, place: &FaultPlace, part: Option<&Part>) -> Option<FaultPlace> {
        if matches!(place, FaultPlace::Pin(_)) {
            return None;
        }
        let Some(FaultPlace::Unit(uart)) = self.receiver(place, part) else { return None };
        let pin = self.vocabulary.pins_of(&uart).find(|pin| !pin.drives)?;
        Some(FaultPlace::Pin(pin.pin.clone()))
    }

    /// The pin or the link.
    fn wire(&self, place: &FaultPlace, part: Option<&Part>) -> Option<FaultPlace> {
        match (place, part) {
            (FaultPlace::Pin(_) | FaultPlace::Link(_), _) => Some(place.clone()),
            (
                _,
                Some(Part::Button { pin, .. } | Part::NecRemote { pin, .. } | Part::LogicSource { pin, .. }),
            ) => Some(FaultPlace::Pin(pin.clone())),
            (FaultPlace::Part(switch), None) => {
                self.vocabulary.switches.get(switch).cloned().map(FaultPlace::Pin)
            }
            _ => None,
        }
    }
}

impl Where {
    fn in_words(self) -> &'static str {
        match self {
            Self::I2c => "a part on an I2C bus, or at all of a bus",
            Self::Bus => "an I2C unit",
            Self::Uart => "a UART, its peer or its RX pin",
            Self::Wire => "a pin, a link such as `X1-X2`, or a part that stands on one pin",
            Self::Low => "a part on an I2C bus, a UART, a pin or a link",
            Self::Supply => "a part with a supply: a sensor, the accelerometer or a serial peer",
            Self::Line => "a pin or a timer",
            Self::LateLine => "a pin, a timer or a UART",
            Self::Cpu => "`cpu`",
            Self::Network => "the network",
        }
    }
}

/// `{ fault = "nack" }`, perhaps of one place.
pub fn event(table: &mut Table<'_>) -> Option<What> {
    let words: Vec<(&'static str, &'static str)> = fault_words().map(|word| (word, word)).collect();
    let what = table.key("fault").and_then(|value| value.word("fault", &words, &[]));
    let place = table.key("where").map(Value::text);
    let place = match place {
        Some(text) => Some(text?.to_owned()),
        None => None,
    };
    Some(What::Fault { what: what?, place })
}

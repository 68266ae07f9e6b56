//! Faults: what goes wrong, and at which of its opportunities.
//!
//! Owns the plan of a run's faults. An *opportunity* is offered by whoever can fail: a device before it acknowledges, a
//! receiver with a whole frame, a net at its edge. Whether a fault strikes there is decided here; what it does is the
//! business of whoever offered, or of the owner of the world.
//!
//! Invariant **no-fault-of-faults**: what a fault does to a wire is no opportunity for another.

use vpyb_core::time::{Duration, Instant};

use super::PinId;
use super::chance::Chance;
use crate::trace::Name;

/// A probability is counted in parts of so many.
const WHOLE: u32 = 10_000;

/// What can go wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FaultKind {
    /// An I2C device does not acknowledge.
    Nack,
    /// A bit of a byte that it sends is wrong.
    Crc,
    /// It holds SCL low.
    Stretch,
    /// It does not let go of SDA; or a wire is held low.
    StuckLow,
    /// Another master takes the bus.
    Arbitration,
    /// A frame is not received.
    DropByte,
    /// A bit of it is wrong.
    FlipBit,
    /// Its stop bit is low.
    Framing,
    /// The samples of one of its bits differ.
    Noise,
    /// A wire shows the other level for a moment.
    Glitch,
    /// It does so again and again.
    BounceStorm,
    /// A wire is pulled out.
    Unplug,
    /// A device loses its supply.
    PowerOff,
    /// A handler begins later.
    LateIrq,
    /// It is never called.
    LostIrq,
    /// The CPU stands still.
    Stall,
    /// Nothing gets through on the network.
    Outage,
    /// All connections are broken off.
    Reset,
}

/// All of them, as scenario files spell them.
const WORDS: [(&str, FaultKind); 18] = [
    ("nack", FaultKind::Nack),
    ("crc", FaultKind::Crc),
    ("stretch", FaultKind::Stretch),
    ("stuck_low", FaultKind::StuckLow),
    ("arbitration", FaultKind::Arbitration),
    ("drop_byte", FaultKind::DropByte),
    ("flip_bit", FaultKind::FlipBit),
    ("framing", FaultKind::Framing),
    ("noise", FaultKind::Noise),
    ("glitch", FaultKind::Glitch),
    ("bounce_storm", FaultKind::BounceStorm),
    ("unplug", FaultKind::Unplug),
    ("power_off", FaultKind::PowerOff),
    ("late_irq", FaultKind::LateIrq),
    ("lost_irq", FaultKind::LostIrq),
    ("stall", FaultKind::Stall),
    ("outage", FaultKind::Outage),
    ("reset", FaultKind::Reset),
];

impl FaultKind {
    /// The kind of this word.
    pub fn named(word: &str) -> Option<Self> {
        WORDS.iter().find(|(own, _)| *own == word).map(|(_, kind)| *kind)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

/// Where a fault can strike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// At a device, a unit or a line of this name.
    Named(Name),
    /// At the net of a pin.
    Pin(PinId),
    /// At the CPU.
    Cpu,
}

/// At which of its opportunities it strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Strikes {
    /// Those before are none.
    pub from: Instant,
    /// Those after are none.
    pub until: Instant,
    /// Each so-manieth.
    pub every: u32,
    /// No more than so often.
    pub count: u32,
    /// Each by chance, in parts of 10 000.
    pub probability: u32,
    /// Only this one, counted from 1, whatever else is said; none at 0.
    pub only: Option<u32>,
}

/// A fault of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// Where.
    pub places: Vec<Place>,
    /// The place, as records name it.
    pub shown: Name,
    /// How long it lasts, if it does.
    pub lasts: Option<Duration>,
    /// When.
    pub strikes: Strikes,
}

#[derive(Clone, PartialEq, Debug)]
struct Planned {
    fault: Fault,
    seen: u32,
    struck: u32,
}

/// All faults of a run.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Faults {
    planned: Vec<Planned>,
    /// Some strike at nets.
    pub(super) at_nets: bool,
}

impl Faults {
    /// Plans faults, in place of those that were.
    pub fn new(faults: Vec<Fault>) -> Self {
        let at_nets = faults.iter().any(|fault| fault.places.iter().any(|at| matches!(at, Place::Pin(_))));
        let planned = faults.into_iter().map(|fault| Planned { fault, seen: 0, struck: 0 });
        Self { planned: planned.collect(), at_nets }
    }

    /// Whether nothing goes wrong.
    pub fn is_empty(&self) -> bool {
        self.planned.is_empty()
    }

    /// The fault of this number.
    pub fn fault(&self, number: usize) -> &Fault {
        &self.planned[number].fault
    }

    /// How many opportunities each fault has had in its time.
    pub fn opportunities(&self) -> Vec<u32> {
        self.planned.iter().map(|planned| planned.seen).collect()
    }

    /// There is an opportunity for faults of a kind; gives the number of the first that strikes. All take notice.
    pub(super) fn strike(
        &mut self,
        kind: FaultKind,
        here: impl Fn(Place) -> bool,
        now: Instant,
        chance: &mut Chance,
    ) -> Option<usize> {
        let mut first = None;
        for (number, planned) in self.planned.iter_mut().enumerate() {
            let fits = planned.fault.kind == kind && planned.fault.places.iter().any(|&place| here(place));
            if fits && planned.strikes(number, now, chance) {
                first = first.or(Some(number));
            }
        }
        first
    }
}

impl Planned {
    fn strikes(&mut self, number: usize, now: Instant, chance: &mut Chance) -> bool {
        let Strikes { from, until, every, count, probability, only } = self.fault.strikes;
        if !(from..=until).contains(&now) {
            return false;
        }
        self.seen += 1;
        if let Some(only) = only {
            return only == self.seen;
        }
        let due = self.struck < count && self.seen.is_multiple_of(every);
        let by_chance = |chance: &mut Chance| {
            probability >= WHOLE
                || chance.below(WHOLE.into(), &format!("fault#{}", number + 1)) < probability.into()
        };
        let strikes = due && by_chance(chance);
        self.struck += u32::from(strikes);
        strikes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALWAYS: Strikes = Strikes {
        from: Instant::ZERO,
        until: Instant::MAX,
        every: 1,
        count: u32::MAX,
        probability: WHOLE,
        only: None,
    };

    /// At which of the opportunities at 1 to 12 us a fault strikes.
    fn struck(strikes: Strikes) -> Vec<u64> {
        let name = Name::from(7);
        let place = Place::Named(name);
        let fault = Fault { kind: FaultKind::Nack, places: vec![place], shown: name, lasts: None, strikes };
        let (mut faults, mut chance) = (Faults::new(vec![fault]), Chance::new(1));
        let mut at = |us: &u64| {
            let now = Instant::from_micros(*us);
            assert_eq!(faults.strike(FaultKind::Crc, |here| here == place, now, &mut chance), None);
            assert_eq!(faults.strike(FaultKind::Nack, |here| here == Place::Cpu, now, &mut chance), None);
            faults.strike(FaultKind::Nack, |here| here == place, now, &mut chance).is_some()
        };
        (1..=12).filter(|us| at(us)).collect()
    }

    #[test]
    fn a_fault_strikes_when_it_is_to() {
        let us = Instant::from_micros;
        assert_eq!(struck(ALWAYS), (1..=12).collect::<Vec<_>>());
        assert_eq!(struck(Strikes { from: us(4), count: 1, ..ALWAYS }), [4], "the first at or after");
        assert_eq!(struck(Strikes { from: us(4), until: us(6), ..ALWAYS }), [4, 5, 6]);
        assert_eq!(struck(Strikes { from: us(2), every: 4, ..ALWAYS }), [5, 9], "counted from its time on");
        assert_eq!(struck(Strikes { every: 3, count: 2, ..ALWAYS }), [3, 6]);
        assert_eq!(struck(Strikes { probability: 5_000, ..ALWAYS }), [1, 2, 5, 7, 9, 10]);
        assert_eq!(struck(Strikes { only: Some(5), every: 2, ..ALWAYS }), [5]);
        assert_eq!(struck(Strikes { only: Some(0), ..ALWAYS }), [0; 0], "it only counts");
    }

    #[test]
    fn words_are_those_of_kinds() {
        for (word, kind) in WORDS {
            assert_eq!((FaultKind::named(word), kind.word()), (Some(kind), word));
        }
        assert_eq!(FaultKind::named("flood"), None);
    }
}

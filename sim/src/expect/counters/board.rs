//! Counters of LEDs, pins, timers and drivers.
//!
//! Owns their meaning. Knows nothing of tasks.

use std::collections::BTreeMap;

use super::super::{Focus, Roster, Value};
use super::Counters;
use crate::trace::record::{Kind, Record};
use crate::trace::{Levels, Name, Seq, Trace};

/// The last words of pins' counters.
const WORDS: [&str; 4] = ["edges", "contention", "coalesced", "floating_reads"];

/// A place in [`WORDS`].
#[derive(Clone, Copy)]
enum What {
    Edges,
    Contention,
    Coalesced,
    FloatingReads,
}

/// How often each was, and where first.
type Counted = [Option<(i64, Focus)>; WORDS.len()];

/// What was counted so far: what pins and interrupt lines showed and met, switched LEDs, and what drivers counted
/// themselves.
#[derive(Default)]
pub(super) struct Pins {
    levels: Levels,
    counted: BTreeMap<Name, Counted>,
    /// Whether each LED is lit, and how often that changed.
    leds: BTreeMap<Name, (bool, i64, Focus)>,
    /// By drivers.
    own: BTreeMap<Name, (i64, Focus)>,
}

impl Pins {
    /// Takes in the next record.
    pub(super) fn take(&mut self, seq: Seq, record: &Record) {
        let here = Focus::at(seq);
        let mut count = |pin, what: What| {
            self.counted.entry(pin).or_default()[what as usize].get_or_insert((0, here)).0 += 1;
        };
        self.levels.apply(record).iter().for_each(|&pin| count(pin, What::Edges));
        match record.kind {
            Kind::Contention { net } => {
                self.levels.pins(net).iter().for_each(|&pin| count(pin, What::Contention));
            }
            Kind::IrqCoalesced { irq } => count(irq, What::Coalesced),
            Kind::FloatingRead { pin, .. } => count(pin, What::FloatingReads),
            Kind::Led { led, on } => {
                // An LED is dark at power-on.
                let (lit, toggles, _) = self.leds.entry(led).or_insert((false, 0, here));
                *toggles += i64::from(std::mem::replace(lit, on) != on);
            }
            Kind::Count { counter, by } => {
                let (n, _) = self.own.entry(counter).or_insert((0, here));
                *n = n.saturating_add(by.into());
            }
            _ => {}
        }
    }

    /// Enters the counters.
    pub(super) fn enter(self, trace: &Trace, roster: &Roster, counters: &mut Counters) {
        for (led, (_, toggles, first)) in self.leds {
            counters.add(&format!("led.{}.toggles", trace.text(led)), toggles, first);
        }
        for (name, (n, first)) in self.own {
            counters.add(trace.text(name), n, first);
        }
        let mut set = |name: String, of: &str, what: usize| {
            let counted = trace.names().find(of).and_then(|name| self.counted.get(&name)?[what]);
            let (n, first) = counted.map_or((0, None), |(n, first)| (n, Some(first)));
            counters.set(name, Value::Count(n), first);
        };
        for timer in roster.timers() {
            set(format!("{timer}.coalesced"), timer, What::Coalesced as usize);
        }
        for pin in roster.pins() {
            for (what, word) in WORDS.iter().enumerate() {
                set(format!("pin.{pin}.{word}"), pin, what);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::Sample;
    use super::*;
    use crate::trace::record::NetLevel;

    #[test]
    fn switching_a_lit_led_on_is_no_toggle() {
        let mut sample = Sample::new();
        let (led, net, counter) = (sample.name("LED1"), sample.pin("X3"), sample.name("ir.bad_block"));
        for (at, on) in [(1, false), (2, true), (3, true), (4, false)] {
            sample.push(at, Kind::Led { led, on });
        }
        sample.push(5, Kind::Edge { net, level: NetLevel::High });
        sample.push(6, Kind::Count { counter, by: 2 });
        sample.push(7, Kind::Count { counter, by: 3 });
        let counters = super::super::count(&sample.trace, &Roster::of(&sample.trace));
        let value = |name: &str| counters.value(name).unwrap();
        assert_eq!(value("led.LED1.toggles"), Value::Count(2));
        assert_eq!(value("pin.X3.edges"), Value::Count(1));
        assert_eq!(value("pin.X3.contention"), Value::Count(0));
        assert_eq!(value("ir.bad_block"), Value::Count(5));
    }
}

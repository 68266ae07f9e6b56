//! Counters of LEDs, pins, timers and drivers.
//!
//! Owns their meaning. Knows nothing of tasks.

use std::collections::BTreeMap;

use super::super::{Focus, Roster, Value};
use super::Counters;
use crate::trace::record::Kind;
use crate::trace::{Levels, Name, Seq, Trace};

/// Counts switched LEDs, what pins showed and met, and what drivers counted themselves.
pub(super) fn count(trace: &Trace, roster: &Roster, counters: &mut Counters) {
    let mut lit: BTreeMap<Name, bool> = BTreeMap::new();
    let mut levels = Levels::default();
    let mut pins: BTreeMap<(Name, &str), (i64, Seq)> = BTreeMap::new();
    let mut count = |pin, word, seq| pins.entry((pin, word)).or_insert((0, seq)).0 += 1;
    for (seq, record) in trace.iter() {
        for &pin in levels.apply(&record) {
            count(pin, "edges", seq);
        }
        match record.kind {
            Kind::Led { led, on } => {
                // An LED is dark at power-on.
                let changed = lit.insert(led, on).unwrap_or(false) != on;
                let name = format!("led.{}.toggles", trace.text(led));
                counters.add(&name, i64::from(changed), Focus::at(seq));
            }
            Kind::Count { counter, by } => counters.add(trace.text(counter), by.into(), Focus::at(seq)),
            Kind::Contention { net } => {
                levels.pins(net).iter().for_each(|&pin| count(pin, "contention", seq))
            }
            Kind::IrqCoalesced { irq } => count(irq, "coalesced", seq),
            Kind::FloatingRead { pin, .. } => count(pin, "floating_reads", seq),
            _ => {}
        }
    }
    for timer in roster.timers() {
        let counted = trace.names().find(timer).and_then(|name| pins.get(&(name, "coalesced")));
        let (n, first) = counted.map_or((0, None), |&(n, first)| (n, Some(Focus::at(first))));
        counters.set(format!("{timer}.coalesced"), Value::Count(n), first);
    }
    for pin in roster.pins() {
        let name = trace.names().find(pin);
        for word in ["edges", "contention", "coalesced", "floating_reads"] {
            let counted = name.and_then(|name| pins.get(&(name, word)));
            let (n, first) = counted.map_or((0, None), |&(n, first)| (n, Some(Focus::at(first))));
            counters.set(format!("pin.{pin}.{word}"), Value::Count(n), first);
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

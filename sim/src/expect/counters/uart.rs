//! Counters of UARTs.
//!
//! Owns what `overrun` and `lost` mean: **overrun** is what the hardware flags, one for each frame that met a
//! full data register; **lost** is what the program never gets, so it also counts the frames that go by
//! unseen while the flag stands. `lost` is never less than `overrun`.

use std::collections::BTreeMap;

use super::super::{Focus, Roster, Value};
use super::Counters;
use crate::trace::record::{Kind, SerialEvent};
use crate::trace::{Name, Trace};

const NAMES: [&str; 8] =
    ["rx.bytes", "rx.overrun", "rx.lost", "rx.framing", "rx.parity", "rx.noise", "rx.high_water", "tx.bytes"];

/// Counts for every UART that was opened or saw a frame.
pub(super) fn count(trace: &Trace, roster: &Roster, counters: &mut Counters) {
    for uart in roster.uarts() {
        for name in NAMES {
            counters.set(format!("{uart}.{name}"), Value::Count(0), None);
        }
    }
    // By numbers first: texts are made once for a counter, not for a byte.
    let mut counted: BTreeMap<(Name, &str), (i64, Focus)> = BTreeMap::new();
    for (seq, record) in trace.iter() {
        let here = Focus::at(seq);
        let mut add = |uart, word, so| {
            if so {
                counted.entry((uart, word)).or_insert((0, here)).0 += 1;
            }
        };
        match record.kind {
            Kind::UartRx { uart, framing, .. } => {
                add(uart, "rx.bytes", true);
                add(uart, "rx.framing", framing);
            }
            Kind::Serial { uart, event: SerialEvent::Damaged { parity, noise, .. } } => {
                add(uart, "rx.parity", parity);
                add(uart, "rx.noise", noise);
            }
            Kind::UartOverrun { uart, .. } => {
                add(uart, "rx.overrun", true);
                add(uart, "rx.lost", true);
            }
            Kind::UartDeaf { uart } => add(uart, "rx.lost", true),
            Kind::UartBuffered { uart, ring, .. } => {
                let most = counted.entry((uart, "rx.high_water")).or_insert((0, here));
                if most.0 < ring.into() {
                    *most = (ring.into(), here);
                }
            }
            Kind::UartTx { uart, .. } => add(uart, "tx.bytes", true),
            _ => {}
        }
    }
    for ((uart, word), (n, at)) in counted {
        counters.set(format!("{}.{word}", trace.text(uart)), Value::Count(n), Some(at));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::Sample;
    use super::*;

    #[test]
    fn overruns_are_lost_and_deaf_frames_are_only_lost() {
        let mut sample = Sample::new();
        let uart = sample.uart("uart2", "X3", "X4");
        sample.push(1, Kind::UartRx { uart, byte: 1, framing: false });
        sample.push(1, Kind::UartBuffered { uart, byte: 1, ring: 64 });
        sample.push(2, Kind::UartRx { uart, byte: 2, framing: true });
        sample.push(2, Kind::UartHeld { uart, byte: 2 });
        let damaged = SerialEvent::Damaged { byte: 2, parity: true, noise: false };
        sample.push(2, Kind::Serial { uart, event: damaged });
        sample.push(3, Kind::UartOverrun { uart, byte: 3 });
        sample.push(4, Kind::UartDeaf { uart });
        sample.push(5, Kind::UartDeaf { uart });
        sample.push(6, Kind::UartTx { uart, byte: 9 });
        let counters = super::super::count(&sample.trace, &Roster::of(&sample.trace));
        let values: Vec<_> = NAMES.map(|name| counters.value(&format!("uart2.{name}")).unwrap()).into();
        // In the order of NAMES: bytes, overrun, lost, framing, parity, noise, high water, sent.
        assert_eq!(values, [2, 1, 3, 1, 1, 0, 64, 1].map(Value::Count));
    }
}

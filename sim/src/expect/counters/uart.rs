//! Counters of UARTs.
//!
//! Owns what `overrun` and `lost` mean: **overrun** is what the hardware flags, one for each frame that met a
//! full data register; **lost** is what the program never gets, so it also counts the frames that go by
//! unseen while the flag stands. `lost` is never less than `overrun`.

use std::collections::BTreeMap;

use super::super::{Focus, Roster, Value};
use super::Counters;
use crate::trace::record::{Kind, SerialEvent};
use crate::trace::{Name, Seq, Trace};

const NAMES: [&str; 8] =
    ["rx.bytes", "rx.overrun", "rx.lost", "rx.framing", "rx.parity", "rx.noise", "rx.high_water", "tx.bytes"];

/// A place in [`NAMES`].
#[derive(Clone, Copy)]
enum What {
    Bytes,
    Overrun,
    Lost,
    Framing,
    Parity,
    Noise,
    HighWater,
    Sent,
}

/// What was counted so far, and where first; of the high water where it rose last. Texts are made once for a counter, not
/// for a byte.
#[derive(Default)]
pub(super) struct Uarts {
    counted: BTreeMap<Name, [Option<(i64, Focus)>; NAMES.len()]>,
}

impl Uarts {
    /// Takes in the next record.
    pub(super) fn take(&mut self, seq: Seq, kind: &Kind) {
        let here = Focus::at(seq);
        match *kind {
            Kind::UartRx { uart, framing, .. } => {
                self.add(uart, What::Bytes, true, here);
                self.add(uart, What::Framing, framing, here);
            }
            Kind::Serial { uart, event: SerialEvent::Damaged { parity, noise, .. } } => {
                self.add(uart, What::Parity, parity, here);
                self.add(uart, What::Noise, noise, here);
            }
            Kind::UartOverrun { uart, .. } => {
                self.add(uart, What::Overrun, true, here);
                self.add(uart, What::Lost, true, here);
            }
            Kind::UartDeaf { uart } => self.add(uart, What::Lost, true, here),
            Kind::UartBuffered { uart, ring, .. } => {
                let most = &mut self.counted.entry(uart).or_default()[What::HighWater as usize];
                if most.is_none_or(|(n, _)| n < ring.into()) {
                    *most = Some((ring.into(), here));
                }
            }
            Kind::UartTx { uart, .. } => self.add(uart, What::Sent, true, here),
            _ => {}
        }
    }

    fn add(&mut self, uart: Name, what: What, so: bool, here: Focus) {
        if so {
            let counted = &mut self.counted.entry(uart).or_default()[what as usize];
            counted.get_or_insert((0, here)).0 += 1;
        }
    }

    /// Enters the counters of every UART that was opened or saw a frame.
    pub(super) fn enter(self, trace: &Trace, roster: &Roster, counters: &mut Counters) {
        for uart in roster.uarts() {
            for name in NAMES {
                counters.set(format!("{uart}.{name}"), Value::Count(0), None);
            }
        }
        for (uart, counted) in self.counted {
            for (name, counted) in NAMES.iter().zip(counted) {
                if let Some((n, at)) = counted {
                    counters.set(format!("{}.{name}", trace.text(uart)), Value::Count(n), Some(at));
                }
            }
        }
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

//! Speeds of UARTs: how far two ends may be apart, and what each unit is.
//!
//! Owns benches with an end at another speed than the other's, and with every unit in a loop. Costs are zero.

use std::collections::BTreeSet;

use vpyb_core::time::Instant;
use vpyb_sim::cli::PROGRAMS;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::model::{Action, Actor, Step, When};
use vpyb_sim::trace::Kind;

use crate::runs::scenario;

/// What a UART of 10 000 baud receives without a flaw of bytes that are sent at another speed, each piece every 5 ms.
fn whole(baud: u32, pieces: &[&[u8]]) -> Vec<u8> {
    let mut bench = scenario(
        r#"
        objects.uarts = { u = { uart = "uart2", baud = 10000 } }
        run.until = "2s"
        [[task]]
        name = "main"
        script = [{ forever = [{ read = { uart = "u", n = 1 } }] }]
    "#,
        PROGRAMS,
    );
    let steps = pieces.iter().enumerate().map(|(number, data)| {
        let action = Action::Send { to: "uart2".into(), data: data.to_vec(), times: 1, baud };
        let at = Instant::from_millis(1 + 5 * number as u64);
        Step { when: When::At(at), action, mark: None, span: 0..0 }
    });
    bench.actors.push(Actor { name: "outside".into(), steps: steps.collect() });
    let outcome = runner::run(&bench, PROGRAMS, Options::default());
    let records = outcome.trace.records().iter();
    let flaws: BTreeSet<Instant> =
        records.clone().filter(|record| matches!(record.kind, Kind::Serial { .. })).map(|r| r.at).collect();
    let received = records.filter_map(|record| match record.kind {
        Kind::UartRx { byte, framing: false, .. } if !flaws.contains(&record.at) => Some(byte),
        _ => None,
    });
    received.collect()
}

/// The stop bit is sampled for the last time 9.594 bits after the start: 3 % slow that is after 9.306 bits of the sender, 3 %
/// fast after 9.882, both in its stop bit, and its next start bit comes later than that. 6 % slow the middle of the stop
/// bit is after 8.93 bits, in the last data bit, and two samples of the last data bit lie in the bit before. 6 % fast two samples
/// of the last data bit lie in the stop bit, and one of the bit before lies in the last. Either way whole are only the bytes
/// whose last two bits are 1.
#[test]
fn a_mismatch_of_3_percent_is_read_and_one_of_6_percent_is_not() {
    let all: Vec<u8> = (0..=255).collect();
    for baud in [9_700, 10_000, 10_300] {
        assert_eq!(whole(baud, &[&all]), all, "one after the other at {baud} baud");
    }
    let single: Vec<&[u8]> = all.chunks(1).collect();
    for baud in [9_400, 10_600] {
        assert_eq!(
            whole(baud, &single),
            (0b1100_0000..=255).collect::<Vec<u8>>(),
            "one at a time at {baud} baud"
        );
    }
}

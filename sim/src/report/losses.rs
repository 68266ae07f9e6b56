//! What a run lost: how many bytes, when, and behind whom.
//!
//! Owns the lines under an overrun. A ring overruns because nobody reads it: named are the tasks whose steps ran
//! from the last read (or, before the first one, from the first byte that waited) to the first byte lost.

use std::collections::BTreeMap;

use vpyb_core::time::Instant;

use super::Outcome;
use super::ahead::who_ran;
use super::events::count;
use crate::expect::{clock, turns};
use crate::trace::record::{Kind, Name};

/// What one UART lost.
#[derive(Default)]
struct Loss {
    /// Bytes, those that went by unseen included.
    bytes: u32,
    /// How often the register was still full: one burst of losses each.
    bursts: u32,
    /// Since when bytes have been waiting to be read.
    waiting_since: Option<Instant>,
    /// From when the reader was kept waiting, to the first loss.
    first: Option<(Instant, Instant)>,
    last: Instant,
}

/// A line or two for each UART that lost bytes; empty if none did.
pub fn losses(outcome: &Outcome) -> String {
    let mut lost: BTreeMap<Name, Loss> = BTreeMap::new();
    for record in outcome.trace.records() {
        match record.kind {
            Kind::UartBuffered { uart, .. } => {
                lost.entry(uart).or_default().waiting_since.get_or_insert(record.at);
            }
            Kind::UartRead { uart, ring, .. } => {
                lost.entry(uart).or_default().waiting_since = (ring > 0).then_some(record.at);
            }
            Kind::UartOverrun { uart, .. } | Kind::UartDeaf { uart } => {
                let loss = lost.entry(uart).or_default();
                loss.bytes += 1;
                loss.bursts += u32::from(matches!(record.kind, Kind::UartOverrun { .. }));
                loss.last = record.at;
                let since = loss.waiting_since.unwrap_or(record.at);
                loss.first.get_or_insert((since, record.at));
            }
            _ => {}
        }
    }
    let lines = lost.iter().filter_map(|(&uart, loss)| Some(describe(outcome, uart, loss, loss.first?)));
    lines.collect()
}

fn describe(outcome: &Outcome, uart: Name, loss: &Loss, (since, first): (Instant, Instant)) -> String {
    let uart = outcome.trace.text(uart);
    let (bytes, bursts) = (count(loss.bytes, "byte"), count(loss.bursts, "burst"));
    let (from, to) = (clock(first), clock(loss.last));
    let mut text = format!("  {uart} lost {bytes} in {bursts}, the first at {from}, the last at {to}\n");
    if let Some(ahead) = who_ran(outcome, turns(outcome.trace), since, first) {
        text += &format!("  it had waited to be read since {}, behind {ahead}\n", clock(since));
    }
    text
}

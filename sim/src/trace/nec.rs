//! Infrared blocks of the NEC protocol, read off the edges of a pin.
//!
//! Owns what a block looks like behind a demodulator (low while there is a carrier), within a fifth of its times: a mark of
//! 9 ms, a space of 4.5 ms, 32 bits of which each is a mark of 0.56 ms and a space of 0.56 ms (0) or 1.69 ms (1), lowest bit
//! first, and a last mark; or a mark of 9 ms, a space of 2.25 ms and a last mark, while a key is held. It shares nothing with
//! the driver of the core, which it shows the wire of. Sources: the times that the tutorial gives in section 6.5.

use std::collections::BTreeMap;

use vpyb_core::time::{Duration, Instant};

use super::record::{Name, NetLevel};
use super::{Levels, Seq, Trace};

/// A block on a pin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NecBlock {
    /// When its first mark began.
    pub from: Instant,
    /// When its last mark ended.
    pub to: Instant,
    /// The record of the last edge.
    pub by: Seq,
    /// What was sent; none if it says that a key is held.
    pub bytes: Option<[u8; 4]>,
}

/// How far a decoder has come in a block that began then.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Nothing,
    Leader(Instant),
    Bits { from: Instant, bits: u32, count: u32 },
    Held(Instant),
}

/// The decoder of one pin.
#[derive(Clone, Copy, Debug)]
struct Decoder {
    stage: Stage,
    /// The edge before.
    last: Instant,
}

fn is_about(span: Duration, us: u64) -> bool {
    // A bit's marks and spaces suffer more from the edges' jitter than the leader's.
    let slack = if us < 2_000 { us * 2 / 5 } else { us / 5 };
    (us - slack..=us + slack).contains(&span.as_micros())
}

impl Decoder {
    /// The pin rises or falls.
    fn edge(&mut self, at: Instant, high: bool, by: Seq) -> Option<NecBlock> {
        let (begun, span) = (self.last, at.since(self.last));
        self.last = at;
        let stage = std::mem::replace(&mut self.stage, Stage::Nothing);
        let block = |from, bytes| Some(NecBlock { from, to: at, by, bytes });
        if high && is_about(span, 9_000) {
            self.stage = Stage::Leader(begun);
            return None;
        }
        self.stage = match (high, stage) {
            (false, Stage::Leader(from)) if is_about(span, 4_500) => Stage::Bits { from, bits: 0, count: 0 },
            (false, Stage::Leader(from)) if is_about(span, 2_250) => Stage::Held(from),
            (true, Stage::Held(from)) if is_about(span, 562) => return block(from, None),
            (true, Stage::Bits { from, bits, count: 32 }) if is_about(span, 562) => {
                return block(from, Some(bits.to_le_bytes()));
            }
            (true, stage @ Stage::Bits { .. }) if is_about(span, 562) => stage,
            (false, Stage::Bits { from, bits, count: count @ ..32 }) if is_about(span, 562) => {
                Stage::Bits { from, bits, count: count + 1 }
            }
            (false, Stage::Bits { from, bits, count: count @ ..32 }) if is_about(span, 1_687) => {
                Stage::Bits { from, bits: bits | 1 << count, count: count + 1 }
            }
            _ => Stage::Nothing,
        };
        None
    }
}

/// The blocks on each pin that had any, one pin of a net. Whoever is held must have been pressed: a pin on which nothing was
/// ever sent has no blocks.
pub fn nec_blocks(trace: &Trace) -> BTreeMap<Name, Vec<NecBlock>> {
    let mut levels = Levels::before(trace);
    let mut decoders: BTreeMap<Name, Decoder> = BTreeMap::new();
    let mut found: BTreeMap<Name, Vec<NecBlock>> = BTreeMap::new();
    for (seq, record) in trace.iter() {
        let Some(&pin) = levels.apply(&record).first() else { continue };
        let high = levels.level(pin) == NetLevel::High;
        let new = Decoder { stage: Stage::Nothing, last: record.at };
        let block = decoders.entry(pin).or_insert(new).edge(record.at, high, seq);
        found.entry(pin).or_default().extend(block);
    }
    found.retain(|_, blocks| blocks.iter().any(|block| block.bytes.is_some()));
    found
}

impl NecBlock {
    /// `40 01` for a command to an address, `4321 05` with an extended address, `repeat`; `!` if the command's inverse is
    /// wrong.
    pub fn text(&self) -> String {
        let Some([low, high, command, inverse]) = self.bytes else { return "repeat".into() };
        let address = if high == !low { format!("{low:02x}") } else { format!("{high:02x}{low:02x}") };
        format!("{address} {command:02x}{}", if inverse == !command { "" } else { "!" })
    }
}

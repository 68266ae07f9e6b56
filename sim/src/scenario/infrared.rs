//! What an infrared remote control sends: NEC frames, whole or deformed, as edges.
//!
//! Owns the keys of `ir` and the way from an address and a command to the instants at which a demodulator's output
//! changes. The first edge begins a mark, and each further one ends what was before; the last one ends a mark. Knows
//! no pin. Times: NEC's, in units of 562.5 us.

use litemap::LiteMap;
use vpyb_core::time::Duration;

use super::diagnostic::{Diagnostic, code};
use super::model::{Action, Part};
use super::names::only_key;
use super::table::Table;
use super::value::Value;
use super::words::Words;

/// Marks and spaces in nanoseconds.
const UNIT: u64 = 562_500;
const LEADER_MARK: u64 = 16 * UNIT;
const LEADER_SPACE: u64 = 8 * UNIT;
const REPEAT_SPACE: u64 = 4 * UNIT;
const ONE_SPACE: u64 = 3 * UNIT;
/// From the beginning of a frame to that of its first repeat code, and from one to the next.
const PERIOD: u64 = 108_000_000;
/// How long a glitch is that makes an extra edge.
const GLITCH: u64 = 100_000;
/// At most so many edges a step.
const MOST_EDGES: usize = 10_000;

/// The instants of all edges, from the first one on.
type Edges = Vec<u64>;

/// `ir = { part = "remote", nec = { … } }`.
pub fn action(value: Value<'_>, parts: &LiteMap<String, Part>) -> Option<Action> {
    let mut table = value.table()?;
    let name = table.need("part", "\"remote\"");
    let edges = edges(&mut table);
    let jitter = table.key("jitter").map(Value::duration);
    table.close();
    let name = name?;
    let part = name.text()?;
    if !matches!(parts.get(part), Some(Part::NecRemote { .. })) {
        let remotes = parts.iter().filter(|(_, part)| matches!(part, Part::NecRemote { .. }));
        let words = Words::new("remote control", remotes.map(|(name, _)| name.as_str()));
        name.report(words.refuse(name.span(), part));
        return None;
    }
    let jitter = match jitter {
        Some(jitter) => Some(jitter?),
        None => None,
    };
    Some(Action::Infrared { part: part.to_owned(), edges: edges?, jitter })
}

/// The edges of `{ part = …, nec = { … } }` or `{ part = …, raw = [ … ] }`, with what deforms them.
fn edges(table: &mut Table<'_>) -> Option<Vec<Duration>> {
    let chosen = only_key(table, &["nec", "raw"], "this step", "an `ir` sends a frame or raw times");
    let (nec, raw) = (table.key("nec"), table.key("raw"));
    let stretch = table.key("stretch").map(|value| value.percent(-50.0..=100.0));
    let blocks = match chosen {
        Err(()) => None,
        Ok(Some("nec")) => nec.and_then(self::nec),
        Ok(Some(_)) => raw.and_then(self::raw).map(|edges| vec![edges]),
        Ok(None) => {
            let problem = Diagnostic::new(code::MISSING, table.span(), "this does not say what is sent");
            let help = "add `nec = { address = 0x20, command = 0x15 }`, or `raw` with marks and spaces";
            table.problems().add(problem.help(help));
            None
        }
    };
    let factor = match stretch {
        Some(percent) => percent.map(|percent| 1.0 + percent / 100.0),
        None => Some(1.0),
    };
    let whole = blocks.zip(factor).map(|(blocks, factor)| stretched(&blocks, factor));
    deformed(table, whole)
}

/// A frame and its repeat codes, each a block of its own.
fn nec(value: Value<'_>) -> Option<Vec<Edges>> {
    let mut table = value.table()?;
    let extended = table.key("extended").map(Value::flag);
    let extended = extended.map_or(Some(false), |flag| flag);
    let most = if extended == Some(true) { 0xFFFF } else { 0xFF };
    let address = table.need("address", "0x20").and_then(|value| value.integer(0..=most));
    let command = table.need("command", "0x15").and_then(|value| value.integer(0..=255));
    let repeats = table.key("repeats").map_or(Some(0), |value| value.integer(0..=1_000));
    table.close();
    let (address, command, repeats) = (address? as u16, command? as u8, repeats? as u64);
    let [low, high] = address.to_le_bytes();
    let second = if extended? { high } else { !low };
    let frame = frame([low, second, command, !command]);
    let repeat = |n: u64| {
        let begin = n * PERIOD;
        vec![
            begin,
            begin + LEADER_MARK,
            begin + LEADER_MARK + REPEAT_SPACE,
            begin + LEADER_MARK + REPEAT_SPACE + UNIT,
        ]
    };
    Some(std::iter::once(frame).chain((1..=repeats).map(repeat)).collect())
}

/// A leader, 32 bits from the lowest of the first byte, and the mark that ends the last one.
fn frame(bytes: [u8; 4]) -> Edges {
    let bits = bytes.into_iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
    let spans = [LEADER_MARK, LEADER_SPACE]
        .into_iter()
        .chain(bits.flat_map(|one| [UNIT, if one { ONE_SPACE } else { UNIT }]))
        .chain([UNIT]);
    summed(spans)
}

/// Marks and spaces in turn, beginning with a mark; a space at the end is of no use.
fn raw(value: Value<'_>) -> Option<Edges> {
    let spans: Vec<Option<Duration>> = value.items()?.map(Value::duration).collect();
    let mut spans: Vec<Duration> = spans.into_iter().collect::<Option<_>>()?;
    if spans.iter().any(|span| span.is_zero()) || spans.is_empty() {
        value.refuse(
            code::OUT_OF_RANGE,
            "marks and spaces last longer than zero",
            "write it as in `raw = [\"9ms\", \"4.5ms\", \"562us\"]`",
        );
        return None;
    }
    if spans.len().is_multiple_of(2) {
        spans.pop();
    }
    Some(summed(spans.into_iter().map(Duration::as_nanos)))
}

fn summed(spans: impl Iterator<Item = u64>) -> Edges {
    let mut at = 0;
    let later = spans.map(|span| {
        at += span;
        at
    });
    std::iter::once(0).chain(later).collect()
}

/// A slow or fast remote control: within each block all lasts longer or shorter.
fn stretched(blocks: &[Edges], factor: f64) -> Edges {
    let block = |edges: &Edges| -> Edges {
        let begin = edges[0];
        edges.iter().map(|at| begin + ((at - begin) as f64 * factor).round() as u64).collect()
    };
    blocks.iter().flat_map(block).collect()
}

/// Applies what takes edges away and adds some, in this order.
fn deformed(table: &mut Table<'_>, whole: Option<Edges>) -> Option<Vec<Duration>> {
    let [drop, extra, truncate] = ["drop_edge", "extra_edge", "truncate"].map(|key| table.key(key));
    let most = whole.as_ref().map_or(MOST_EDGES, Vec::len) as i64;
    let drop = drop.map(|value| value.integer(1..=most));
    let extra = extra.map(Value::duration);
    let truncate = truncate.map(|value| {
        let edges = value.integer(2..=MOST_EDGES as i64)?;
        if edges % 2 == 1 {
            let message = "a block that ends with its mark has an even number of edges";
            value.refuse(code::OUT_OF_RANGE, message, "write `truncate = 20`");
            return None;
        }
        Some(edges as usize)
    });
    let mut edges = whole?;
    if let Some(drop) = drop {
        // An edge that is not seen takes its neighbour with it: what is between the two is too short for it.
        let first = (drop? as usize - 1).min(edges.len() - 2);
        edges.drain(first..first + 2);
    }
    if let Some(extra) = extra {
        let at = extra?.as_nanos();
        edges.extend([at, at + GLITCH]);
        edges.sort_unstable();
    }
    if let Some(truncate) = truncate {
        edges.truncate(truncate?);
    }
    Some(edges.into_iter().map(Duration::from_nanos).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 68 edges. With inverted bytes the sum of all bits is 16 of each kind: 67.5 ms to the last mark, which ends
    /// 562.5 us later.
    #[test]
    fn a_frame_has_its_length() {
        for command in [0, 0x15, 0xFF] {
            let edges = frame([0x20, !0x20, command, !command]);
            assert_eq!((edges.len(), edges[66], edges[67]), (68, 67_500_000, 68_062_500));
        }
        // 0x20 is 0b0010_0000: its first bit is 0, its sixth 1.
        let edges = frame([0x20, !0x20, 0, 0xFF]);
        assert_eq!(edges[..5], [0, 9_000_000, 13_500_000, 14_062_500, 14_625_000]);
        assert_eq!(edges[14] - edges[13], 1_687_500);
    }

    #[test]
    fn a_block_is_stretched_from_its_own_beginning() {
        let blocks = [vec![0, 1_000], vec![10_000, 11_000]];
        assert_eq!(stretched(&blocks, 1.05), [0, 1_050, 10_000, 11_050]);
    }
}

//! Transcripts: what must have been printed, line by line.
//!
//! Owns how the text of `transcript` falls into lines, and the form in which a line says its
//! instant: seconds, then milliseconds after the point, then microseconds, e.g. `1.018 750  text`.

use vpyb_core::time::Instant;

use super::model::TranscriptLine;

/// The lines of a transcript. One newline at its end belongs to the last line.
pub fn lines(text: &str) -> Vec<TranscriptLine> {
    text.lines().map(line).collect()
}

fn line(text: &str) -> TranscriptLine {
    match instant(text) {
        Some((at, rest)) => TranscriptLine { at: Some(at), text: rest.to_owned() },
        None => TranscriptLine { at: None, text: text.to_owned() },
    }
}

/// The instant at the begin of a line, and what follows the two blanks after it.
fn instant(line: &str) -> Option<(Instant, &str)> {
    let (time, text) = line.trim_start().split_once("  ").or_else(|| Some((line.trim(), "")))?;
    let (seconds, rest) = time.split_once('.')?;
    let mut groups = rest.split(' ');
    let (ms, us, ns) =
        (three(groups.next()?)?, three(groups.next()?)?, groups.next().map_or(Some(0), three)?);
    if groups.next().is_some() || seconds.is_empty() || seconds.len() > 7 {
        return None;
    }
    let seconds: u64 = digits(seconds)?;
    Some((Instant::from_nanos(((seconds * 1_000 + ms) * 1_000 + us) * 1_000 + ns), text))
}

fn three(group: &str) -> Option<u64> {
    if group.len() == 3 { digits(group) } else { None }
}

fn digits(text: &str) -> Option<u64> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_begin_with_its_instant() {
        let text = "hello\n\n1.018 750  RX: 7\n  12.000 000 500  a  b\n1.5 V  measured\n";
        let at = |ns, text: &str| TranscriptLine { at: Some(Instant::from_nanos(ns)), text: text.into() };
        let plain = |text: &str| TranscriptLine { at: None, text: text.into() };
        let expected = [
            plain("hello"),
            plain(""),
            at(1_018_750_000, "RX: 7"),
            at(12_000_000_500, "a  b"),
            plain("1.5 V  measured"),
        ];
        assert_eq!(lines(text), expected);
    }
}

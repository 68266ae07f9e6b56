//! What one end of a connection sends: a stream of bytes in segments, until each is acknowledged.
//!
//! Owns [`Outgoing`], plain data. Which byte of the stream is where is told by its offset; the end of the stream has
//! an offset of its own, behind the last byte. Knows no time and no network.
//!
//! ```text
//!   stream  ──acknowledged──│──sent, not acknowledged──│──not sent──│ (end)
//!                         acked                      sent
//! ```

use std::collections::VecDeque;

/// The most bytes of a segment: what TCP may assume of any host (RFC 9293, section 3.7.1).
pub const LONGEST_SEGMENT: usize = 536;

/// A piece of the stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Where it begins.
    pub offset: u64,
    /// The bytes; none if it only says that the stream ends, or asks for room.
    pub bytes: Vec<u8>,
    /// The stream ends here.
    pub end: bool,
}

/// The sending half of an end.
#[derive(Clone, PartialEq, Debug)]
pub struct Outgoing {
    /// The bytes that are not acknowledged, from `acked` on.
    kept: VecDeque<u8>,
    capacity: usize,
    /// How many bytes were given in all: the offset of the end.
    given: u64,
    acked: u64,
    sent: u64,
    /// The other end has room for bytes up to here.
    limit: u64,
    ending: bool,
}

impl Outgoing {
    /// An empty stream that keeps up to `capacity` bytes, towards an end that has room for as many.
    pub fn new(capacity: usize) -> Self {
        Self {
            kept: VecDeque::new(),
            capacity,
            given: 0,
            acked: 0,
            sent: 0,
            limit: capacity as u64,
            ending: false,
        }
    }

    /// Whether it takes a byte.
    pub fn has_room(&self) -> bool {
        self.kept.len() < self.capacity && !self.ending
    }

    /// Takes as much as fits; gives how much.
    pub fn give(&mut self, data: &[u8]) -> usize {
        let count = if self.ending { 0 } else { data.len().min(self.capacity - self.kept.len()) };
        self.kept.extend(&data[..count]);
        self.given += count as u64;
        count
    }

    /// Nothing will be given any more.
    pub fn end(&mut self) {
        self.ending = true;
    }

    /// How many bytes are not acknowledged.
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Whether something was sent and not acknowledged.
    pub fn is_outstanding(&self) -> bool {
        self.sent > self.acked
    }

    /// Whether there is more to be sent, now or when there is room.
    pub fn has_more(&self) -> bool {
        self.sent < self.given + u64::from(self.ending)
    }

    /// The next segment that the other end has room for.
    pub fn next_segment(&mut self) -> Option<Segment> {
        let offset = self.sent;
        let left = self.given.saturating_sub(offset);
        if left == 0 {
            let end = self.ending && offset == self.given;
            self.sent += u64::from(end);
            return end.then_some(Segment { offset, bytes: Vec::new(), end });
        }
        let count = left.min(self.limit.saturating_sub(offset)).min(LONGEST_SEGMENT as u64) as usize;
        if count == 0 {
            return None;
        }
        let from = (offset - self.acked) as usize;
        self.sent += count as u64;
        let bytes = self.kept.range(from..from + count).copied().collect();
        Some(Segment { offset, bytes, end: false })
    }

    /// The other end has everything before `upto`, and room up to `limit`. Whether that is news.
    pub fn acknowledge(&mut self, upto: u64, limit: u64) -> bool {
        self.limit = self.limit.max(limit);
        if upto <= self.acked || upto > self.given + u64::from(self.ending) {
            return false;
        }
        let bytes = (upto - self.acked).min(self.kept.len() as u64);
        self.kept.drain(..bytes as usize);
        self.acked = upto;
        self.sent = self.sent.max(upto);
        true
    }

    /// Everything that is not acknowledged is to be sent again.
    pub fn go_back(&mut self) {
        self.sent = self.acked;
    }

    /// A segment without bytes, which only asks what there is room for.
    pub fn question(&self) -> Segment {
        Segment { offset: self.sent, bytes: Vec::new(), end: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(out: &mut Outgoing) -> Vec<usize> {
        std::iter::from_fn(|| out.next_segment()).map(|segment| segment.bytes.len()).collect()
    }

    #[test]
    fn a_stream_goes_out_in_segments_up_to_the_room_there_is() {
        let mut out = Outgoing::new(1200);
        assert_eq!(out.give(&[7; 1500]), 1200, "a part of it");
        assert_eq!(lengths(&mut out), [536, 536, 128]);
        assert!(!out.has_room() && out.is_outstanding());
        assert!(out.acknowledge(536, 1200));
        assert!(out.has_room());
        assert_eq!(out.give(&[8; 100]), 100);
        assert_eq!(lengths(&mut out), [0; 0], "there is no room for it yet");
        assert!(!out.acknowledge(536, 1250), "no news of bytes, but of room");
        assert_eq!(lengths(&mut out), [50]);
    }

    #[test]
    fn what_is_not_acknowledged_is_sent_again_and_the_end_comes_last() {
        let mut out = Outgoing::new(100);
        out.give(b"abc");
        out.end();
        assert_eq!(out.give(b"d"), 0, "nothing after the end");
        let all: Vec<_> = std::iter::from_fn(|| out.next_segment()).collect();
        let end = Segment { offset: 3, bytes: vec![], end: true };
        assert_eq!(all, [Segment { offset: 0, bytes: b"abc".into(), end: false }, end.clone()]);
        out.acknowledge(2, 100);
        out.go_back();
        let again: Vec<_> = std::iter::from_fn(|| out.next_segment()).collect();
        assert_eq!(again, [Segment { offset: 2, bytes: b"c".into(), end: false }, end]);
        assert!(out.acknowledge(4, 100));
        assert!(!out.is_outstanding() && !out.has_more());
    }
}

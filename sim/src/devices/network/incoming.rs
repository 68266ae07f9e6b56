//! What one end of a connection receives: a stream in its order, until the program reads it.
//!
//! Owns [`Incoming`], plain data. Knows no time and no network.

use std::collections::VecDeque;

use super::outgoing::Segment;

/// What became of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It is the next of the stream.
    New,
    /// It was there already, or has nothing in it.
    Known,
    /// One before it is missing.
    Gap,
    /// There is no room for it.
    Full,
}

/// The receiving half of an end.
#[derive(Clone, PartialEq, Debug)]
pub struct Incoming {
    unread: VecDeque<u8>,
    capacity: usize,
    next: u64,
    ended: bool,
}

impl Incoming {
    /// An empty stream that keeps up to `capacity` bytes.
    pub fn new(capacity: usize) -> Self {
        Self { unread: VecDeque::new(), capacity, next: 0, ended: false }
    }

    /// Takes a segment if it is the next one.
    pub fn take(&mut self, segment: &Segment) -> Taken {
        if segment.offset < self.next || (segment.bytes.is_empty() && !segment.end) {
            return Taken::Known;
        }
        if segment.offset > self.next {
            return Taken::Gap;
        }
        if segment.bytes.len() > self.room() {
            return Taken::Full;
        }
        self.unread.extend(&segment.bytes);
        self.next += segment.bytes.len() as u64 + u64::from(segment.end);
        self.ended |= segment.end;
        Taken::New
    }

    /// Reads up to `buf.len()` bytes.
    pub fn read(&mut self, buf: &mut [u8]) -> usize {
        let count = buf.len().min(self.unread.len());
        for (place, byte) in buf.iter_mut().zip(self.unread.drain(..count)) {
            *place = byte;
        }
        count
    }

    /// Drops what is not read; gives how much.
    pub fn drop_unread(&mut self) -> usize {
        let dropped = self.unread.len();
        self.unread.clear();
        dropped
    }

    /// How many bytes wait to be read.
    pub fn unread(&self) -> usize {
        self.unread.len()
    }

    /// How many bytes of what waits belong to its first line, the newline included; all if there is none.
    pub fn line_len(&self) -> usize {
        self.unread.iter().position(|&byte| byte == b'\n').map_or(self.unread.len(), |at| at + 1)
    }

    /// How many bytes there is room for.
    pub fn room(&self) -> usize {
        self.capacity - self.unread.len()
    }

    /// The end of the stream has come.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The offset of the byte that is wanted next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The offset up to which there is room.
    pub fn limit(&self) -> u64 {
        self.next + self.room() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_next_segment_is_taken_and_only_where_there_is_room() {
        let segment = |offset, bytes: &[u8], end| Segment { offset, bytes: bytes.into(), end };
        let mut incoming = Incoming::new(4);
        assert_eq!(incoming.take(&segment(2, b"cd", false)), Taken::Gap);
        assert_eq!(incoming.take(&segment(0, b"ab", false)), Taken::New);
        assert_eq!(incoming.take(&segment(0, b"ab", false)), Taken::Known);
        assert_eq!(incoming.take(&segment(2, b"cde", false)), Taken::Full);
        assert_eq!((incoming.next(), incoming.limit()), (2, 4));
        let mut buf = [0; 1];
        assert_eq!((incoming.read(&mut buf), buf), (1, *b"a"));
        assert_eq!(incoming.take(&segment(2, b"cde", false)), Taken::New);
        assert_eq!(incoming.take(&segment(5, b"", true)), Taken::New);
        assert!(incoming.ended() && incoming.unread() == 4);
        assert_eq!(incoming.take(&segment(5, b"", false)), Taken::Known, "a question");
    }
}

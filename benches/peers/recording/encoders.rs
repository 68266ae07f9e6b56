//! Keeping events without a library for it: as they are, and packed by hand.
//!
//! The limit is a `Vec` of which the memory is there already.

use std::hint::black_box;
use std::time::Instant;

use super::events::{COUNT, Event, Events};
use crate::harness::{Case, Round};

pub fn cases() -> Vec<Case> {
    let size = size_of::<Event>() as f64;
    vec![
        Case::limit("limit: Vec of events, reserved", kept()).leaving(size),
        Case::peer("differences and group varint, by hand", packed()).leaving(bytes_packed()),
    ]
}

fn kept() -> Round {
    let mut events: Vec<Event> = Vec::with_capacity(COUNT);
    Box::new(move |_, count| {
        events.clear();
        let mut stream = Events::new();
        let start = Instant::now();
        for _ in 0..count {
            events.push(stream.next());
        }
        black_box(&mut events);
        start.elapsed()
    })
}

/// Packs events as their differences to the one before: a byte that says how long the fields are, then the fields.
#[derive(Default)]
struct Packer {
    bytes: Vec<u8>,
    at: u64,
    number: u32,
}

/// The most that an event takes.
const LONGEST: usize = 1 + 4 + 4 + 4 + 1;

impl Packer {
    #[inline(always)]
    fn push(&mut self, event: Event) {
        let fields = [(event.at - self.at) as u32, self.number - event.cause, event.took];
        (self.at, self.number) = (event.at, self.number + 1);
        let begin = self.bytes.len();
        self.bytes.resize(begin + LONGEST, 0);
        let place = &mut self.bytes[begin..];
        place[1] = (event.task as u8) << 4 | event.kind;
        let (mut lengths, mut end) = (0, 2);
        for (number, field) in fields.into_iter().enumerate() {
            let length = (4 - (field | 1).leading_zeros() as usize / 8).max(1);
            lengths |= (length as u8 - 1) << (number * 2);
            place[end..end + 4].copy_from_slice(&field.to_le_bytes());
            end += length;
        }
        place[0] = lengths;
        self.bytes.truncate(begin + end);
    }
}

fn packed() -> Round {
    let mut packer = Packer { bytes: Vec::with_capacity(COUNT * LONGEST), ..Packer::default() };
    Box::new(move |_, count| {
        packer.bytes.clear();
        (packer.at, packer.number) = (0, 0);
        let mut stream = Events::new();
        let start = Instant::now();
        for _ in 0..count {
            packer.push(stream.next());
        }
        black_box(&mut packer.bytes);
        start.elapsed()
    })
}

fn bytes_packed() -> f64 {
    let (mut packer, mut stream) = (Packer::default(), Events::new());
    (0..COUNT).for_each(|_| packer.push(stream.next()));
    packer.bytes.len() as f64 / COUNT as f64
}

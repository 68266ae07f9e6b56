//! What is to be done in one transfer on an I2C bus, clock by clock.
//!
//! Owns the order of conditions and bytes from START to STOP, and the nine bits of each byte. Knows no wires.

use std::collections::VecDeque;

/// A part of a transfer in one direction. Between two parts is a repeated START.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum I2cSegment {
    /// These bytes are sent.
    Write(Vec<u8>),
    /// So many bytes are read; the last one is not acknowledged.
    Read(usize),
}

/// One thing on the bus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Item {
    /// A START; the first one of a transfer waits for a free bus.
    Start,
    /// The address and the direction.
    Address { address: u8, read: bool },
    /// A byte to be sent.
    Write(u8),
    /// A byte to be read.
    Read { last: bool },
    /// One clock of a recovery: a STOP, if SDA can rise.
    Clock,
    /// A STOP.
    Stop,
}

/// Stands for a transfer that was begun, for who wants its outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct I2cTicket(pub(super) u32);

/// How a transfer ended: what was read, or why it was given up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum I2cOutcome {
    /// All was done; the bytes that were read.
    Done(Vec<u8>),
    /// Nobody acknowledged the address.
    NoAddress,
    /// A byte was not acknowledged.
    NoData,
    /// Another one pulled SDA low.
    Arbitration,
    /// The bus was never free.
    Busy,
    /// SCL was held low for too long.
    Stretch,
    /// SDA stayed low where it had to rise for a STOP.
    Stuck,
}

/// The items of a transfer.
pub(super) fn plan(address: u8, segments: &[I2cSegment]) -> VecDeque<Item> {
    let mut items = VecDeque::new();
    for segment in segments {
        let read = matches!(segment, I2cSegment::Read(_));
        items.extend([Item::Start, Item::Address { address, read }]);
        match segment {
            I2cSegment::Write(bytes) => items.extend(bytes.iter().map(|&byte| Item::Write(byte))),
            I2cSegment::Read(count) => items.extend((1..=*count).map(|n| Item::Read { last: n == *count })),
        }
    }
    items.push_back(Item::Stop);
    items
}

/// The clocks of a recovery. After so many any device has sent its byte, and leaves SDA to the master for the acknowledge:
/// there at the latest it can rise.
pub(super) fn recovery() -> VecDeque<Item> {
    [Item::Clock; 9].into()
}

/// The bits of an item on the wire, the first one highest: eight of data and the acknowledge.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Bits {
    /// What the unit does: 1 lets SDA go.
    send: u16,
    /// What was sampled so far.
    sampled: u16,
    /// How many bits are over.
    over: u8,
    count: u8,
}

impl Bits {
    /// The bits of an item; conditions have none.
    pub(super) fn of(item: Item) -> Self {
        let byte = |send| Self { send, sampled: 0, over: 0, count: 9 };
        match item {
            Item::Address { address, read } => byte(u16::from(address) << 2 | u16::from(read) << 1 | 1),
            Item::Write(data) => byte(u16::from(data) << 1 | 1),
            Item::Read { last } => byte(0x1FE | u16::from(last)),
            Item::Start | Item::Clock | Item::Stop => Self { send: 0, sampled: 0, over: 0, count: 0 },
        }
    }

    /// Whether the present bit lets SDA go.
    pub(super) fn releases(self) -> bool {
        self.send >> (self.count - 1 - self.over) & 1 == 1
    }

    /// Whether the present bit is the last one: the acknowledge of a byte.
    pub(super) fn is_last(self) -> bool {
        self.over + 1 == self.count
    }

    /// Takes in the present bit; true if it was the last one.
    pub(super) fn take(&mut self, high: bool) -> bool {
        self.sampled = self.sampled << 1 | u16::from(high);
        self.over += 1;
        self.over == self.count
    }

    /// The byte that was sampled.
    pub(super) fn byte(self) -> u8 {
        (self.sampled >> 1) as u8
    }

    /// Whether the last bit was low.
    pub(super) fn ack(self) -> bool {
        self.sampled & 1 == 0
    }

    /// Refuses the byte that is being read.
    pub(super) fn refuse(&mut self) {
        self.send |= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_and_a_read_are_joined_by_a_repeated_start() {
        let items = plan(0x40, &[I2cSegment::Write(vec![0xE3]), I2cSegment::Read(2)]);
        let expected = [
            Item::Start,
            Item::Address { address: 0x40, read: false },
            Item::Write(0xE3),
            Item::Start,
            Item::Address { address: 0x40, read: true },
            Item::Read { last: false },
            Item::Read { last: true },
            Item::Stop,
        ];
        assert_eq!(items, expected);
    }

    #[test]
    fn bits_come_highest_first_and_leave_the_answer_to_the_other() {
        let sent = |item| {
            let mut bits = Bits::of(item);
            let mut sent = String::new();
            loop {
                sent.push(if bits.releases() { '1' } else { '0' });
                if bits.take(bits.releases()) {
                    return sent;
                }
            }
        };
        assert_eq!(sent(Item::Address { address: 0x40, read: true }), "100000011");
        assert_eq!(sent(Item::Write(0xE3)), "111000111");
        assert_eq!(sent(Item::Read { last: false }), "111111110");
        assert_eq!(sent(Item::Read { last: true }), "111111111");
    }
}

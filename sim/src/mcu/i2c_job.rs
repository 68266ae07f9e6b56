//! A transfer under way on an I2C bus.
//!
//! Owns how far it has come, what follows a byte, and how it ends early. Knows no wires and no time but what it is
//! given.

use std::collections::VecDeque;

use vpyb_core::time::Instant;

use super::i2c_clock::I2cClock;
use super::i2c_transfer::{Bits, I2cOutcome, I2cTicket, Item};
use crate::trace::Seq;
use crate::trace::record::I2cEvent;

/// A transfer, or the recovery of a bus.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Job {
    /// What comes after the present item.
    pub(super) items: VecDeque<Item>,
    pub(super) item: Item,
    pub(super) bits: Bits,
    pub(super) phase: Phase,
    pub(super) clock: I2cClock,
    /// What was read so far.
    pub(super) read: Vec<u8>,
    /// Why it ends early.
    pub(super) failed: Option<I2cOutcome>,
    /// The record that what follows is caused by.
    pub(super) cause: Option<Seq>,
    /// Until when it waits for a free bus.
    pub(super) give_up: Instant,
    /// Who asks for its outcome, if anybody still does.
    pub(super) ticket: Option<I2cTicket>,
    /// Clocks that were sent to free the bus; none in a transfer.
    pub(super) clocks: Option<u8>,
}

/// Where in a clock of the bus it stands. The picture is in `i2c_master`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Phase {
    Waiting,
    Held,
    Low,
    Set,
    Rising { since: Instant },
    High,
    Stopping,
}

impl Job {
    pub(super) fn new(
        ticket: I2cTicket,
        items: VecDeque<Item>,
        clock: I2cClock,
        clocks: Option<u8>,
        cause: Option<Seq>,
        give_up: Instant,
    ) -> Self {
        Self {
            items,
            item: Item::Start,
            bits: Bits::of(Item::Start),
            phase: Phase::Waiting,
            clock,
            read: Vec::new(),
            failed: None,
            cause,
            give_up,
            ticket: Some(ticket),
            clocks,
        }
    }

    /// How many bytes were read, once its START was sent; `None` in a recovery.
    pub(super) fn on_bus(&self) -> Option<usize> {
        (self.phase != Phase::Waiting && self.clocks.is_none()).then_some(self.read.len())
    }

    /// Nobody waits for it any more: only what is needed for a STOP is left to do.
    pub(super) fn abandon(&mut self) {
        self.ticket = None;
        let sent_next = match self.item {
            Item::Stop | Item::Clock => return,
            Item::Read { last: false } if !self.bits.is_last() => {
                self.bits.refuse();
                false
            }
            // The device goes on to another byte, which has to be taken before SDA is free for a STOP.
            Item::Read { last: false } | Item::Address { read: true, .. } => true,
            _ => false,
        };
        self.items = VecDeque::from([Item::Stop]);
        if sent_next {
            self.items.push_front(Item::Read { last: true });
        }
    }

    /// Whether the unit lets SDA go for the present clock.
    pub(super) fn releases_sda(&self) -> bool {
        match self.item {
            Item::Stop | Item::Clock => false,
            Item::Start => true,
            _ => self.bits.releases(),
        }
    }

    /// Whether the present bit is the unit's to send: the acknowledge is the receiver's.
    pub(super) fn is_our_bit(&self) -> bool {
        match self.item {
            Item::Address { .. } | Item::Write(_) => !self.bits.is_last(),
            Item::Read { .. } => self.bits.is_last(),
            Item::Start | Item::Stop | Item::Clock => false,
        }
    }

    /// All bits of the present byte are over: what it was. What was refused ends the transfer.
    pub(super) fn byte_over(&mut self) -> I2cEvent {
        let ack = self.bits.ack();
        let (event, refused) = match self.item {
            Item::Address { address, read } => {
                (I2cEvent::Address { address, read, ack }, Some(I2cOutcome::NoAddress))
            }
            Item::Write(byte) => (I2cEvent::Byte { byte, read: false, ack }, Some(I2cOutcome::NoData)),
            Item::Read { .. } => {
                let byte = self.bits.byte();
                self.read.push(byte);
                (I2cEvent::Byte { byte, read: true, ack }, None)
            }
            Item::Start | Item::Stop | Item::Clock => unreachable!("a condition has no bits"),
        };
        if let Some(refused) = refused.filter(|_| !ack) {
            self.failed = Some(refused);
            self.items = VecDeque::from([Item::Stop]);
        }
        event
    }
}

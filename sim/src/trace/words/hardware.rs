//! The sentences of records about hardware: wires, UARTs, interrupts.
//!
//! Owns their wording. Knows nothing of tasks.

use super::{Phrase, Words, show_byte, show_level, show_mode, show_trigger};
use crate::trace::record::{Drive, Kind, Record};

impl Words<'_> {
    pub(super) fn wires(&self, record: &Record) -> Phrase {
        match record.kind {
            Kind::NetPin { net, pin } => self.of_place(pin, format!("is on net {}", net.0)),
            Kind::Driven { pin, drive } => {
                let verb = match drive {
                    Drive::Low => "drives low",
                    Drive::High => "drives high",
                    Drive::Released => "lets go",
                };
                self.of_place(pin, verb.into())
            }
            Kind::Edge { net, level } => Phrase {
                place: self.net(net, record.at),
                event: show_level(level).into(),
                ..Phrase::default()
            },
            Kind::Contention { net } => {
                let place = self.net(net, record.at);
                Phrase { place, event: "driven both ways".into(), ..Phrase::default() }
            }
            Kind::Wire { a, b, plugged } => {
                let verb = if plugged { "is plugged into" } else { "is unplugged from" };
                self.of_place(a, format!("{verb} {}", self.text(b)))
            }
            Kind::FloatingRead { pin, high } => {
                let level = if high { "high" } else { "low" };
                self.of_place(pin, format!("read while floating: {level} by chance"))
            }
            Kind::PinMode { pin, mode, pull } => self.of_place(pin, show_mode(mode, pull)),
            _ => Phrase::default(),
        }
    }

    pub(super) fn uarts(&self, kind: &Kind) -> Phrase {
        match *kind {
            Kind::UartOpened { uart, tx, rx, baud, ring } => {
                let (tx, rx) = (self.trace.text(tx), self.trace.text(rx));
                self.of_place(uart, format!("opened: tx {tx}, rx {rx}, {baud} baud, ring of {ring}"))
            }
            Kind::UartWrite { uart, bytes } => self.of_place(uart, format!("is given {}", plural(bytes))),
            Kind::UartTx { uart, byte } => self.of_place(uart, format!("tx {}", show_byte(byte))),
            Kind::UartStart { uart } => self.of_place(uart, "rx start bit".into()),
            Kind::UartRx { uart, byte, framing } => {
                let note = if framing { ", framing error" } else { "" };
                self.of_place(uart, format!("rx {} in the data register{note}", show_byte(byte)))
            }
            Kind::UartBuffered { uart, byte, ring } => {
                let of = self.rings.get(&uart).map_or(String::new(), |len| format!("/{len}"));
                self.of_place(uart, format!("rx {}  ring {ring}{of}", show_byte(byte)))
            }
            Kind::UartHeld { uart, byte } => self.of_place(
                uart,
                format!("rx {}  ring full: stays in the data register, interrupt off", show_byte(byte)),
            ),
            Kind::UartOverrun { uart, byte } => {
                self.of_place(uart, format!("rx {}  OVERRUN: lost", show_byte(byte)))
            }
            Kind::UartNoStart { uart } => self.of_place(uart, "rx  no start bit: a glitch".into()),
            Kind::UartDeaf { uart } => self.of_place(uart, "rx  lost unseen: overrun not yet cleared".into()),
            Kind::UartRead { uart, bytes, ring } => {
                self.of_place(uart, format!("{} read, {ring} left", plural(bytes)))
            }
            _ => Phrase::default(),
        }
    }

    pub(super) fn interrupts(&self, kind: &Kind) -> Phrase {
        match *kind {
            Kind::IrqSetUp { irq, line, trigger, masked } => {
                let masked = if masked { ", masked" } else { "" };
                self.of_place(irq, format!("interrupt line {line}: {}{masked}", show_trigger(trigger)))
            }
            Kind::IrqPending { irq } => self.of_place(irq, "interrupt pending".into()),
            Kind::IrqCoalesced { irq } => {
                self.of_place(irq, "interrupt COALESCED: one was pending already".into())
            }
            Kind::Handler { irq, took } => self.of_place(irq, format!("handler runs, takes {took}")),
            Kind::TimerSetUp { timer, every: Some(every) } => self.of_place(timer, format!("every {every}")),
            Kind::TimerSetUp { timer, every: None } => self.of_place(timer, "stopped".into()),
            Kind::Alarm { wakers, took } => Phrase {
                place: "alarm".into(),
                event: format!("wakes {wakers}, takes {took}"),
                ..Phrase::default()
            },
            _ => Phrase::default(),
        }
    }
}

fn plural(bytes: u32) -> String {
    if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") }
}

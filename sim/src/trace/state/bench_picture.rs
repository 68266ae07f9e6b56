//! Buses, devices and sockets of a state as rows of text.
//!
//! Owns how each of them reads in a line. Titles and columns are the picture's.

use super::picture::{counts, number};
use super::{DeviceState, I2cBus, Socket, Standing, State};
use crate::trace::words::show_byte;
use crate::trace::{Trace, show_instant};

/// What each bus does: its name, pins and clock, transfer, counters.
pub(super) fn buses(state: &State, trace: &Trace) -> Vec<[String; 4]> {
    let row = |(&name, bus): (_, &I2cBus)| {
        let pins = bus.pins.map_or(String::new(), |(scl, sda)| {
            format!("SCL {}, SDA {}, {} Hz", trace.text(scl), trace.text(sda), bus.hertz)
        });
        [trace.text(name).to_owned(), pins, transfer(bus), counted(bus)]
    };
    state.buses.iter().map(row).collect()
}

fn transfer(bus: &I2cBus) -> String {
    let Some(transfer) = bus.transfer else {
        return match bus.fault {
            Some((fault, by)) => format!("idle, the last transfer failed: {} ({})", fault.word(), number(by)),
            None => "idle".to_owned(),
        };
    };
    let answered = |ack: bool| if ack { "" } else { ", not acknowledged" };
    let mut text = match transfer.address {
        None => "sends an address".to_owned(),
        Some((address, read, ack)) => {
            let verb = if read { "reads from" } else { "writes to" };
            format!("{verb} {address:#04x}{}", answered(ack))
        }
    };
    let bytes = [("sent", transfer.sent), ("read", transfer.read)];
    bytes.iter().filter(|(_, n)| *n > 0).for_each(|(word, n)| text += &format!(", {n} {word}"));
    if let Some((byte, ack)) = transfer.last {
        text += &format!(", last {}{}", show_byte(byte), answered(ack));
    }
    format!("{text}, since {} ({})", show_instant(transfer.since), number(transfer.by))
}

fn counted(bus: &I2cBus) -> String {
    let counters = bus.counters;
    let mut counts = counts([
        ("addressed", counters.addressed),
        ("bytes", counters.bytes),
        ("nack", counters.nack),
        ("failed", counters.failed),
    ]);
    if !counters.stretched.is_zero() {
        counts.push(format!("stretched {}", counters.stretched));
    }
    counts.join(", ")
}

/// What each device told of itself: its name, its supply, its words, since when.
pub(super) fn devices(state: &State, trace: &Trace) -> Vec<[String; 5]> {
    let row = |(&name, device): (_, &DeviceState)| {
        let supply = match device.supply {
            Some((on, by)) => format!("power {} ({})", if on { "on" } else { "off" }, number(by)),
            None => String::new(),
        };
        let told = device.told.map_or(Default::default(), |told| {
            [trace.text(told.text).to_owned(), format!("since {}", show_instant(told.since)), number(told.by)]
        });
        let [words, since, by] = told;
        [trace.text(name).to_owned(), supply, words, since, by]
    };
    state.devices.iter().map(row).collect()
}

/// How each socket stands: its name, its standing, since when, what is in it.
pub(super) fn sockets(state: &State, trace: &Trace) -> Vec<[String; 5]> {
    let row = |(&name, socket): (_, &Socket)| {
        let (since, by) = socket
            .since
            .map_or(Default::default(), |(at, by)| (format!("since {}", show_instant(at)), number(by)));
        [trace.text(name).to_owned(), standing(socket, trace), since, by, inside(socket)]
    };
    state.sockets.iter().map(row).collect()
}

fn standing(socket: &Socket, trace: &Trace) -> String {
    let port = socket.port.map_or(String::new(), |port| format!(" port {port}"));
    match socket.standing {
        Standing::Up => "up".to_owned(),
        Standing::Down => "down".to_owned(),
        Standing::LooksUp(host) => format!("looks up {}", trace.text(host)),
        Standing::Listens => format!("listens on{port}"),
        Standing::Connects => format!("connects to{port}"),
        Standing::Waits => format!("waits to be accepted on{port}"),
        Standing::Open => "open".to_owned(),
        Standing::Failed(why) => format!("failed: {}", why.word()),
        Standing::Closed => "closed".to_owned(),
    }
}

fn inside(socket: &Socket) -> String {
    let mut parts = counts([
        ("unread", u64::from(socket.unread)),
        ("written", socket.written),
        ("read", socket.read),
        ("tries", socket.tries.into()),
        ("lost", socket.lost),
    ]);
    if socket.ended {
        parts.push("the other end has closed".to_owned());
    }
    parts.join(", ")
}

//! Serial lines: `[uartN]`, UART objects, serial peers and what they answer.
//!
//! Owns the keys of frames and flow control, and which of them go together. Which units have flow control is in the
//! vocabulary.

use super::diagnostic::{Diagnostic, code};
use super::model::{Line, Parity, Part, Reply, UartFlow, UartFrame, UartObject, UartOverride};
use super::table::Table;
use super::value::Value;
use super::vocabulary::Vocabulary;
use super::wires::Wires;
use super::words::quoted;

/// Speeds of a UART in baud.
pub const BAUDS: std::ops::RangeInclusive<i64> = 1..=20_000_000;
/// The speed of a UART if none is said.
pub const DEFAULT_BAUD: u32 = 9_600;
/// What a peer hears, or sends at once, is at most so long.
const LONGEST_TEXT: usize = 4_096;

const PARITIES: [(&str, Parity); 3] = [("none", Parity::None), ("even", Parity::Even), ("odd", Parity::Odd)];
const FLOWS: [(&str, UartFlow); 4] = [
    ("none", UartFlow::NONE),
    ("rts", UartFlow { rts: true, cts: false }),
    ("cts", UartFlow { rts: false, cts: true }),
    ("rts-cts", UartFlow { rts: true, cts: true }),
];

/// The keys of a line. The unit is that of the board whose line it is.
fn line(table: &mut Table<'_>, uart: &str, vocabulary: &Vocabulary) -> Line {
    let number = |value: Value<'_>, allowed| value.integer(allowed).map(|number| number as u8);
    let bits = table.key("bits").and_then(|value| number(value, 7..=9));
    let parity = table.key("parity").and_then(|value| value.word("parity", &PARITIES, &[]));
    let stop_bits = table.key("stop").and_then(|value| number(value, 1..=2));
    let said = table.key("flow");
    let flow = said.and_then(|value| value.word("flow control", &FLOWS, &[]));
    if let (Some(said), Some(flow)) = (said, flow)
        && flow != UartFlow::NONE
        && !uart.is_empty()
        && vocabulary.flow_pins_of(uart).next().is_none()
    {
        let with = vocabulary.uarts.iter().filter(|uart| vocabulary.flow_pins_of(uart).next().is_some());
        let with: Vec<String> = with.map(|uart| quoted(uart)).collect();
        let message = format!("`{uart}` has no pins for flow control");
        said.refuse(code::CONFLICT, message, format!("those that have them: {}", with.join(", ")));
    }
    Line { bits, parity, stop_bits, flow }
}

/// The same where all is said that will be: a frame that cannot be is refused.
fn whole_line(table: &mut Table<'_>, uart: &str, vocabulary: &Vocabulary) -> Line {
    let line = line(table, uart, vocabulary);
    if !line.frame(UartFrame::N8).is_possible()
        && let Some(said) = ["bits", "parity"].into_iter().find_map(|key| table.peek(key))
    {
        let message = "no UART has such frames";
        said.refuse(code::CONFLICT, message, "there are 8 or 9 bits without parity, and 7 or 8 with it");
    }
    line
}

fn baud(table: &mut Table<'_>) -> Option<u32> {
    table.key("baud").and_then(|value| value.integer(BAUDS)).map(|baud| baud as u32)
}

fn ring(table: &mut Table<'_>, key: &'static str, least: i64) -> Option<u16> {
    table.key(key).and_then(|value| value.integer(least..=65_535)).map(|length| length as u16)
}

/// `[uartN]`.
pub fn overrides(mut table: Table<'_>, uart: &str, vocabulary: &Vocabulary) -> UartOverride {
    let settings = UartOverride {
        baud: baud(&mut table),
        read_buf_len: ring(&mut table, "read_buf_len", 1),
        write_buf_len: ring(&mut table, "write_buf_len", 0),
        rx_irq_latency: table.key("rx_irq_latency").and_then(Value::duration),
        line: line(&mut table, uart, vocabulary),
    };
    table.close();
    settings
}

/// An entry of `objects.uarts`.
pub fn object(table: &mut Table<'_>, vocabulary: &Vocabulary, wires: &mut Wires) -> UartObject {
    let place = table.need("uart", "\"uart4\"");
    let uart = place.and_then(|value| value.known("UART", &vocabulary.uarts, &[])).unwrap_or_default();
    let line = whole_line(table, &uart, vocabulary);
    if let Some(place) = place.filter(|_| !uart.is_empty()) {
        wires.unit(&uart, place, vocabulary);
        wires.flow(&uart, line.flow.unwrap_or_default(), place, vocabulary);
    }
    let (baud, write_buf_len) = (baud(table), ring(table, "write_buf_len", 0));
    UartObject { uart, baud: baud.unwrap_or(DEFAULT_BAUD), line, write_buf_len: write_buf_len.unwrap_or(0) }
}

/// A part of kind `serial-peer`, at the other end of this UART's wires.
pub fn peer(
    table: &mut Table<'_>,
    name: Value<'_>,
    wire: Option<Value<'_>>,
    uart: String,
    vocabulary: &Vocabulary,
    wires: &mut Wires,
) -> Part {
    let line = whole_line(table, &uart, vocabulary);
    let who = format!("part {}", quoted(name.key));
    if let Some(wire) = wire {
        if let Some(rx) = vocabulary.pins_of(&uart).find(|pin| !pin.drives) {
            wires.driver(&rx.pin, &who, wire);
        }
        let cts = vocabulary.flow_pins_of(&uart).find(|pin| !pin.drives);
        if let Some(cts) = cts.filter(|_| line.flow.is_some_and(|flow| flow.cts)) {
            wires.driver(&cts.pin, &who, wire);
        }
    }
    let replies = table.key("replies").and_then(Value::items);
    let replies = replies.into_iter().flatten().filter_map(reply).collect();
    Part::SerialPeer { uart, baud: baud(table).unwrap_or(DEFAULT_BAUD), line, replies }
}

/// `{ to = "AT\r\n", send = ["OK\r\n"], pause = "500ms", times = 1 }`.
fn reply(value: Value<'_>) -> Option<Reply> {
    let mut table = value.table()?.called("a reply");
    let to = table.need("to", "\"AT\\r\\n\"").and_then(|value| text(value, true));
    let send = table.need("send", "[\"OK\\r\\n\"]").and_then(Value::items);
    let send: Option<Vec<Option<Vec<u8>>>> = send.map(|items| items.map(|item| text(item, false)).collect());
    let pause = table.key("pause").map(Value::duration);
    let times = table.key("times").map(|value| value.integer(1..=i64::from(u32::MAX)));
    table.close();
    let send = send?.into_iter().collect::<Option<_>>()?;
    let times = match times {
        Some(times) => Some(times? as u32),
        None => None,
    };
    Some(Reply { to: to?, send, pause: pause.map_or(Some(Default::default()), |pause| pause)?, times })
}

/// What is heard or sent at once.
fn text(value: Value<'_>, heard: bool) -> Option<Vec<u8>> {
    let text = value.text()?;
    if heard && text.is_empty() {
        value.refuse(code::OUT_OF_RANGE, "nothing is no question", "say what the peer answers to");
        return None;
    }
    if text.len() > LONGEST_TEXT {
        let message = format!("this text has {} bytes", text.len());
        value.report(
            Diagnostic::new(code::OUT_OF_RANGE, value.span(), message)
                .help(format!("it has at most {LONGEST_TEXT}")),
        );
        return None;
    }
    Some(text.into())
}

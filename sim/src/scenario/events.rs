//! Events: what an expectation looks for in a trace.
//!
//! Owns [`Events`], from the table in the file to an [`Event`]. Knows no trace.

use regex::Regex;

use super::diagnostic::{Diagnostic, code};
use super::faults;
use super::model::{Event, I2cSight, InterruptKind, IrqEvent, Level, TaskEvent, UartEvent, What};
use super::names::{Names, only_key};
use super::network;
use super::table::Table;
use super::value::Value;
use super::vocabulary::Vocabulary;
use super::words::{alternatives, quoted};

/// The keys that say what is seen.
const KINDS: [&str; 13] = [
    "prints",
    "line",
    "matches",
    "task",
    "edge",
    "contention",
    "irq",
    "uart",
    "i2c",
    "network",
    "stimulus",
    "mark",
    "fault",
];

const TASK_EVENTS: [(&str, TaskEvent); 7] = [
    ("created", TaskEvent::Created),
    ("ready", TaskEvent::Ready),
    ("step", TaskEvent::Step),
    ("cancel_requested", TaskEvent::CancelRequested),
    ("timeout_expired", TaskEvent::TimeoutExpired),
    ("interrupted", TaskEvent::Interrupted(None)),
    ("finished", TaskEvent::Finished),
];
const UART_EVENTS: [(&str, UartEvent); 10] = [
    ("rx", UartEvent::Rx),
    ("tx", UartEvent::Tx),
    ("overrun", UartEvent::Overrun),
    ("framing", UartEvent::Framing),
    ("parity", UartEvent::Parity),
    ("noise", UartEvent::Noise),
    ("break", UartEvent::Break),
    ("idle", UartEvent::Idle),
    ("held_back", UartEvent::HeldBack),
    ("gave_up", UartEvent::GaveUp),
];
const IRQ_EVENTS: [(&str, IrqEvent); 3] =
    [("pending", IrqEvent::Pending), ("handler", IrqEvent::Handler), ("coalesced", IrqEvent::Coalesced)];
const I2C_EVENTS: [(&str, I2cSight); 9] = [
    ("start", I2cSight::Start),
    ("stop", I2cSight::Stop),
    ("ack", I2cSight::Ack),
    ("nack", I2cSight::Nack),
    ("sent", I2cSight::Sent),
    ("read", I2cSight::Read),
    ("stretch", I2cSight::Stretch),
    ("failed", I2cSight::Failed),
    ("recovered", I2cSight::Recovered),
];
const INTERRUPTS: [(&str, InterruptKind); 2] =
    [("cancelled", InterruptKind::Cancelled), ("timed out", InterruptKind::TimedOut)];

/// Reads events.
pub struct Events<'n> {
    /// What the file declares.
    pub names: &'n Names,
    /// What the board has.
    pub vocabulary: &'n Vocabulary,
}

impl Events<'_> {
    /// One event.
    pub fn read(&self, value: Value<'_>) -> Option<Event> {
        let mut table = value.table()?.called("this event");
        let kind = only_key(&table, &KINDS, "this event", "an event looks for one thing");
        let (span, problems) = (table.span(), table.problems());
        let what = match kind {
            Err(()) => return None,
            Ok(None) => {
                for key in KINDS.into_iter().chain(["event", "nth", "once_per"]) {
                    table.key(key);
                }
                if table.close() {
                    let problem =
                        Diagnostic::new(code::MISSING, span, "this does not say what is looked for");
                    problems
                        .add(problem.help(format!("an event has one of the keys {}", alternatives(&KINDS))));
                }
                return None;
            }
            Ok(Some(kind)) => self.what(kind, &mut table),
        };
        let nth = table.key("nth").and_then(|value| value.integer(1..=i64::from(u32::MAX)));
        let once_per = table.key("once_per").and_then(Value::duration);

        table.close();
        Some(Event { what: what?, nth: nth.map(|n| n as u32), once_per })
    }

    fn what(&self, kind: &str, table: &mut Table<'_>) -> Option<What> {
        match kind {
            "prints" => table.key("prints")?.text().map(|text| What::Prints(text.into())),
            "line" => table.key("line")?.text().map(|text| What::Line(text.into())),
            "matches" => table.key("matches").and_then(matches),
            "stimulus" => self.names.stimulus(table.key("stimulus")?).map(What::Stimulus),
            "mark" => self.names.mark(table.key("mark")?).map(What::Mark),
            "task" => self.task(table),
            "edge" => self.edge(table),
            "contention" => self.vocabulary.seen_pin(table.key("contention")?).map(What::Contention),
            "irq" => self.irq(table),
            "i2c" => self.i2c(table),
            "network" => network::event(table),
            "fault" => faults::event(table),
            _ => self.uart(table),
        }
    }

    fn task(&self, table: &mut Table<'_>) -> Option<What> {
        let task = table.key("task").and_then(|value| self.names.seen_task(value));
        let event = table.need("event", "\"step\"");
        let event = event.and_then(|value| value.word("event of a task", &TASK_EVENTS, &[]));
        let with = table.key("with");
        let kind = with.and_then(|value| value.word("interrupt", &INTERRUPTS, &[]));
        let event = match (event?, with) {
            (TaskEvent::Interrupted(_), _) => TaskEvent::Interrupted(kind),
            (event, None) => event,
            (_, Some(with)) => {
                let message = "only `event = \"interrupted\"` can say `with`";
                with.report(
                    Diagnostic::new(code::CONFLICT, with.key_span(), message).help("leave `with` out"),
                );
                return None;
            }
        };
        Some(What::Task { task: task?, event })
    }

    fn edge(&self, table: &mut Table<'_>) -> Option<What> {
        let pin = table.key("edge").and_then(|value| self.vocabulary.seen_pin(value));
        let levels = [("low", Level::Low), ("high", Level::High)];
        let to = table.need("to", "\"low\"").and_then(|value| value.word("level", &levels, &[]));
        Some(What::Edge { pin: pin?, to: to? })
    }

    fn irq(&self, table: &mut Table<'_>) -> Option<What> {
        let irq = table.key("irq").and_then(|value| self.vocabulary.irq(value));
        let event = table.need("event", "\"handler\"");
        let event = event.and_then(|value| value.word("event of an interrupt", &IRQ_EVENTS, &[]));
        Some(What::Irq { irq: irq?, event: event? })
    }

    fn i2c(&self, table: &mut Table<'_>) -> Option<What> {
        let bus = table.key("i2c").and_then(|value| value.known("I2C unit", &self.vocabulary.buses, &[]));
        let event = table.need("event", "\"nack\"");
        let event = event.and_then(|value| value.word("event of an I2C bus", &I2C_EVENTS, &[]));
        let address = match table.key("address") {
            Some(value) => Some(value.integer(0..=127)? as u8),
            None => None,
        };
        let byte = match table.key("byte") {
            Some(value) => Some(byte(value)?),
            None => None,
        };
        Some(What::I2c { bus: bus?, event: event?, address, byte })
    }

    fn uart(&self, table: &mut Table<'_>) -> Option<What> {
        let uart = table.key("uart").and_then(|value| value.known("UART", &self.vocabulary.uarts, &[]));
        let event = table.need("event", "\"rx\"");
        let event = event.and_then(|value| value.word("event of a UART", &UART_EVENTS, &[]));
        let said = table.key("byte");
        let byte = match said {
            Some(value) => Some(byte(value)?),
            None => None,
        };
        let without = [UartEvent::Idle, UartEvent::HeldBack, UartEvent::GaveUp];
        if let Some(said) = said.filter(|_| event.is_some_and(|event| without.contains(&event))) {
            let problem = Diagnostic::new(code::CONFLICT, said.key_span(), "this event has no byte");
            said.report(problem.help("leave `byte` out"));
        }
        Some(What::Uart { uart: uart?, event: event?, byte })
    }
}

/// A regular expression, which must be one.
fn matches(value: Value<'_>) -> Option<What> {
    let text = value.text()?;
    let Err(error) = Regex::new(text) else { return Some(What::Matches(text.into())) };
    // The library's last line is the reason, those before show the place.
    let shown = error.to_string();
    let reason = shown.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let message = format!("{} is not a regular expression: {reason}", quoted(text));
    value.refuse(
        code::MALFORMED,
        message,
        "write it as the crate `regex` has it, e.g. `matches = '^RX: \\d+$'`",
    );
    None
}

/// The value of a byte; whoever writes a character learns its number.
fn byte(value: Value<'_>) -> Option<u8> {
    if let Some([byte]) = value.raw().as_str().map(str::as_bytes) {
        let message = "`byte` must be a whole number, not a text";
        value.refuse(code::WRONG_TYPE, message, format!("write `byte = {byte:#04x}`"));
        return None;
    }
    value.integer(0..=255).map(|byte| byte as u8)
}

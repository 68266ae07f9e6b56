//! Events of a scenario, found in a trace.
//!
//! Owns [`occurrences`] and the words for an event. Which record is which event is known to [`Eye`]; what is expected
//! of it is not known here.

use vpyb_core::time::Instant;

use super::roster::{near, siblings};
use super::{Roster, Subjects};
use crate::scenario::model::{Event, I2cSight, InterruptKind, IrqEvent, Level, TaskEvent, UartEvent, What};
use crate::sight::Eye;
use crate::trace::{Seq, Trace};

/// One time that an event was seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Occurrence {
    /// The record it was seen in.
    pub seq: Seq,
    /// When.
    pub at: Instant,
}

/// All occurrences of an event in order. `nth` counts over the whole trace.
pub fn occurrences(trace: &Trace, event: &Event) -> Vec<Occurrence> {
    let mut eye = Eye::before(event, trace);
    let seen = trace.iter().filter(|(_, record)| eye.sees(trace, record));
    seen.map(|(seq, record)| Occurrence { seq, at: record.at }).collect()
}

/// The event in words, e.g. `uart2 rx`, `reader step`, `X3 low`, `line "ready"`.
pub fn phrase(event: &Event) -> String {
    let mut text = match &event.what {
        What::Prints(part) => format!("line with {part:?}"),
        What::Line(line) => format!("line {line:?}"),
        What::Matches(pattern) => format!("line like {pattern:?}"),
        What::Task { task, event } => format!("{task} {}", task_word(*event)),
        What::Edge { pin, to: Level::Low } => format!("{pin} low"),
        What::Edge { pin, to: Level::High } => format!("{pin} high"),
        What::Uart { uart, event, byte } => {
            let byte = byte.map(|byte| format!(" 0x{byte:02x}")).unwrap_or_default();
            format!("{uart} {}{byte}", uart_word(*event))
        }
        What::Contention(pin) => format!("{pin} contention"),
        What::Irq { irq, event } => format!("{irq} {}", irq_word(*event)),
        What::I2c { bus, event, address, byte } => {
            let address = address.map(|address| format!(" {address:#04x}")).unwrap_or_default();
            let byte = byte.map(|byte| format!(" byte {byte:#04x}")).unwrap_or_default();
            format!("{bus}{address} {}{byte}", bus_word(*event))
        }
        What::Network { event, socket } => {
            let socket = socket.as_deref().map(|socket| format!("{socket} ")).unwrap_or_default();
            format!("network: {socket}{}", event.trim_start_matches("net_"))
        }
        What::Stimulus(name) => format!("stimulus {name}"),
        What::Mark(name) => format!("mark {name}"),
        What::Fault { what, place } => {
            let place = place.as_deref().map(|place| format!(" at {place}")).unwrap_or_default();
            format!("fault {what}{place}")
        }
    };
    if let Some(nth) = event.nth {
        text = format!("{} {text}", ordinal(nth as usize));
    }
    text
}

fn task_word(event: TaskEvent) -> &'static str {
    match event {
        TaskEvent::Created => "created",
        TaskEvent::Ready => "ready",
        TaskEvent::Step => "step",
        TaskEvent::CancelRequested => "cancel requested",
        TaskEvent::TimeoutExpired => "timeout expired",
        TaskEvent::Interrupted(None) => "interrupted",
        TaskEvent::Interrupted(Some(InterruptKind::Cancelled)) => "interrupted (cancelled)",
        TaskEvent::Interrupted(Some(InterruptKind::TimedOut)) => "interrupted (timed out)",
        TaskEvent::Finished => "finished",
    }
}

fn uart_word(event: UartEvent) -> &'static str {
    match event {
        UartEvent::Rx => "rx",
        UartEvent::Tx => "tx",
        UartEvent::Overrun => "overrun",
        UartEvent::Framing => "framing error",
        UartEvent::Parity => "parity error",
        UartEvent::Noise => "noise",
        UartEvent::Break => "break",
        UartEvent::Idle => "idle",
        UartEvent::HeldBack => "held back",
        UartEvent::GaveUp => "gave up",
    }
}

fn irq_word(event: IrqEvent) -> &'static str {
    match event {
        IrqEvent::Pending => "interrupt pending",
        IrqEvent::Handler => "handler",
        IrqEvent::Coalesced => "interrupt coalesced",
    }
}

fn bus_word(sight: I2cSight) -> &'static str {
    match sight {
        I2cSight::Start => "start",
        I2cSight::Stop => "stop",
        I2cSight::Ack => "ack",
        I2cSight::Nack => "nack",
        I2cSight::Sent => "sent",
        I2cSight::Read => "read",
        I2cSight::Stretch => "stretch",
        I2cSight::Failed => "failed",
        I2cSight::Recovered => "recovered",
    }
}

/// `1st`, `2nd`, `3rd`, `11th`, `21st`.
pub(super) fn ordinal(n: usize) -> String {
    let end = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{end}")
}

/// The parts that events are about.
pub(super) fn subjects<'a>(events: impl IntoIterator<Item = &'a Event>) -> Subjects {
    let mut subjects = Subjects::default();
    for event in events {
        match &event.what {
            What::Prints(_) | What::Line(_) | What::Matches(_) => subjects.console = true,
            What::Task { task, .. } => drop(subjects.tasks.insert(task.clone())),
            What::Edge { pin, .. } | What::Contention(pin) | What::Irq { irq: pin, .. } => {
                subjects.pins.insert(pin.clone());
            }
            What::Uart { uart, .. } => drop(subjects.uarts.insert(uart.clone())),
            What::I2c { bus, .. } => drop(subjects.buses.insert(bus.clone())),
            What::Stimulus(_) | What::Mark(_) | What::Network { .. } | What::Fault { .. } => {}
        }
    }
    subjects
}

/// A name that no part of the run has.
struct Stranger<'a> {
    kind: &'static str,
    name: &'a str,
    near: Option<&'a str>,
}

/// Why the event cannot be seen in this run, if its name is not there.
pub fn stranger(roster: &Roster, event: &Event) -> Option<String> {
    find_stranger(roster, event).map(|stranger| stranger.sentence())
}

/// As [`stranger`], but only where the name is so like one that took part that a slip of the hand is likely.
pub(super) fn slip(roster: &Roster, event: &Event) -> Option<String> {
    find_stranger(roster, event)
        .filter(|stranger| stranger.near.is_some_and(|near| !siblings(stranger.name, near)))
        .map(|stranger| stranger.sentence())
}

fn find_stranger<'a>(roster: &'a Roster, event: &'a Event) -> Option<Stranger<'a>> {
    let (kind, name, known): (_, &str, Vec<&str>) = match &event.what {
        What::Task { task, .. } => {
            if !roster.tasks_named(task).is_empty() {
                return None;
            }
            let whole = roster.tasks().map(|(_, own)| own);
            let stems = roster.tasks().filter_map(|(_, own)| own.split_once('#').map(|(stem, _)| stem));
            ("task", task, stems.chain(whole).collect())
        }
        What::Uart { uart, .. } => ("UART", uart, roster.uarts().collect()),
        What::I2c { bus, .. } => ("I2C unit", bus, roster.buses().collect()),
        What::Edge { pin, .. } | What::Contention(pin) => ("pin", pin, roster.pins().collect()),
        What::Irq { irq, .. } => ("pin or timer", irq, roster.pins().chain(roster.timers()).collect()),
        What::Stimulus(name) | What::Mark(name) => ("mark", name, roster.marks().collect()),
        What::Network { socket: Some(socket), .. } => ("socket", socket, roster.sockets().collect()),
        What::Prints(_)
        | What::Line(_)
        | What::Matches(_)
        | What::Network { socket: None, .. }
        | What::Fault { .. } => {
            return None;
        }
    };
    if known.contains(&name) { None } else { Some(Stranger { kind, name, near: near(name, known) }) }
}

impl Stranger<'_> {
    fn sentence(&self) -> String {
        let hint = self.near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!("no {} `{}` took part{hint}", self.kind, self.name)
    }
}

#[cfg(test)]
mod tests {
    use vpyb_core::time::Duration;

    use super::super::sample::{Sample, edge, ms, prints, task_event, uart_event};
    use super::*;
    use crate::trace::record::{Kind, NetLevel};

    fn times(sample: &Sample, event: &Event) -> Vec<Instant> {
        occurrences(&sample.trace, event).into_iter().map(|seen| seen.at).collect()
    }

    #[test]
    fn a_task_name_stands_for_its_numbered_tasks() {
        let mut sample = Sample::new();
        let (one, three) = (sample.task("hog#1"), sample.task("hog#3"));
        sample.step(1, one, 1);
        sample.step(2, three, 1);
        assert_eq!(times(&sample, &task_event("hog", TaskEvent::Step)), [ms(1), ms(2)]);
        assert_eq!(times(&sample, &task_event("hog#3", TaskEvent::Step)), [ms(2)]);
        assert_eq!(times(&sample, &task_event("ho", TaskEvent::Step)), []);
    }

    #[test]
    fn a_held_byte_counts_when_it_is_buffered() {
        let mut sample = Sample::new();
        let uart = sample.uart("uart2", "X3", "X4");
        sample.push(1, Kind::UartRx { uart, byte: 7, framing: false });
        sample.push(1, Kind::UartHeld { uart, byte: 7 });
        sample.push(9, Kind::UartBuffered { uart, byte: 7, ring: 64 });
        assert_eq!(times(&sample, &uart_event("uart2", UartEvent::Rx)), [ms(9)]);
        let other = Event {
            what: What::Uart { uart: "uart2".into(), event: UartEvent::Rx, byte: Some(8) },
            nth: None,
            once_per: None,
        };
        assert_eq!(times(&sample, &other), []);
    }

    #[test]
    fn a_burst_counts_once_and_nth_picks_after_that() {
        let mut sample = Sample::new();
        let net = sample.pin("X3");
        // 20 ms after the first of the burst a new one begins; 19 ms after it is still the same.
        for at in [0, 5, 19, 20, 40] {
            sample.push(at, Kind::Edge { net, level: NetLevel::Low });
            sample.push(at, Kind::Edge { net, level: NetLevel::High });
        }
        let mut event = edge("X3", Level::Low);
        event.once_per = Some(Duration::from_millis(20));
        assert_eq!(times(&sample, &event), [ms(0), ms(20), ms(40)]);
        event.nth = Some(2);
        assert_eq!(times(&sample, &event), [ms(20)]);
        event.nth = Some(4);
        assert_eq!(times(&sample, &event), []);
    }

    #[test]
    fn a_line_may_be_known_by_a_part() {
        let mut sample = Sample::new();
        sample.line(3, "ready: 1");
        assert_eq!(times(&sample, &prints("ready")), [ms(3)]);
        let whole = Event { what: What::Line("ready".into()), nth: None, once_per: None };
        assert_eq!(times(&sample, &whole), []);
    }

    #[test]
    fn a_mark_is_no_actor() {
        let mut sample = Sample::new();
        let (actor, mark) = (sample.name("line"), sample.name("full"));
        sample.push(1, Kind::Stimulus { actor, step: 0, mark: None });
        sample.push(2, Kind::Stimulus { actor, step: 1, mark: Some(mark) });
        let event = |what| Event { what, nth: None, once_per: None };
        assert_eq!(times(&sample, &event(What::Stimulus("line".into()))), [ms(1), ms(2)]);
        assert_eq!(times(&sample, &event(What::Mark("full".into()))), [ms(2)]);
        assert_eq!(times(&sample, &event(What::Mark("line".into()))), []);
        // An unmarked step must not be taken for a mark that is in no table.
        assert_eq!(times(&sample, &event(What::Mark("nowhere".into()))), []);
    }

    #[test]
    fn a_stranger_is_named_with_the_nearest_that_took_part() {
        let mut sample = Sample::new();
        sample.task("hog#1");
        let roster = Roster::of(&sample.trace);
        let hint = stranger(&roster, &task_event("hgo", TaskEvent::Step));
        assert_eq!(hint.as_deref(), Some("no task `hgo` took part; did you mean `hog`?"));
        assert_eq!(stranger(&roster, &task_event("hog", TaskEvent::Step)), None);
    }

    #[test]
    fn ordinals_are_english() {
        let all: Vec<_> = [1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal).into();
        assert_eq!(all, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]);
    }
}

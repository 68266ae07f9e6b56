//! Who takes part in a run: the names of tasks, UARTs and pins.
//!
//! Owns [`Roster`], gathered from a trace in one walk. Knows nothing of what they did.

use std::collections::{BTreeMap, BTreeSet};

use vpyb_core::time::Instant;

use crate::sight::matches_task;
use crate::trace::record::{I2cEvent, Kind, Net, NetEvent, Task};
use crate::trace::{Name, State, Trace};

/// The names in a trace, by kind.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Roster {
    tasks: BTreeMap<Task, String>,
    uarts: BTreeMap<String, Option<Opened>>,
    buses: BTreeMap<String, [String; 2]>,
    sockets: BTreeSet<String>,
    /// Each pin's nets, each with the instant from which on it was there.
    pins: BTreeMap<String, Vec<(Instant, Net)>>,
    marks: BTreeSet<String>,
    timers: BTreeSet<String>,
}

/// What a program said when it opened a UART.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// The pin it sends on.
    pub tx: String,
    /// The pin it receives on.
    pub rx: String,
    /// The length of its receive ring in bytes.
    pub ring: u16,
}

impl Roster {
    /// Gathers the names of a trace.
    pub fn of(trace: &Trace) -> Self {
        let mut roster = Self::default();
        let text = |name: Name| trace.text(name).to_owned();
        if let Some(before) = trace.before() {
            roster.before(&before.state, trace);
        }
        for record in trace.records() {
            match record.kind {
                Kind::TaskCreated { task, name } => {
                    roster.tasks.insert(task, text(name));
                }
                Kind::UartOpened { uart, tx, rx, ring, .. } => {
                    roster.uarts.insert(text(uart), Some(Opened { tx: text(tx), rx: text(rx), ring }));
                }
                Kind::UartRx { uart, .. } | Kind::UartTx { uart, .. } | Kind::UartOverrun { uart, .. }
                    if !roster.uarts.contains_key(trace.text(uart)) =>
                {
                    roster.uarts.insert(text(uart), None);
                }
                Kind::I2c { bus, event: I2cEvent::Opened { scl, sda, .. } } => {
                    roster.buses.insert(text(bus), [text(scl), text(sda)]);
                }
                Kind::Net { socket, event: NetEvent::Connects { .. } | NetEvent::Waits { .. } } => {
                    roster.sockets.insert(text(socket));
                }
                Kind::TimerSetUp { timer, .. } => drop(roster.timers.insert(text(timer))),
                Kind::NetPin { net, pin } => {
                    roster.pins.entry(text(pin)).or_default().push((record.at, net));
                }
                Kind::Stimulus { actor, mark, .. } => {
                    if !roster.marks.contains(trace.text(actor)) {
                        roster.marks.insert(text(actor));
                    }
                    roster.marks.extend(mark.map(text));
                }
                _ => {}
            }
        }
        roster
    }

    /// What was there before a trace's first record.
    fn before(&mut self, state: &State, trace: &Trace) {
        let text = |name: Name| trace.text(name).to_owned();
        for (&task, state) in &state.scheduling.tasks {
            self.tasks.extend(state.name.map(|name| (task, text(name))));
        }
        for (&uart, state) in &state.uarts {
            let opened =
                state.pins.map(|(tx, rx)| Opened { tx: text(tx), rx: text(rx), ring: state.ring_len });
            self.uarts.insert(text(uart), opened);
        }
        for (&pin, state) in &state.wires.pins {
            self.pins.insert(text(pin), state.net.map(|net| (Instant::ZERO, net)).into_iter().collect());
        }
        self.timers.extend(state.timers.keys().map(|&timer| text(timer)));
    }

    /// The name of a task; `task 3` if its creation is not in the trace.
    pub fn task(&self, task: Task) -> String {
        self.tasks.get(&task).cloned().unwrap_or_else(|| format!("task {}", task.0))
    }

    /// All tasks in order of creation.
    pub fn tasks(&self) -> impl Iterator<Item = (Task, &str)> {
        self.tasks.iter().map(|(&task, name)| (task, name.as_str()))
    }

    /// The tasks that a name stands for.
    pub fn tasks_named(&self, name: &str) -> BTreeSet<Task> {
        self.tasks().filter(|(_, own)| matches_task(name, own)).map(|(task, _)| task).collect()
    }

    /// All UARTs in order of their names.
    pub fn uarts(&self) -> impl Iterator<Item = &str> {
        self.uarts.keys().map(String::as_str)
    }

    /// How a UART was opened, if it was.
    pub fn opened(&self, uart: &str) -> Option<&Opened> {
        self.uarts.get(uart)?.as_ref()
    }

    /// The I2C units that were opened, in order of their names.
    pub fn buses(&self) -> impl Iterator<Item = &str> {
        self.buses.keys().map(String::as_str)
    }

    /// All sockets, in order of their names.
    pub fn sockets(&self) -> impl Iterator<Item = &str> {
        self.sockets.iter().map(String::as_str)
    }

    /// The pins of an I2C unit that was opened: SCL, SDA.
    pub fn bus_pins(&self, bus: &str) -> Option<&[String; 2]> {
        self.buses.get(bus)
    }

    /// The net of a pin at an instant.
    pub fn net(&self, pin: &str, at: Instant) -> Option<Net> {
        let nets = self.pins.get(pin)?;
        nets.iter().rev().find(|(since, _)| *since <= at).map(|&(_, net)| net)
    }

    /// All pins in order of their names.
    pub fn pins(&self) -> impl Iterator<Item = &str> {
        self.pins.keys().map(String::as_str)
    }

    /// All timers that were set going, in order of their names.
    pub fn timers(&self) -> impl Iterator<Item = &str> {
        self.timers.iter().map(String::as_str)
    }

    /// The first pin by name that was on a net at an instant.
    pub fn pin_of(&self, net: Net, at: Instant) -> Option<&str> {
        self.pins().find(|pin| self.net(pin, at) == Some(net))
    }

    /// The names of actors and marks that were reached.
    pub fn marks(&self) -> impl Iterator<Item = &str> {
        self.marks.iter().map(String::as_str)
    }
}

/// The most similar of `known`, if a slip of the hand leads from one to the other: one wrong, missing, extra or
/// swapped letter in four.
pub(super) fn near<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|text| (strsim::damerau_levenshtein(wanted, text), text))
        .filter(|&(slips, text)| {
            let length = wanted.chars().count().max(text.chars().count());
            slips < length && slips <= (length / 4).max(1)
        })
        // `min_by_key` keeps the first of equals.
        .min_by_key(|&(slips, _)| slips)
        .map(|(_, text)| text)
}

/// Whether two names differ in their numbers only, as `uart2` and `uart4` do: that is rarely a slip.
pub(super) fn siblings(one: &str, other: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    letters(one) == letters(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_its_numbered_tasks_only() {
        assert!(matches_task("hog", "hog"));
        assert!(matches_task("hog", "hog#12"));
        assert!(matches_task("hog#1", "hog#1"));
        assert!(!matches_task("hog#1", "hog#12"));
        assert!(!matches_task("hog", "hogger"));
    }

    #[test]
    fn only_a_similar_name_is_suggested() {
        assert_eq!(near("raeder", ["hog", "reader"]), Some("reader"));
        assert_eq!(near("hgo", ["reader", "hog"]), Some("hog"));
        assert_eq!(near("blink", ["hog", "reader"]), None);
        assert_eq!(near("a", ["b"]), None);
    }

    #[test]
    fn siblings_differ_in_numbers_only() {
        assert!(siblings("led.LED1.toggles", "led.LED2.toggles"));
        assert!(!siblings("led.LED1.toggles", "led.LED1.togles"));
    }
}

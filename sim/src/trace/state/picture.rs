//! A state as text: what `vpyb trace at` prints.
//!
//! Owns [`render_state`], section by section; a section with nothing to say is left out. Knows no
//! colours.

use std::fmt::Write as _;

use super::bench_picture::{buses, devices, sockets};
use super::{State, TaskState, Uart, waiting};
use crate::trace::record::{Drive, Entry, Interrupt, Name, Net, NetLevel, Pulled, Seq, Task, Trigger};
use crate::trace::table::align;
use crate::trace::words::{Words, show_byte, show_mode, show_trigger};
use crate::trace::{Trace, show_instant};

/// The text of a state: CPU, tasks, queues, pins, interrupts, UARTs, buses, devices, sockets, LEDs, counters,
/// console.
pub fn render_state(state: &State, trace: &Trace) -> String {
    let picture = Picture { state, trace, words: Words::new(trace) };
    joined([
        picture.head(),
        picture.tasks(),
        picture.run_queue(),
        picture.wait_queue(),
        picture.nets(),
        picture.irq_lines(),
        picture.uarts(),
        section("buses", buses(state, trace), 0),
        section("devices", devices(state, trace), 0),
        section("network", sockets(state, trace), 0),
        picture.rest(),
    ])
}

/// Of a state only what concerns these tasks: the CPU, the tasks themselves, and both queues as far as they are in.
pub fn render_tasks(state: &State, trace: &Trace, wanted: &[Task]) -> String {
    let mut own = state.clone();
    let is_wanted = |entry: Entry| matches!(entry, Entry::Task(task) if wanted.contains(&task));
    own.scheduling.tasks.retain(|task, _| wanted.contains(task));
    own.scheduling.timers.retain(|_, armed| is_wanted(armed.entry));
    let picture = Picture { state: &own, trace, words: Words::new(trace) };
    // Who stands before it in the run queue is what keeps it waiting.
    let last = own.scheduling.run_queue.iter().rposition(|queued| is_wanted(queued.entry));
    let mut ahead = own.clone();
    ahead.scheduling.run_queue.truncate(last.map_or(0, |last| last + 1));
    let queue = Picture { state: &ahead, trace, words: Words::new(trace) };
    joined([picture.head(), picture.tasks(), queue.run_queue(), picture.wait_queue()])
}

/// Of a state only what concerns a pin: its net, and every pin on it.
pub fn render_pin(state: &State, trace: &Trace, wanted: Name) -> String {
    let wires = &state.wires;
    let words = Words::new(trace);
    let picture = Picture { state, trace, words };
    let Some(net) = wires.pins.get(&wanted).and_then(|pin| pin.net) else { return picture.head() };
    let mut own = state.clone();
    own.wires.nets.retain(|&other, _| other == net);
    if let Some(state) = own.wires.nets.get_mut(&net) {
        // Also a net on which nothing happened is shown when it is asked for.
        state.edges = state.edges.max(1);
    }
    let rows = wires.pins_of(net).map(|(name, pin)| {
        let drive = match pin.drive {
            Drive::Low => "drives low",
            Drive::High => "drives high",
            Drive::Released => "does not drive",
        };
        let mode = pin.mode.map_or(String::new(), |(mode, pull)| show_mode(mode, pull));
        [trace.text(name).to_owned(), drive.to_owned(), pin.by.map_or(String::new(), number), mode]
    });
    let members = section("on its net", rows.collect(), 0);
    let shown = Picture { state: &own, trace, words: Words::new(trace) };
    joined([picture.head(), shown.nets(), members])
}

fn joined<const N: usize>(sections: [String; N]) -> String {
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A state, and what its names mean.
struct Picture<'a> {
    state: &'a State,
    trace: &'a Trace,
    words: Words<'a>,
}

impl Picture<'_> {
    fn head(&self) -> String {
        let state = self.state;
        let last = state
            .last
            .map_or("before the first record".to_owned(), |seq| format!("after record {}", number(seq)));
        let cpu = match state.scheduling.cpu {
            Some(cpu) => {
                let verb = if matches!(cpu.entry, Entry::Task(_)) { "in a step of" } else { "in" };
                let until =
                    cpu.until.map_or(String::new(), |until| format!(", until {}", show_instant(until)));
                let since = show_instant(cpu.since);
                format!("{verb} {} since {since}{until} ({})", self.words.entry(cpu.entry), number(cpu.by))
            }
            None if state.scheduling.stopped.is_some() => "event loop stopped".to_owned(),
            None => "not in a step".to_owned(),
        };
        let mut text = format!("time  {} ({last})\nCPU   {cpu}\n", show_instant(state.at));
        if let Some(verdict) = state.verdict {
            let _ = writeln!(text, "run   ended: {}", self.trace.text(verdict));
        }
        text
    }

    fn tasks(&self) -> String {
        let heading = ["task", "state", "waits for", "since", "by"].map(str::to_owned);
        let rows = self.state.scheduling.tasks.iter().map(|(&task, state)| self.task(task, state));
        section("tasks", std::iter::once(heading).chain(rows).collect(), 1)
    }

    fn task(&self, task: Task, state: &TaskState) -> [String; 5] {
        let wait = waiting(self.state, &self.words, task, state);
        let mut notes = vec![wait.what, wait.who];
        let places: Vec<_> =
            self.state.scheduling.places(Entry::Task(task)).map(|p| (p + 1).to_string()).collect();
        if !places.is_empty() {
            notes.push(format!("run queue place {}", places.join(", ")));
        }
        if let Some((with, by)) = state.pending {
            let with = match with {
                Interrupt::Cancelled => "cancel",
                Interrupt::TimedOut => "time-out",
                Interrupt::Corrupt => "corruption",
            };
            notes.push(format!("{with} pending ({})", number(by)));
        }
        notes.retain(|note| !note.is_empty());
        [
            self.words.task(task),
            wait.state.to_owned(),
            notes.join("; "),
            show_instant(state.since),
            number(state.by),
        ]
    }

    fn run_queue(&self) -> String {
        let rows = self.state.scheduling.run_queue.iter().enumerate().map(|(place, queued)| {
            let since = format!("since {}", show_instant(queued.since));
            [
                (place + 1).to_string(),
                self.words.entry(queued.entry),
                self.words.why(queued.why) + if queued.for_io { " (I/O queue)" } else { "" },
                since,
                number(queued.by),
            ]
        });
        section("run queue", rows.collect(), 0)
    }

    fn wait_queue(&self) -> String {
        let rows = self.state.scheduling.wait_queue().into_iter().map(|armed| {
            let left = if armed.due > self.state.at {
                format!("in {}", armed.due.since(self.state.at))
            } else {
                format!("late by {}", self.state.at.since(armed.due))
            };
            let timer = format!("timer {}", armed.timer);
            [
                format!("due {}", show_instant(armed.due)),
                left,
                self.words.entry(armed.entry),
                timer,
                number(armed.by),
            ]
        });
        section("wait queue", rows.collect(), 0)
    }

    /// Nets that are driven, or had an edge: the others are as they were at power-on.
    fn nets(&self) -> String {
        let nets = self.state.wires.nets.iter().filter(|&(&net, state)| {
            let mut pins = self.state.wires.pins_of(net);
            state.edges > 0 || pins.any(|(_, pin)| pin.drive != Drive::Released)
        });
        let rows = nets.map(|(&net, state)| {
            let level = match state.level {
                NetLevel::Low => "low",
                NetLevel::High => "high",
                NetLevel::Floating => "floating",
            };
            let since = state.by.map_or(String::new(), |_| format!("since {}", show_instant(state.since)));
            let contention =
                state.contention.map_or(String::new(), |by| format!("driven both ways ({})", number(by)));
            [self.words.net(net, self.state.at), level.to_owned(), since, self.drivers(net), contention]
        });
        section("pins", rows.collect(), 0)
    }

    fn drivers(&self, net: Net) -> String {
        let drivers = self.state.wires.pins_of(net).filter_map(|(name, pin)| match (pin.drive, pin.mode) {
            (Drive::Low, _) => Some(format!("{} drives low", self.trace.text(name))),
            (Drive::High, _) => Some(format!("{} drives high", self.trace.text(name))),
            (Drive::Released, Some((_, Pulled::Up))) => Some(format!("{} pulls up", self.trace.text(name))),
            (Drive::Released, Some((_, Pulled::Down))) => {
                Some(format!("{} pulls down", self.trace.text(name)))
            }
            (Drive::Released, _) => None,
        });
        drivers.collect::<Vec<_>>().join(", ")
    }

    /// Interrupt lines that somebody uses, and timers that run.
    fn irq_lines(&self) -> String {
        let rows = self.state.irq_lines.iter().filter_map(|(&name, line)| {
            let source = match self.state.timers.get(&name) {
                Some(every) => [String::new(), format!("every {every}")],
                None if line.trigger == Trigger::Off => return None,
                None => [format!("line {}", line.line), show_trigger(line.trigger).to_owned()],
            };
            let mut notes = Vec::new();
            if line.masked {
                notes.push("masked".to_owned());
            }
            if let Some(by) = line.pending {
                notes.push(format!("pending ({})", number(by)));
            }
            notes.extend(counts([("handled", line.handled), ("coalesced", line.coalesced)]));
            let [line, trigger] = source;
            Some([self.trace.text(name).to_owned(), line, trigger, notes.join(", ")])
        });
        section("interrupts", rows.collect(), 0)
    }

    fn uarts(&self) -> String {
        let uarts = self.state.uarts.iter().map(|(&name, uart)| self.uart(name, uart));
        uarts.collect::<Vec<_>>().join("\n")
    }

    fn uart(&self, name: Name, uart: &Uart) -> String {
        let pins = uart.pins.map_or(String::new(), |(tx, rx)| {
            format!(": tx {}, rx {}, {} baud", self.trace.text(tx), self.trace.text(rx), uart.baud)
        });
        let frame = uart.set_up.map_or(String::new(), |(frame, _)| format!(", {frame}"));
        let tx = match uart.sending {
            Some((byte, end)) => format!("sends {}, until about {}", show_byte(byte), show_instant(end)),
            None if uart.held_back => "held back: CTS is high".to_owned(),
            None => "idle".to_owned(),
        };
        let unsent = if uart.unsent > 0 { format!("; {} more to send", uart.unsent) } else { String::new() };
        let mut rx = vec![if uart.in_frame.is_some() { "in a frame" } else { "idle" }.to_owned()];
        if let Some(word) = uart.register {
            let ninth = if word > 0xFF { ", ninth bit 1," } else { "" };
            rx.push(format!("{}{ninth} in the data register", show_byte(word as u8)));
        }
        if uart.interrupt_off {
            rx.push("interrupt off".to_owned());
        }
        if uart.overrun {
            rx.push("OVERRUN flag".to_owned());
        }
        let ring: String = uart.ring.iter().map(|&word| show_word(word)).collect();
        let counters = uart.counters;
        let mut text = format!(
            "{}{pins}{frame}\n  tx    {tx}{unsent}\n  rx    {}\n",
            self.trace.text(name),
            rx.join(", ")
        );
        let _ = writeln!(text, "  ring  {}/{}  \"{ring}\"", uart.ring.len(), uart.ring_len);
        let counts = counts([
            ("bytes", counters.bytes),
            ("overrun", counters.overrun),
            ("framing", counters.framing),
            ("parity", counters.parity),
            ("noise", counters.noise),
            ("lost", counters.lost),
            ("high_water", counters.high_water),
        ]);
        if !counts.is_empty() {
            let _ = writeln!(text, "  count {}", counts.join(", "));
        }
        text
    }

    fn rest(&self) -> String {
        let state = self.state;
        let mut text = String::new();
        let list = |items: Vec<String>| items.join(", ");
        if !state.leds.is_empty() {
            let leds = state
                .leds
                .iter()
                .map(|(&led, &on)| format!("{} {}", self.trace.text(led), if on { "on" } else { "off" }));
            let _ = writeln!(text, "LEDs      {}", list(leds.collect()));
        }
        if !state.floating_reads.is_empty() {
            let reads = state.floating_reads.iter();
            let reads = reads.map(|(&pin, count)| format!("{} {count}", self.trace.text(pin)));
            let _ = writeln!(text, "floating  read by chance: {}", list(reads.collect()));
        }
        let counters: Vec<_> = state.counters.iter().filter(|(_, count)| **count > 0).collect();
        if !counters.is_empty() {
            let counters =
                counters.iter().map(|&(&name, count)| format!("{} {count}", self.trace.text(name)));
            let _ = writeln!(text, "counters  {}", list(counters.collect()));
        }
        if let Some(line) = state.last_line {
            let lines = if state.lines == 1 { "line" } else { "lines" };
            let _ = writeln!(text, "console   {} {lines}, the last {:?}", state.lines, self.trace.text(line));
        }
        text
    }
}

/// A character as a text shows it.
fn show_word(word: u16) -> String {
    u8::try_from(word).map_or_else(|_| format!("\\x{word:03x}"), |byte| byte.escape_ascii().to_string())
}

/// A titled block of aligned, indented rows; empty if there are none beyond the headings.
fn section<const N: usize>(title: &str, rows: Vec<[String; N]>, headings: usize) -> String {
    if rows.len() <= headings {
        return String::new();
    }
    let mut text = format!("{title}\n");
    for line in align(rows).lines() {
        let _ = writeln!(text, "  {line}");
    }
    text
}

pub(super) fn number(seq: Seq) -> String {
    format!("#{}", seq.0)
}

/// What was counted, each in words, but for what never happened.
pub(super) fn counts<const N: usize>(of: [(&str, u64); N]) -> Vec<String> {
    of.iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{word} {n}")).collect()
}

//! The state of a run at an instant or just before a record.
//!
//! Owns [`State`]: the clock of the fold, and what is too small for a part of its own (LEDs,
//! counters, console, verdict). Knows no names: texts come from the trace when it is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vpyb_core::time::{Duration, Instant};

use super::{IrqLine, Scheduling, Sharing, Uart, Wires};
use crate::trace::Trace;
use crate::trace::record::{Kind, Name, Record, Seq};

/// Everything that the records up to a point say.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// The instant it is the state of.
    pub at: Instant,
    /// The last record that is in it.
    pub last: Option<Seq>,
    /// Tasks, queues and what the CPU does.
    pub scheduling: Scheduling,
    /// What tasks share.
    pub sharing: Sharing,
    /// Nets and pins.
    pub wires: Wires,
    /// The interrupt lines that were set up, by their pins.
    pub irq_lines: BTreeMap<Name, IrqLine>,
    /// How often the timers that run call their handlers.
    pub timers: BTreeMap<Name, Duration>,
    /// The UARTs that the program has opened.
    pub uarts: BTreeMap<Name, Uart>,
    /// LEDs that have been switched: true if on.
    pub leds: BTreeMap<Name, bool>,
    /// How often pins were read while nothing held them.
    pub floating_reads: BTreeMap<Name, u64>,
    /// What drivers counted (`Board::count`).
    pub counters: BTreeMap<Name, u64>,
    /// How many lines are on the console.
    pub lines: u64,
    /// The last line on the console.
    pub last_line: Option<Name>,
    /// How the run ended, if it has.
    pub verdict: Option<Name>,
}

impl State {
    /// The state at an instant, after everything that happens at it. Of a trace that begins later, its beginning.
    pub fn at(trace: &Trace, at: Instant) -> Self {
        let mut state = trace.begin_state();
        for (seq, record) in trace.iter().take_while(|(_, record)| record.at <= at) {
            state.apply(seq, record);
        }
        state.at = at;
        state.scheduling.settle(at);
        state.uarts.values_mut().for_each(|uart| uart.settle(at));
        state
    }

    /// The state just before a record, at the record's instant; after the last record for a `seq`
    /// beyond it.
    pub fn before(trace: &Trace, seq: Seq) -> Self {
        let mut state = trace.begin_state();
        for (earlier, record) in trace.iter().take_while(|&(earlier, _)| earlier < seq) {
            state.apply(earlier, record);
        }
        if let Some(record) = trace.get(seq) {
            state.advance(record.at);
        }
        state
    }

    /// Takes in the next record.
    pub fn apply(&mut self, seq: Seq, record: &Record) {
        self.advance(record.at);
        self.last = Some(seq);
        match record.kind {
            Kind::UartOpened { uart, .. }
            | Kind::UartWrite { uart, .. }
            | Kind::UartTx { uart, .. }
            | Kind::UartStart { uart }
            | Kind::UartRx { uart, .. }
            | Kind::UartBuffered { uart, .. }
            | Kind::UartHeld { uart, .. }
            | Kind::UartOverrun { uart, .. }
            | Kind::UartDeaf { uart }
            | Kind::UartNoStart { uart }
            | Kind::UartRead { uart, .. }
            | Kind::Serial { uart, .. } => {
                self.uarts.entry(uart).or_default().apply(seq, record);
            }
            Kind::NetPin { .. }
            | Kind::Driven { .. }
            | Kind::Edge { .. }
            | Kind::Contention { .. }
            | Kind::PinMode { .. } => {
                self.wires.apply(seq, record);
            }
            // Where its pins are then is told by other records.
            Kind::Wire { .. } => {}
            Kind::FloatingRead { pin, .. } => {
                let reads = self.floating_reads.entry(pin).or_default();
                *reads = reads.saturating_add(1);
            }
            Kind::IrqSetUp { irq, .. }
            | Kind::IrqPending { irq }
            | Kind::IrqCoalesced { irq }
            | Kind::Handler { irq, .. } => {
                self.irq_lines.entry(irq).or_default().apply(seq, record);
            }
            Kind::TimerSetUp { timer, every } => {
                // What waited for the handler of the setting before is forgotten.
                self.irq_lines.entry(timer).or_default().pending = None;
                match every {
                    Some(every) => drop(self.timers.insert(timer, every)),
                    None => drop(self.timers.remove(&timer)),
                }
            }
            Kind::Led { led, on } => {
                self.leds.insert(led, on);
            }
            Kind::Count { counter, by } => {
                let count = self.counters.entry(counter).or_default();
                *count = count.saturating_add(u64::from(by));
            }
            Kind::Line { text, .. } => {
                self.lines = self.lines.saturating_add(1);
                self.last_line = Some(text);
            }
            Kind::Verdict { verdict } => self.verdict = Some(verdict),
            Kind::Used { .. } => self.sharing.apply(seq, record),
            Kind::Finished { .. } => {
                self.sharing.apply(seq, record);
                self.scheduling.apply(seq, record);
            }
            _ => self.scheduling.apply(seq, record),
        }
    }

    /// Lets time pass up to, but not through, what ends at `at`: a record at that instant may still
    /// come from inside a step that ends then.
    fn advance(&mut self, at: Instant) {
        self.at = at;
        if let Some(earlier) = at.as_nanos().checked_sub(1).map(Instant::from_nanos) {
            self.scheduling.settle(earlier);
            self.uarts.values_mut().for_each(|uart| uart.settle(earlier));
        }
    }
}

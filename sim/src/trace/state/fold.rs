//! The state of a run at an instant or just before a record.
//!
//! Owns [`State`]: the clock of the fold, and what is too small for a part of its own (LEDs,
//! counters, console, verdict). It keeps numbers of names; texts come from the trace when it is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vpyb_core::time::{Duration, Instant};

use super::{DeviceState, I2cBus, IrqLine, Scheduling, Sharing, Socket, Told, Uart, Wires};
use crate::trace::Trace;
use crate::trace::record::{Kind, Name, Record, Seq};

/// The fault that makes a UART forget a frame.
const DROPPED: &str = "drop_byte";
/// The discipline that interrupts also what has not begun.
const ASYNCIO_3: &str = "asyncio-v3";

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
    /// The I2C buses that the program has opened.
    pub buses: BTreeMap<Name, I2cBus>,
    /// The devices on the bench that have told something of themselves.
    pub devices: BTreeMap<Name, DeviceState>,
    /// Sockets, listeners, and the network by its own name.
    pub sockets: BTreeMap<Name, Socket>,
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
            state.apply(trace, seq, &record);
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
            state.apply(trace, earlier, &record);
        }
        if let Some(record) = trace.get(seq) {
            state.advance(record.at);
        }
        state
    }

    /// Takes in the next record of a trace.
    pub fn apply(&mut self, trace: &Trace, seq: Seq, record: &Record) {
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
            Kind::IrqSetUp { irq: source, .. }
            | Kind::IrqPending { irq: source }
            | Kind::IrqCoalesced { irq: source }
            | Kind::Handler { irq: source, .. }
            | Kind::TimerSetUp { timer: source, .. } => self.apply_interrupt(source, seq, record),
            Kind::FloatingRead { .. }
            | Kind::Led { .. }
            | Kind::I2c { .. }
            | Kind::Device { .. }
            | Kind::Net { .. } => self.apply_bench(trace, seq, record),
            Kind::Count { counter, by } => {
                let count = self.counters.entry(counter).or_default();
                *count = count.saturating_add(u64::from(by));
            }
            Kind::Line { text, .. } => {
                self.lines = self.lines.saturating_add(1);
                self.last_line = Some(text);
            }
            // The frame that is being received is forgotten.
            Kind::Fault { what, place, .. } if trace.text(what) == DROPPED => {
                self.uarts.entry(place).or_default().in_frame = None;
            }
            // Only there a task that had no step can be interrupted.
            Kind::CancelRequested { task } if trace.meta().scheduler != ASYNCIO_3 => {
                if self.scheduling.tasks.get(&task).is_some_and(|task| task.steps > 0) {
                    self.scheduling.apply(seq, record);
                }
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

    /// Takes in a record about what is on the bench beside pins.
    fn apply_bench(&mut self, trace: &Trace, seq: Seq, record: &Record) {
        match record.kind {
            Kind::FloatingRead { pin, .. } => {
                let reads = self.floating_reads.entry(pin).or_default();
                *reads = reads.saturating_add(1);
            }
            Kind::Led { led, on } => {
                self.leds.insert(led, on);
            }
            Kind::I2c { bus, event } => self.buses.entry(bus).or_default().apply(seq, record, event),
            Kind::Device { device, state } => {
                let told = Told { text: state, since: record.at, by: seq };
                self.devices.entry(device).or_insert(DeviceState::SILENT).tells(trace.text(state), told);
            }
            Kind::Net { socket, event } => self.sockets.entry(socket).or_default().apply(seq, record, event),
            _ => {}
        }
    }

    /// Takes in a record about a line or timer that asks for interrupts.
    fn apply_interrupt(&mut self, source: Name, seq: Seq, record: &Record) {
        let line = self.irq_lines.entry(source).or_default();
        let Kind::TimerSetUp { timer, every } = record.kind else { return line.apply(seq, record) };
        // What waited for the handler of the setting before is forgotten.
        line.pending = None;
        match every {
            Some(every) => drop(self.timers.insert(timer, every)),
            None => drop(self.timers.remove(&timer)),
        }
    }

    /// Lets time pass up to, but not through, what ends at `at`: a record at that instant may still
    /// come from inside a step that ends then.
    fn advance(&mut self, at: Instant) {
        // Of records at one instant, the first has let it pass.
        if std::mem::replace(&mut self.at, at) == at {
            return;
        }
        if let Some(earlier) = at.as_nanos().checked_sub(1).map(Instant::from_nanos) {
            self.scheduling.settle(earlier);
            self.uarts.values_mut().for_each(|uart| uart.settle(earlier));
        }
    }
}

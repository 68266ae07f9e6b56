//! What a record is about.
//!
//! Owns which task a record names, for everything that follows one task, and which texts.

use super::record::{Entry, Kind, Name, Task};

impl Kind {
    /// The task that it is about, if it is about one.
    pub fn task(&self) -> Option<Task> {
        match *self {
            Self::TaskCreated { task, .. }
            | Self::Ready { entry: Entry::Task(task), .. }
            | Self::Step { task, .. }
            | Self::TimerArmed { entry: Entry::Task(task), .. }
            | Self::IoWait { task, .. }
            | Self::CancelRequested { task }
            | Self::Interrupted { task, .. }
            | Self::Finished { task }
            | Self::NeverStarted { task } => Some(task),
            Self::TimeoutExpired { task }
            | Self::QueueFull { task, .. }
            | Self::Op { task, .. }
            | Self::Line { task, .. }
            | Self::Used { task, .. }
            | Self::PartCancelled { task, .. }
            | Self::Unawaited { task, .. } => task,
            _ => None,
        }
    }

    /// Every name in it: what must be in the table before it can be read.
    pub fn names(&self) -> impl Iterator<Item = Name> + use<> {
        let names = match *self {
            Self::UartOpened { uart, tx, rx, .. } => [Some(uart), Some(tx), Some(rx)],
            Self::Op { at, op, result, .. } => [Some(at), Some(op), result],
            Self::I2c { bus, event } => {
                let [scl, sda] = event.names();
                [Some(bus), scl, sda]
            }
            Self::Net { socket, event } => [Some(socket), event.name(), None],
            Self::Stimulus { actor, mark, .. } => [Some(actor), mark, None],
            Self::Device { device, state } => [Some(device), Some(state), None],
            Self::Wire { a, b, .. } => [Some(a), Some(b), None],
            Self::Fault { what, place, .. } => [Some(what), Some(place), None],
            Self::Ready { why, .. } => [why.name(), None, None],
            Self::Step { yielded, .. } => [yielded.name(), None, None],
            Self::LoopStopped { error } => [error, None, None],
            Self::NetPin { pin: name, .. }
            | Self::TaskCreated { name, .. }
            | Self::Used { name, .. }
            | Self::Unawaited { what: name, .. }
            | Self::IoWait { device: name, .. }
            | Self::QueueFull { queue: name, .. }
            | Self::Line { text: name, .. }
            | Self::Led { led: name, .. }
            | Self::Count { counter: name, .. }
            | Self::Driven { pin: name, .. }
            | Self::UartWrite { uart: name, .. }
            | Self::UartTx { uart: name, .. }
            | Self::UartStart { uart: name }
            | Self::UartRx { uart: name, .. }
            | Self::UartBuffered { uart: name, .. }
            | Self::UartHeld { uart: name, .. }
            | Self::UartOverrun { uart: name, .. }
            | Self::UartDeaf { uart: name }
            | Self::UartRead { uart: name, .. }
            | Self::Verdict { verdict: name }
            | Self::IrqSetUp { irq: name, .. }
            | Self::IrqPending { irq: name }
            | Self::IrqCoalesced { irq: name }
            | Self::Handler { irq: name, .. }
            | Self::FloatingRead { pin: name, .. }
            | Self::PinMode { pin: name, .. }
            | Self::TimerSetUp { timer: name, .. }
            | Self::Serial { uart: name, .. }
            | Self::PartCancelled { part: name, .. }
            | Self::AwaitMissed { actor: name, .. }
            | Self::UartNoStart { uart: name } => [Some(name), None, None],
            Self::TimerArmed { .. }
            | Self::TimerRemoved { .. }
            | Self::Callback { .. }
            | Self::Polled { .. }
            | Self::CancelRequested { .. }
            | Self::TimeoutExpired { .. }
            | Self::Interrupted { .. }
            | Self::Finished { .. }
            | Self::NeverStarted { .. }
            | Self::IoQueue { .. }
            | Self::Alarm { .. }
            | Self::Busy { .. }
            | Self::Edge { .. }
            | Self::Contention { .. } => [None; 3],
        };
        names.into_iter().flatten()
    }
}

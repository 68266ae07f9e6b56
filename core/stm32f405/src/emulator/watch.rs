//! Prints what the event loop does, one line a step.
//!
//! Owns the words of a watched run. Where instructions take time, a step that is not its task's first, changes nothing that can
//! be seen, and yields a zero delay is left out: how many of those there are depends on what instructions cost.

use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;

use vpyb_core::Interrupt;
use vpyb_core::observer::{Event, Observer, TaskId, Yield};
use vpyb_core::time::Instant;

use super::console::Console;
use crate::clock;

/// Watches one event loop.
pub struct Watch {
    console: Rc<Console>,
    /// No step is left out.
    all: bool,
    names: RefCell<Vec<String>>,
    /// When the step under way began.
    begun: Cell<Instant>,
    first: Cell<bool>,
    interrupt: Cell<Option<Interrupt>>,
    delayed: Cell<bool>,
}

impl Watch {
    /// Prints on this console; all steps, or those that do something.
    pub fn new(console: Rc<Console>, all: bool) -> Self {
        let (names, begun, first, interrupt, delayed) = Default::default();
        Self { console, all, names, begun, first, interrupt, delayed }
    }

    /// Whether the last step ended in a delay.
    pub fn delayed(&self) -> bool {
        self.delayed.get()
    }

    fn begins(&self, first: bool) {
        self.begun.set(clock::now());
        self.first.set(first);
        self.interrupt.set(None);
        self.delayed.set(false);
        self.console.take_touched();
    }

    fn ends(&self, task: TaskId, how: fmt::Arguments<'_>) {
        let names = self.names.borrow();
        let name = names.get(task.0 as usize).map_or("?", String::as_str);
        let interrupt = match self.interrupt.get() {
            None => "",
            Some(Interrupt::Cancelled) => " !cancelled",
            Some(Interrupt::TimedOut) => " !timed out",
            Some(Interrupt::Corrupt) => " !corrupt",
        };
        self.console.note_at(self.begun.get(), format_args!("{name}{interrupt}: {how}"));
    }
}

impl Observer for Watch {
    /// Takes no time of the chip's.
    fn observe(&self, event: Event<'_>) {
        clock::standing_still(|| self.see(event));
    }
}

impl Watch {
    fn see(&self, event: Event<'_>) {
        match event {
            Event::StepBegins { first, stale, .. } => self.begins(first || stale),
            Event::Interrupted { with, .. } => self.interrupt.set(Some(with)),
            Event::StepEnds { task, yielded } => {
                let delays = |yielded| {
                    use Yield::{After, AfterMs, Delay, SleepMs};
                    matches!(yielded, Delay(_) | SleepMs(_) | AfterMs(_) | After(_))
                };
                self.delayed.set(delays(yielded));
                let zero = matches!(yielded, Yield::Bare | Yield::Delay(0) | Yield::SleepMs(0));
                let touched = self.console.take_touched();
                if self.all || !zero || touched || self.first.get() || self.interrupt.get().is_some() {
                    self.ends(task, format_args!("{}", Words(yielded)));
                }
            }
            Event::StepFails { task, error } => match error.interrupt() {
                Some(Interrupt::Cancelled) => self.ends(task, format_args!("cancelled")),
                Some(Interrupt::TimedOut) => self.ends(task, format_args!("timed_out")),
                _ => self.ends(task, format_args!("raise {error}")),
            },
            Event::CallbackBegins { .. } => self.console.note(format_args!("callback")),
            Event::TaskCreated { name, .. } => {
                self.console.touch();
                self.names.borrow_mut().push(name.to_string());
            }
            Event::Uncaught { task, error } => {
                let name = self.names.borrow().get(task.0 as usize).cloned().unwrap_or_default();
                let retrieved = format_args!("Task exception wasn't retrieved: {name}: {error}\n");
                self.console.print(retrieved);
            }
            // What the loop makes of a zero delay, and what it asks between steps.
            Event::Polled { .. } | Event::CallbackEnds { .. } | Event::LoopStopped { .. } => {}
            // All else that happens within a step is a change.
            _ => self.console.touch(),
        }
    }
}

/// What a step gave back, in the words of a trace.
struct Words<'a>(Yield<'a>);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Yield::Bare => f.write_str("none"),
            Yield::Delay(ms) => write!(f, "delay {ms}"),
            Yield::SleepMs(ms) => write!(f, "sleep_ms {ms}"),
            Yield::IoRead(device) => write!(f, "io_read {device}"),
            Yield::IoWrite(device) => write!(f, "io_write {device}"),
            Yield::IoReadDone(device) => write!(f, "io_read_done {device}"),
            Yield::IoWriteDone(device) => write!(f, "io_write_done {device}"),
            Yield::AfterMs(ms) => write!(f, "after_ms {ms}"),
            Yield::After(ms) => write!(f, "after {ms}"),
            Yield::Park => f.write_str("park"),
            Yield::Waker => f.write_str("waker"),
            Yield::StopLoop => f.write_str("stop_loop"),
            Yield::Return => f.write_str("return"),
        }
    }
}

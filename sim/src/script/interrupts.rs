//! Interrupts, as scripts use them: handlers of pins and timers that set an event, and the wait for an edge.
//!
//! Owns the events that tasks and handlers set, and the meaning of the operations on interrupts. A handler holds
//! atomics only, as a real one must; what an event's value says of an edge is put together when a task asks for it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use embedded_hal::digital::PinState;
use vpyb_core::asyn::Event;
use vpyb_core::sync::IrqFlag;
use vpyb_core::time::Duration;
use vpyb_core::{Board, Edge, EventLoop, Gpio, Interrupt, Irq};

use super::Notes;
use super::error::ScriptError;
use super::objects::one;
use super::run::{Ended, Scripts};
use super::word::word_of;
use crate::scenario::model::{ErrorKind, Op};

/// What a handler has seen.
#[derive(Debug)]
struct Seen {
    count: AtomicU32,
    /// The level, if it is a pin's.
    level: Option<AtomicBool>,
}

/// An event with the value that a task gave it, or that of the edge that set it last.
pub struct ScriptEvent {
    event: Event<String>,
    /// Which handler set it last, counted from 1; 0 is a task.
    by: Arc<AtomicU32>,
    /// The pins and timers whose handlers set it.
    handlers: RefCell<Vec<(String, Arc<Seen>)>>,
}

impl ScriptEvent {
    /// An event that is not set; its waiters ask again after so many milliseconds.
    pub fn new(event_loop: &EventLoop, name: String, every_ms: i32) -> Self {
        let event = Event::new(event_loop, every_ms).named(name);
        Self { event, by: Arc::default(), handlers: RefCell::default() }
    }

    /// Sets it from a task.
    pub fn set(&self, value: String) {
        self.by.store(0, Ordering::Relaxed);
        self.event.set(value);
    }

    /// Clears it.
    pub fn clear(&self) {
        self.event.clear();
        self.by.store(0, Ordering::Relaxed);
    }

    /// Waits until it is set.
    pub async fn wait(&self) -> Result<(), Interrupt> {
        self.event.wait().await
    }

    /// What it was set with; of an edge, `X3=0 #2`: the pin, its level, and how many edges there were; of a timer,
    /// `timer4 #2`.
    pub fn value(&self) -> Option<String> {
        match self.by.load(Ordering::Acquire) {
            0 => self.event.value(),
            handler => {
                let handlers = self.handlers.borrow();
                let (name, seen) = handlers.get(handler as usize - 1)?;
                let level = seen.level.as_ref().map(|high| u8::from(high.load(Ordering::Relaxed)));
                let level = level.map_or(String::new(), |level| format!("={level}"));
                Some(format!("{name}{level} #{}", seen.count.load(Ordering::Relaxed)))
            }
        }
    }

    /// A handler for edges of a pin that sets this event.
    fn of_pin(&self, pin: &str) -> impl FnMut(&mut Irq<'_>, PinState) + Send + 'static {
        let mut handler = self.handler(pin, Some(AtomicBool::new(false)));
        move |irq, level| handler(irq, Some(level))
    }

    /// A handler of a timer that sets this event.
    fn of_timer(&self, timer: &str) -> impl FnMut(&mut Irq<'_>) + Send + 'static {
        let mut handler = self.handler(timer, None);
        move |irq| handler(irq, None)
    }

    fn handler(
        &self,
        name: &str,
        level: Option<AtomicBool>,
    ) -> impl FnMut(&mut Irq<'_>, Option<PinState>) + Send + 'static {
        let mine = Arc::new(Seen { count: AtomicU32::new(0), level });
        self.handlers.borrow_mut().push((name.to_owned(), mine.clone()));
        let (number, by) = (self.handlers.borrow().len() as u32, self.by.clone());
        let setter = self.event.setter();
        move |irq, level| {
            mine.count.fetch_add(1, Ordering::Relaxed);
            if let (Some(high), Some(level)) = (&mine.level, level) {
                high.store(level == PinState::High, Ordering::Relaxed);
            }
            by.store(number, Ordering::Release);
            setter.set_from(irq);
        }
    }
}

/// A pin that scripted tasks share.
pub struct ScriptPin<P> {
    /// The board's name of it.
    name: String,
    /// The pin.
    pub pin: RefCell<P>,
    /// Somebody has a handler on it.
    handled: Cell<bool>,
}

impl<P: Gpio> ScriptPin<P> {
    /// A pin without a handler.
    pub fn new(name: String, pin: P) -> Self {
        Self { name, pin: RefCell::new(pin), handled: Cell::new(false) }
    }

    /// Has a handler set an event at each such edge.
    ///
    /// # Errors
    ///
    /// If another pin has a handler on the same interrupt line.
    pub fn on_edge(&self, edge: Edge, event: &ScriptEvent) -> Result<(), ScriptError> {
        let set_up = self.pin.borrow_mut().on_edge(edge, event.of_pin(&self.name));
        set_up.map_err(|error| raised(error.to_string()))?;
        self.handled.set(true);
        Ok(())
    }

    fn off_edge(&self) {
        self.pin.borrow_mut().off_edge();
        self.handled.set(false);
    }

    /// Waits for the next such edge; gives the level that it led to.
    async fn edge(&self, edge: Edge, event_loop: &EventLoop) -> Result<PinState, ScriptError> {
        if self.handled.get() {
            return Err(raised(format!("pin {} has a handler already, or somebody waits for it", self.name)));
        }
        let (flag, high) = (Arc::new(IrqFlag::new()), Arc::new(AtomicBool::new(false)));
        let (set, seen) = (flag.clone(), high.clone());
        let handler = move |_: &mut Irq<'_>, level| {
            seen.store(level == PinState::High, Ordering::Relaxed);
            set.set();
        };
        let set_up = self.pin.borrow_mut().on_edge(edge, handler);
        set_up.map_err(|error| raised(error.to_string()))?;
        self.handled.set(true);
        let _waiting = Waiting(self);
        event_loop.interruptible(flag.wait()).await?;
        Ok(PinState::from(high.load(Ordering::Relaxed)))
    }
}

/// A wait for an edge, which takes its handler away however it ends.
struct Waiting<'p, P: Gpio>(&'p ScriptPin<P>);

impl<P: Gpio> Drop for Waiting<'_, P> {
    fn drop(&mut self) {
        self.0.off_edge();
    }
}

fn raised(text: String) -> ScriptError {
    ScriptError::Raised { kind: ErrorKind::RuntimeError, text }
}

impl<B: Board + Notes> Scripts<B> {
    /// Waits for an edge of a pin.
    pub(super) async fn pin_wait(&self, pin: &str, edge: Edge) -> Ended {
        let level = one(&self.objects.pins, pin).edge(edge, &self.event_loop).await?;
        Ok(Some(u8::from(level == PinState::High).to_string()))
    }

    /// Has a timer's handler set an event every so often.
    pub(super) fn on_timer(&self, timer: &str, every: Duration, event: &str) -> Result<(), ScriptError> {
        let set_up = self.board.on_timer(timer, every, one(&self.objects.events, event).of_timer(timer));
        set_up.map_err(|error| raised(error.to_string()))
    }

    /// Operations on a pin's handler.
    pub(super) fn handler_op(&self, op: &Op) -> Result<(), ScriptError> {
        let pin = |name: &str| one(&self.objects.pins, name);
        match op {
            Op::OnEdge { pin: name, edge, event } => {
                let event: &Rc<ScriptEvent> = &self.objects.events[event];
                pin(name).on_edge(*edge, event)?;
            }
            Op::OffEdge(name) => pin(name).off_edge(),
            Op::MaskEdge(name) => pin(name).pin.borrow_mut().mask(),
            Op::UnmaskEdge(name) => pin(name).pin.borrow_mut().unmask(),
            _ => unreachable!("{} is about no handler", word_of(op)),
        }
        Ok(())
    }
}

//! The event (tutorial section 3.2): a flag with a value, which tasks wait for.
//!
//! Owns the flag, which an interrupt handler may set through a [`Setter`], and the value, which belongs to tasks.

use alloc::borrow::Cow;
use alloc::sync::Arc;
use core::cell::RefCell;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::error::Interrupt;
use crate::event_loop::EventLoop;
use crate::label::Label;
use crate::observer::{Object, ObjectKind, Use};
use crate::pin::Irq;

/// A flag that carries a value; its waiters ask again every `delay_ms`.
///
/// It is not cleared by waiting. [`clear`](Self::clear) it when all waiters have seen it.
pub struct Event<T = ()> {
    event_loop: EventLoop,
    label: Label,
    delay_ms: i32,
    flag: Arc<AtomicBool>,
    value: RefCell<Option<T>>,
}

/// Sets an event's flag from anywhere, an interrupt handler too.
#[derive(Clone, Debug)]
pub struct Setter {
    flag: Arc<AtomicBool>,
    name: Cow<'static, str>,
}

impl Setter {
    /// Sets the flag. The event's value stays what it was.
    pub fn set(&self) {
        self.flag.store(true, Ordering::Release);
    }

    /// The same from an interrupt handler, so that whoever observes the board sees it.
    pub fn set_from(&self, irq: &mut Irq<'_>) {
        self.set();
        irq.used(Object { kind: ObjectKind::Event, name: &self.name }, Use::Set);
    }
}

impl<T> Event<T> {
    /// An event that is not set. With a delay of 0 its waiters ask at each of their turns.
    pub fn new(event_loop: &EventLoop, delay_ms: i32) -> Self {
        Self {
            event_loop: event_loop.clone(),
            label: Label::new(ObjectKind::Event),
            delay_ms,
            flag: Arc::default(),
            value: RefCell::new(None),
        }
    }

    /// Names it in reports.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.label.rename(name);
        self
    }

    /// Sets the flag, with a value.
    pub fn set(&self, value: T) {
        let former = self.value.replace(Some(value));
        self.flag.store(true, Ordering::Release);
        self.label.tell(&self.event_loop, Use::Set);
        drop(former);
    }

    /// What an interrupt handler sets it with.
    pub fn setter(&self) -> Setter {
        Setter { flag: self.flag.clone(), name: self.label.name().clone() }
    }

    /// Clears the flag and the value.
    pub fn clear(&self) {
        let former = self.value.take();
        self.flag.store(false, Ordering::Release);
        self.label.tell(&self.event_loop, Use::Cleared);
        drop(former);
    }

    /// Whether the flag is set.
    pub fn is_set(&self) -> bool {
        self.flag.load(Ordering::Acquire)
    }

    /// The value it was set with, since it was last cleared.
    pub fn value(&self) -> Option<T>
    where
        T: Clone,
    {
        self.value.borrow().clone()
    }

    /// Waits until the flag is set; gives up no turn if it is. The original's `await event`.
    ///
    /// # Cancellation
    ///
    /// The interrupt arrives within `delay_ms`, or at the next turn. Dropped, nothing is lost.
    pub async fn wait(&self) -> Result<(), Interrupt> {
        if !self.is_set() {
            let _waiting = self.label.wait(&self.event_loop);
            while !self.is_set() {
                self.event_loop.sleep_ms(self.delay_ms).await?;
            }
        }
        Ok(())
    }
}

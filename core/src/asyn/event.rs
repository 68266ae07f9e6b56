//! The event (tutorial section 3.2): a flag with a value, which tasks wait for.
//!
//! Owns the flag, which an interrupt handler may set through a [`Setter`], and the value, which belongs to tasks.

use alloc::borrow::Cow;
use alloc::sync::Arc;
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::error::Interrupt;
use crate::event_loop::EventLoop;
use crate::label::Label;
use crate::observer::{Object, ObjectKind, Use};
use crate::pin::Irq;

/// A flag that carries a value; its waiters ask again every `delay_ms`.
///
/// It is not cleared by waiting. [`clear`](Self::clear) it when all waiters have seen it.
///
/// ```
/// # use std::rc::Rc;
/// # use vpyb_core::{TaskError, asyn::Event};
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
/// # fn main() { run(|ev| async move {
/// let event = Rc::new(Event::new(&ev, 0));
/// let (own, setter) = (ev.clone(), event.clone());
/// ev.create_task(async move {
///     own.sleep_ms(20).await?;
///     setter.set(own.time());
///     Ok(())
/// })?;
/// event.wait().await?;
/// assert_eq!(event.value(), Some(20));
/// event.clear();
/// # Ok(())
/// # }); }
/// ```
pub struct Event<T = ()> {
    event_loop: EventLoop,
    label: Label,
    delay_ms: i32,
    flag: Arc<Flag>,
    value: RefCell<Option<T>>,
    /// How a number that a handler sent becomes the value.
    from_number: Cell<Option<FromNumber<T>>>,
}

type FromNumber<T> = fn(u32) -> T;

/// What handlers set.
#[derive(Default, Debug)]
struct Flag {
    set: AtomicBool,
    number: AtomicU32,
    /// The number is newer than the event's value.
    numbered: AtomicBool,
}

/// Sets an event's flag from anywhere, an interrupt handler too.
#[derive(Clone, Debug)]
pub struct Setter {
    flag: Arc<Flag>,
    name: Cow<'static, str>,
}

impl Setter {
    /// Sets the flag. The event's value stays what it was: for a value, see [`NumberSetter`].
    pub fn set(&self) {
        self.flag.set.store(true, Ordering::Release);
    }

    /// The same from an interrupt handler, so that whoever observes the board sees it.
    pub fn set_from(&self, irq: &mut Irq<'_>) {
        self.set();
        irq.used(Object { kind: ObjectKind::Event, name: &self.name }, Use::Set);
    }
}

/// Sets an event with a number from anywhere, an interrupt handler too: `event.set(ticks_ms())` of the tutorial's
/// section 3.2.1. Where each number counts, use an [`IrqQueue`](crate::sync::IrqQueue): a later one takes the place of an
/// earlier.
#[derive(Clone, Debug)]
pub struct NumberSetter(Setter);

impl NumberSetter {
    /// Sets the flag, with a number for a value.
    pub fn set(&self, number: u32) {
        self.0.flag.number.store(number, Ordering::Relaxed);
        self.0.flag.numbered.store(true, Ordering::Release);
        self.0.set();
    }

    /// The same from an interrupt handler, so that whoever observes the board sees it.
    pub fn set_from(&self, irq: &mut Irq<'_>, number: u32) {
        self.set(number);
        irq.used(Object { kind: ObjectKind::Event, name: &self.0.name }, Use::Set);
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
            from_number: Cell::new(None),
        }
    }

    /// Names it in reports.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.label.rename(name);
        self
    }

    /// Sets the flag, with a value.
    pub fn set(&self, value: T) {
        self.flag.numbered.store(false, Ordering::Release);
        let former = self.value.replace(Some(value));
        self.flag.set.store(true, Ordering::Release);
        self.label.tell(&self.event_loop, Use::Set);
        drop(former);
    }

    /// What an interrupt handler sets it with.
    pub fn setter(&self) -> Setter {
        Setter { flag: self.flag.clone(), name: self.label.name().clone() }
    }

    /// What an interrupt handler sets it with, to a number.
    ///
    /// ```
    /// # use vpyb_core::{EventLoop, Interrupt, asyn::Event};
    /// async fn latency(ev: &EventLoop, event: &Event<u32>) -> Result<u32, Interrupt> {
    ///     let setter = event.number_setter(); // For the handler, which calls `setter.set(now)`.
    ///     # drop(setter);
    ///     event.wait().await?;
    ///     let set_at = event.value().expect("it is set");
    ///     event.clear();
    ///     Ok(ev.time() - set_at)
    /// }
    /// ```
    pub fn number_setter(&self) -> NumberSetter
    where
        T: From<u32>,
    {
        self.from_number.set(Some(T::from));
        NumberSetter(self.setter())
    }

    /// Clears the flag and the value.
    pub fn clear(&self) {
        self.flag.numbered.store(false, Ordering::Release);
        self.flag.set.store(false, Ordering::Release);
        let former = self.value.take();
        self.label.tell(&self.event_loop, Use::Cleared);
        drop(former);
    }

    /// Whether the flag is set.
    pub fn is_set(&self) -> bool {
        self.flag.set.load(Ordering::Acquire)
    }

    /// The value it was set with, since it was last cleared.
    pub fn value(&self) -> Option<T>
    where
        T: Clone,
    {
        if self.is_set()
            && self.flag.numbered.swap(false, Ordering::AcqRel)
            && let Some(from) = self.from_number.get()
        {
            let former = self.value.replace(Some(from(self.flag.number.load(Ordering::Relaxed))));
            drop(former);
        }
        self.value.borrow().clone()
    }

    /// Waits until the flag is set; gives up no turn if it is. The original's `await event`.
    ///
    /// # Cancellation
    ///
    /// The interrupt arrives within `delay_ms`, or at the next turn. Dropped, nothing is lost.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn wait(&self) -> impl Future<Output = Result<(), Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "Event::wait");
        async move {
            unawaited.begins();
            if !self.is_set() {
                let _waiting = self.label.wait(&self.event_loop);
                while !self.is_set() {
                    self.event_loop.sleep_ms(self.delay_ms).await?;
                }
            }
            Ok(())
        }
    }
}

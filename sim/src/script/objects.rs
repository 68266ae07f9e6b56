//! What scripted tasks share.
//!
//! Owns the opened UARTs, pins and LEDs and the primitives, by the names that scripts use.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use litemap::LiteMap;
use vpyb_core::asyn::{self, Barrier, BoundedSemaphore, Condition, Launch, Semaphore};
use vpyb_core::drivers::mma7660::Mma7660;
use vpyb_core::official::{self, Queue};
use vpyb_core::{Board, BoardError, EventLoop, StreamReader, StreamWriter, TaskError, UartConfig, UartFrame};

use super::Notes;
use super::interrupts::{ScriptEvent, ScriptPin};
use crate::scenario::model::{self, BarrierCallback, LockObject};

/// A UART with its reader and writer.
pub struct Stream<B: Board> {
    /// The UART.
    pub uart: Rc<B::Uart>,
    /// Reads it.
    pub reader: StreamReader<B::Uart>,
    /// Writes it.
    pub writer: StreamWriter<B::Uart>,
}

/// A lock of either library.
pub enum Lock {
    /// Its waiters are parked.
    Official(official::Lock),
    /// Its waiters ask again and again.
    Polled(asyn::Lock),
}

/// The shared objects of a scenario's scripts, by name.
pub struct Objects<B: Board> {
    /// UARTs.
    pub uarts: LiteMap<String, Stream<B>>,
    /// Pins.
    pub pins: LiteMap<String, ScriptPin<B::Pin>>,
    /// LEDs, opened when first used.
    pub leds: RefCell<LiteMap<String, B::Led>>,
    /// I2C units, opened when first used.
    pub buses: RefCell<LiteMap<String, B::I2c>>,
    /// The accelerometer, woken when first used.
    pub accel: RefCell<Option<Mma7660<B::I2c, B::Pin>>>,
    /// Locks.
    pub locks: LiteMap<String, Lock>,
    /// Events.
    pub events: LiteMap<String, Rc<ScriptEvent>>,
    /// Semaphores that are not bounded.
    pub semaphores: LiteMap<String, Semaphore>,
    /// Bounded semaphores.
    pub bounded: LiteMap<String, BoundedSemaphore>,
    /// Barriers.
    pub barriers: LiteMap<String, Rc<Barrier>>,
    /// Queues.
    pub queues: LiteMap<String, Queue<String>>,
    /// Conditions, each with the count of its notifications.
    pub conditions: LiteMap<String, (Condition, Cell<u32>)>,
}

impl<B: Board + Notes> Objects<B> {
    /// Opens what a scenario declares.
    ///
    /// # Errors
    ///
    /// If the board cannot hand something out.
    pub fn open(board: &B, event_loop: &EventLoop, objects: &model::Objects) -> Result<Self, BoardError> {
        let ev = event_loop;
        let mut uarts = LiteMap::new();
        for (name, object) in &objects.uarts {
            let config = UartConfig {
                frame: object.line.frame(UartFrame::N8),
                flow: object.line.flow.unwrap_or_default(),
                write_buf_len: object.write_buf_len,
                ..UartConfig::baud(object.baud)
            };
            let uart = Rc::new(board.uart(&object.uart, config)?);
            let reader = StreamReader::new(ev, uart.clone());
            let writer = StreamWriter::new(ev, uart.clone());
            uarts.insert(name.clone(), Stream { uart, reader, writer });
        }
        let mut pins = LiteMap::new();
        for (name, object) in &objects.pins {
            let pin = board.pin(&object.pin, object.mode)?;
            pins.insert(name.clone(), ScriptPin::new(object.pin.clone(), pin));
        }
        let semaphores = objects.semaphores.iter();
        let (bounded, plain): (Vec<_>, Vec<_>) = semaphores.partition(|(_, object)| object.bounded);
        Ok(Self {
            uarts,
            pins,
            leds: RefCell::default(),
            buses: RefCell::default(),
            accel: RefCell::default(),
            locks: each(&objects.locks, |name, object| match object {
                LockObject::Official => Lock::Official(official::Lock::new(ev).named(name)),
                LockObject::Polled { every_ms } => Lock::Polled(asyn::Lock::new(ev, *every_ms).named(name)),
            }),
            events: each(&objects.events, |name, every_ms| Rc::new(ScriptEvent::new(ev, name, *every_ms))),
            semaphores: each(plain, |name, object| Semaphore::new(ev, object.value).named(name)),
            bounded: each(bounded, |name, object| BoundedSemaphore::new(ev, object.value).named(name)),
            barriers: each(&objects.barriers, |name, object| Rc::new(barrier(board, ev, name, object))),
            queues: each(&objects.queues, |name, max| Queue::new(ev, *max).named(name)),
            conditions: each(objects.conditions.iter().map(|name| (name, &())), |name, ()| {
                (Condition::new(ev).named(name), Cell::new(0))
            }),
        })
    }
}

fn each<'o, O: 'o, T>(
    objects: impl IntoIterator<Item = (&'o String, &'o O)>,
    make: impl Fn(String, &O) -> T,
) -> LiteMap<String, T> {
    objects.into_iter().map(|(name, object)| (name.clone(), make(name.clone(), object))).collect()
}

fn barrier<B: Board + Notes>(
    board: &B,
    event_loop: &EventLoop,
    name: String,
    object: &model::BarrierObject,
) -> Barrier {
    let barrier = Barrier::new(event_loop, object.participants).named(name.clone());
    let (board, event_loop) = (board.clone(), event_loop.clone());
    match object.callback {
        None => barrier,
        Some(BarrierCallback::Function) => {
            barrier.calling(Launch::function(move || board.note(true, "", "barrier_cb", Some(&name))))
        }
        Some(BarrierCallback::Task) => {
            barrier.calling(Launch::task(move || bar_coro(board.clone(), event_loop.clone(), name.clone())))
        }
    }
}

/// What a barrier makes a task of when it opens.
async fn bar_coro<B: Notes>(board: B, event_loop: EventLoop, name: String) -> Result<(), TaskError> {
    board.note(true, "", "barrier_coro", Some(&name));
    event_loop.sleep_ms(5).await?;
    board.note(true, "", "barrier_coro_end", Some(&name));
    Ok(())
}

/// The object of a name that the scenario's check has found among these.
pub(super) fn one<'a, T>(objects: &'a LiteMap<String, T>, name: &str) -> &'a T {
    objects.get(name).unwrap_or_else(|| panic!("`{name}` is one of the program's objects"))
}

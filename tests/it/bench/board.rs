//! The bench's board: clock, events in microseconds, console, pins, timers and UARTs.

use std::cell::{RefCell, RefMut};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use serde_json::Value;
use vpyb_core::clock::Clock;
use vpyb_core::hal::Missing;
use vpyb_core::time::Instant;
use vpyb_core::{Board, BoardError, I2cConfig, PinMode, UartConfig, ticks};
use vpyb_sim::script::Notes;

use super::lines::Lines;
use super::no_i2c::NoI2c;
use super::pin::{TestLed, TestPin};
use super::uart::{Receiver, TestUart};

/// A handle on the bench.
#[derive(Clone)]
pub struct TestBoard(Rc<RefCell<State>>);

/// What is going to happen on the bench.
#[derive(Clone, Copy)]
pub enum Event {
    /// A byte arrives at a UART.
    Byte { uart: u8, byte: u8 },
    /// Somebody presses Ctrl-C.
    Interrupt,
    /// A pin of the bench's list reaches a level.
    Level { pin: usize, high: bool },
    /// A timer has counted so many periods.
    Tick { timer: usize, count: u64 },
}

/// Stands for a print that does not end the line.
pub const PART: &str = "...";

/// A pin.
pub struct Pin {
    pub name: String,
    pub high: bool,
    /// Told of rising edges (1), falling ones (2) or both (3).
    handlers: Vec<(u8, Handler)>,
}

/// Is told the level of a pin; that of a timer is not.
pub type Handler = Rc<RefCell<dyn FnMut(bool)>>;

/// A timer: its frequency and its handler.
type Timer = (f64, Handler);

/// Everything on the bench.
pub struct State {
    /// Microseconds since the run began.
    now: u64,
    /// What the clock showed then.
    start: u64,
    events: BTreeMap<(u64, u64), Event>,
    next_event: u64,
    /// From a UART's TX to another's RX.
    links: Vec<(u8, u8)>,
    pub uarts: BTreeMap<u8, Receiver>,
    pub pins: Vec<Pin>,
    /// From a pin to another that takes over its level.
    pin_links: Vec<(usize, usize)>,
    timers: Vec<Timer>,
    /// What the accelerometer shows from an instant on.
    accelerations: Vec<(u64, [i64; 3])>,
    pub lines: Lines,
    console: String,
    /// Ctrl-C was pressed and not noticed yet.
    pub interrupted: bool,
}

impl State {
    /// When the next event is due.
    pub fn next_event(&self) -> Option<u64> {
        self.events.keys().next().map(|&(at, _)| at)
    }

    fn schedule(&mut self, at: u64, event: Event) {
        self.events.insert((at, self.next_event), event);
        self.next_event += 1;
    }

    /// Takes the next event that is due by `until`; gives the handlers to be called, and what with.
    fn deliver_next(&mut self, until: u64) -> Option<(Vec<Handler>, bool)> {
        let (&(at, order), &event) = self.events.iter().next()?;
        if at > until {
            return None;
        }
        self.events.remove(&(at, order));
        self.now = self.now.max(at);
        match event {
            Event::Byte { uart, byte } => {
                if let Some(receiver) = self.uarts.get_mut(&uart) {
                    receiver.arrive(byte);
                }
            }
            Event::Interrupt => self.interrupted = true,
            Event::Level { pin, high } => return Some((self.edge(pin, high), high)),
            Event::Tick { timer, count } => {
                let handler = self.timers[timer].1.clone();
                self.schedule_tick(timer, count + 1);
                return Some((vec![handler], true));
            }
        }
        Some((Vec::new(), false))
    }

    fn schedule_tick(&mut self, timer: usize, count: u64) {
        let at = count as f64 * 1e6 / self.timers[timer].0;
        self.schedule(at as u64, Event::Tick { timer, count });
    }

    /// A pin gets a level, and those with it that are linked to it; gives the handlers to be called.
    pub fn edge(&mut self, at: usize, high: bool) -> Vec<Handler> {
        let pin = &mut self.pins[at];
        if pin.high == high {
            return Vec::new();
        }
        pin.high = high;
        let edge = if high { 1 } else { 2 };
        self.lines.pin(self.now, &pin.name, high);
        let called = pin.handlers.iter().filter(|(edges, _)| edges & edge != 0);
        let mut handlers: Vec<Handler> = called.map(|(_, handler)| handler.clone()).collect();
        for linked in self.linked_to(at) {
            handlers.extend(self.edge(linked, high));
        }
        handlers
    }

    fn linked_to(&self, pin: usize) -> Vec<usize> {
        self.pin_links.iter().filter(|(from, _)| *from == pin).map(|(_, to)| *to).collect()
    }

    fn pin(&mut self, name: &str) -> usize {
        self.pins.iter().position(|pin| pin.name == name).unwrap_or_else(|| {
            self.pins.push(Pin { name: name.into(), high: true, handlers: Vec::new() });
            self.pins.len() - 1
        })
    }
}

/// When the `i`th byte of a transmission is complete, in microseconds after its start.
fn complete(i: usize, baud: u64) -> u64 {
    (i as u64 + 1) * 10_000_000 / baud
}

impl TestBoard {
    /// A bench with what a recording's `hw` says is on it.
    pub fn new(hw: &Value, start_us: u64) -> Self {
        let pairs = |key: &str| hw[key].as_array().cloned().unwrap_or_default();
        let number = |value: &Value| value.as_u64().expect("a number");
        let links = pairs("uart_links").iter().map(|l| (number(&l[0]) as u8, number(&l[1]) as u8)).collect();
        let mut state = State {
            now: 0,
            start: start_us,
            events: BTreeMap::new(),
            next_event: 0,
            links,
            uarts: BTreeMap::new(),
            pins: Vec::new(),
            pin_links: Vec::new(),
            timers: Vec::new(),
            accelerations: Vec::new(),
            lines: Lines::default(),
            console: String::new(),
            interrupted: false,
        };
        for inject in pairs("uart_inject") {
            let text = inject[2].as_str().expect("a text").bytes().enumerate();
            for (i, byte) in text {
                let at = number(&inject[0]) + complete(i, number(&inject[3]));
                state.schedule(at, Event::Byte { uart: number(&inject[1]) as u8, byte });
            }
        }
        for (name, levels) in hw["pins"].as_object().into_iter().flatten() {
            let pin = state.pin(name);
            for level in levels.as_array().expect("a list of levels") {
                let (at, high) = (number(&level[0]), number(&level[1]) == 1);
                match at {
                    0 => state.pins[pin].high = high,
                    _ => state.schedule(at, Event::Level { pin, high }),
                }
            }
        }
        for link in pairs("pin_links") {
            let ends = [0, 1].map(|end: usize| state.pin(link[end].as_str().expect("a name")));
            state.pin_links.push((ends[0], ends[1]));
        }
        for row in pairs("accel") {
            let axes = [1, 2, 3].map(|axis: usize| row[axis].as_i64().expect("a number"));
            state.accelerations.push((number(&row[0]), axes));
        }
        for at in pairs("kbdint") {
            state.schedule(number(&at), Event::Interrupt);
        }
        Self(Rc::new(RefCell::new(state)))
    }

    /// Everything on the bench.
    pub fn state(&self) -> RefMut<'_, State> {
        self.0.borrow_mut()
    }

    /// Microseconds since the run began.
    pub fn now_us(&self) -> u64 {
        self.state().now
    }

    /// When the millisecond tick begins that comes so many ticks after the present one.
    pub fn tick_after(&self, ticks: u64) -> u64 {
        let state = self.state();
        ((state.start + state.now) / 1000 + ticks) * 1000 - state.start
    }

    /// Lets time pass.
    pub fn advance(&self, us: u64) {
        let until = self.now_us() + us;
        self.advance_to(until);
    }

    /// Lets time pass; interrupt handlers run at their instants.
    fn advance_to(&self, until: u64) {
        loop {
            let delivered = self.state().deliver_next(until);
            let Some((handlers, high)) = delivered else { break };
            for handler in handlers {
                (handler.borrow_mut())(high);
            }
        }
        let mut state = self.state();
        state.now = state.now.max(until);
    }

    /// Has `handler` called at edges of a pin: rising (1), falling (2) or both (3).
    pub fn watch(&self, pin: usize, edges: u8, handler: impl FnMut(bool) + 'static) {
        self.state().pins[pin].handlers.push((edges, Rc::new(RefCell::new(handler))));
    }

    /// Has `handler` called so many times a second.
    pub fn tick(&self, hertz: f64, mut handler: impl FnMut() + 'static) {
        let mut state = self.state();
        state.timers.push((hertz, Rc::new(RefCell::new(move |_| handler()))));
        let timer = state.timers.len() - 1;
        let before = state.now as f64 * hertz / 1e6;
        state.schedule_tick(timer, before as u64 + 1);
    }

    /// What the accelerometer shows.
    pub fn acceleration(&self) -> [i64; 3] {
        let state = self.state();
        let past = state.accelerations.iter().rfind(|(from, _)| *from <= state.now);
        past.expect("the recording has an accelerometer").1
    }

    /// Sends on a UART, keeping the CPU until the last stop bit.
    pub fn send(&self, uart: u8, data: &[u8]) {
        let mut state = self.state();
        let (now, baud) = (state.now, state.uarts[&uart].baud);
        let receivers: Vec<u8> =
            state.links.iter().filter(|link| link.0 == uart).map(|link| link.1).collect();
        for (i, &byte) in data.iter().enumerate() {
            for &uart in &receivers {
                state.schedule(now + complete(i, baud), Event::Byte { uart, byte });
            }
        }
        drop(state);
        if !data.is_empty() {
            self.advance_to(now + complete(data.len() - 1, baud));
        }
    }
}

impl Clock for TestBoard {
    fn now(&self) -> Instant {
        let state = self.state();
        Instant::from_micros(state.start + state.now)
    }
}

impl Notes for TestBoard {
    fn note(&self, task: bool, at: &str, op: &str, result: Option<&str>) {
        let now = self.now_us();
        self.state().lines.op(now, task, at, op, result);
    }
}

impl Board for TestBoard {
    type Led = TestLed;
    type Pin = TestPin;
    type Uart = TestUart;
    type I2c = NoI2c;
    type Network = Missing;

    fn led(&self, name: &str) -> Result<TestLed, BoardError> {
        let number = name.strip_prefix("LED").and_then(|number| number.parse().ok());
        let number = number.ok_or_else(|| BoardError::Unknown { what: format!("LED `{name}`") })?;
        Ok(TestLed::new(self.clone(), number))
    }

    fn pin(&self, name: &str, mode: PinMode) -> Result<TestPin, BoardError> {
        let mut state = self.state();
        let pin = state.pin(name);
        // Outputs begin low, and so does what is linked to them; that is no edge.
        if !matches!(mode, PinMode::Input(_)) {
            state.pins[pin].high = false;
            for linked in state.linked_to(pin) {
                state.pins[linked].high = false;
            }
        }
        drop(state);
        Ok(TestPin::new(self.clone(), pin))
    }

    fn i2c(&self, name: &str, _config: I2cConfig) -> Result<NoI2c, BoardError> {
        Err(BoardError::Unknown { what: format!("I2C unit `{name}` on this bench") })
    }

    fn uart(&self, name: &str, config: UartConfig) -> Result<TestUart, BoardError> {
        let number = name.strip_prefix("uart").and_then(|number| number.parse().ok());
        let number: u8 = number.ok_or_else(|| BoardError::Unknown { what: format!("UART `{name}`") })?;
        self.state().uarts.entry(number).or_default().baud = config.baud.into();
        Ok(TestUart::new(self.clone(), number))
    }

    fn print(&self, text: fmt::Arguments<'_>) {
        let mut state = self.state();
        state.console += &text.to_string();
        let now = state.now;
        while let Some(end) = state.console.find('\n') {
            let line: String = state.console.drain(..=end).collect();
            state.lines.print(now, &line[..end]);
        }
        if !state.console.is_empty() {
            state.lines.print(now, PART);
        }
    }

    fn ticks_us(&self) -> u32 {
        ticks::ticks_us(self.now())
    }

    fn delay_us(&self, us: u32) {
        self.advance(us.into());
    }

    fn count(&self, _counter: &str, _by: u32) {}
}

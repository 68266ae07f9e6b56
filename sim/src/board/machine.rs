//! A Pyboard on its bench: world, wiring, CPU and actors of one run.
//!
//! Owns how time passes while the CPU works or idles, and the run's own limits on a step that does not
//! end. It knows no event loop: the recorder tells it when steps begin.
//!
//! Invariant **no-borrow-across**: whoever borrows a machine gives it back before a program's code runs.

use std::collections::BTreeMap;
use std::task::Waker;

use litemap::LiteMap;
use vpyb_core::WakeMark;
use vpyb_core::time::{Duration, Instant};

use super::actors::{Acting, Planned};
use super::alarms::Alarms;
use super::cancels::Cancels;
use super::faults::Aim;
use super::interrupts::Handlers;
use super::part::Part;
use super::pins::PINS;
use super::profile::Profile;
use super::watch::Watch;
use crate::mcu::{Exti, Timers};
use crate::scenario::model::{self, Scenario};
use crate::trace::record::Task;
use crate::trace::{self, Seq, Trace};
use crate::world::{Bench, Delivered, DeviceId, FaultKind, PinId, Place, World};

/// Calls into the board that one step may make before it counts as endless, where calls cost no time.
const MAX_CALLS: u32 = 1_000_000;

/// Events that happen while the CPU idles, before the run's bounds are looked at again.
const MAX_EVENTS: usize = 1000;

/// Why a run is stopped inside a step. It unwinds the program's code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Abort {
    /// The step lasts longer than `max_step`.
    Hang,
    /// The trace has reached its bound.
    Records,
}

/// Bounds of a run that do not depend on the scenario.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bound {
    /// Records in the trace at the most.
    pub records: usize,
    /// Records that are held in memory at the most, as they are.
    pub held: usize,
}

impl Default for Bound {
    /// Two hundred million records: up to 2 GB in a temporary file.
    fn default() -> Self {
        Self { records: 200_000_000, held: trace::HELD }
    }
}

/// One run's board, bench and actors.
#[derive(Debug)]
pub struct Machine {
    /// The world.
    pub world: World<Part>,
    /// The prices of the CPU's work.
    pub profile: Profile,
    pub(super) pins: BTreeMap<&'static str, PinId>,
    pub(super) uarts: BTreeMap<&'static str, DeviceId>,
    pub(super) exti: DeviceId,
    pub(super) timers: DeviceId,
    pub(super) handlers: Handlers,
    pub(super) buses: BTreeMap<&'static str, DeviceId>,
    /// What actors can change, by the names of the parts.
    pub(super) parts: BTreeMap<String, DeviceId>,
    /// Who waits for a unit to be at rest. A waker is `Send`, so it holds no handle on a machine: it may be called
    /// while the machine is borrowed.
    pub(super) wakers: Vec<(DeviceId, Waker)>,
    pub(super) alarms: Alarms,
    pub(super) network: Option<DeviceId>,
    pub(super) overrides: LiteMap<String, model::UartOverride>,
    pub(super) users: BTreeMap<PinId, String>,
    pub(super) lines: BTreeMap<String, Line>,
    /// Pins of the outside world on the nets that actors drive, by the board's pin.
    pub(super) probes: BTreeMap<String, PinId>,
    pub(super) actors: Vec<Acting>,
    /// How many of them wait for an event.
    pub(super) watching: usize,
    /// What actors' steps leave to be done later.
    pub(super) planned: Vec<Planned>,
    /// What each fault is aimed at that the machine carries out.
    pub(super) aims: Vec<Aim>,
    /// Unfinished line of the console, and who began it.
    pub(super) console: String,
    /// What made the device ready that was asked last.
    pub(super) ready_cause: Option<Seq>,
    /// How many records are notes of scripted operations, which change nothing themselves.
    pub(super) notes: usize,
    /// The task whose step is under way.
    pub(super) running: Option<Task>,
    /// Ctrl-C was pressed, and the loop has not been told.
    pub(super) ctrl_c: bool,
    /// What the outside wants of the loop.
    pub cancels: Cancels,
    /// What the board's clock showed when the run began.
    start: Duration,
    /// Where calls of wakers note by which record they happened.
    pub wake_mark: Option<WakeMark>,
    /// The run is over, and what is left of the program is dropped.
    pub is_over: bool,
    step_began: Instant,
    calls: u32,
    max_step: Duration,
    stalled_until: Instant,
    /// Handlers leave the CPU no time.
    swamped: bool,
    bound: Bound,
    pub(super) watch: Watch,
}

/// How bytes from outside reach a UART.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Line {
    /// Over its RX wire, from this device.
    Peer(DeviceId),
    /// Straight into its data register.
    Feed(DeviceId),
}

impl Machine {
    /// The bench of a scenario at instant 0: wired, powered, nothing running.
    pub fn new(scenario: &Scenario, profile: Profile, trace: Trace, bound: Bound) -> Self {
        let mut bench = Bench::new(trace);
        let pins = PINS.iter().map(|pin| (pin.name, bench.add_pin(pin.name))).collect();
        let latency = profile.irq_latency.min(profile.isr);
        let chip = vec![Part::Exti(Exti::new(latency)), Part::Timers(Timers::new(latency))];
        let mut machine = Self {
            world: World::new(bench, chip),
            profile,
            pins,
            uarts: BTreeMap::new(),
            exti: DeviceId(0),
            timers: DeviceId(1),
            handlers: Handlers::default(),
            buses: BTreeMap::new(),
            parts: BTreeMap::new(),
            wakers: Vec::new(),
            alarms: Alarms::default(),
            network: None,
            overrides: scenario.uarts.clone(),
            users: BTreeMap::new(),
            lines: BTreeMap::new(),
            probes: BTreeMap::new(),
            actors: Vec::new(),
            watching: 0,
            planned: Vec::new(),
            aims: Vec::new(),
            console: String::new(),
            ready_cause: None,
            notes: 0,
            running: None,
            ctrl_c: false,
            cancels: Cancels::default(),
            start: scenario.run.start,
            wake_mark: None,
            is_over: false,
            step_began: Instant::ZERO,
            calls: 0,
            max_step: scenario.run.max_step,
            stalled_until: Instant::ZERO,
            swamped: false,
            bound,
            watch: Watch::default(),
        };
        machine.place_uarts();
        machine.place_buses();
        machine.wire(scenario);
        machine.plan_faults(&scenario.faults);
        machine.start_actors(&scenario.actors);
        machine
    }

    pub(super) fn place(&mut self, part: Part) -> DeviceId {
        self.world.devices.push(part);
        DeviceId((self.world.devices.len() - 1) as u16)
    }

    // ---- time ----------------------------------------------------------------------------------

    /// The present instant.
    pub fn now(&self) -> Instant {
        self.world.now()
    }

    /// What the board's clock shows.
    pub fn clock(&self) -> Instant {
        self.now() + self.start
    }

    /// The instant of the run at which the board's clock shows `clock`.
    pub fn since_start(&self, clock: Instant) -> Instant {
        Instant::from_nanos(clock.as_nanos().saturating_sub(self.start.as_nanos()))
    }

    /// When the board's next millisecond begins.
    pub fn next_tick(&self) -> Instant {
        self.since_start(Instant::from_millis(self.clock().as_millis()) + Duration::from_millis(1))
    }

    /// Delivers the next event that is due by `until`, and wakes who waited for it; gives how long a handler keeps
    /// the CPU that it called.
    #[inline]
    fn deliver_next(&mut self, until: Instant) -> Option<Duration> {
        self.look();
        self.show(None);
        // Asked here, so that time in which nothing happens costs nothing.
        if self.world.next_due().is_none_or(|due| due > until) { None } else { self.deliver(until) }
    }

    #[inline(never)]
    fn deliver(&mut self, until: Instant) -> Option<Duration> {
        let looks = self.watching > 0 || self.watch.is_on();
        match self.world.deliver_next(until, looks)? {
            Delivered::Done if self.wakers.is_empty() => Some(Duration::ZERO),
            delivered => Some(self.follow(delivered)),
        }
    }

    /// Does what a delivery left to be done.
    #[inline(never)]
    fn follow(&mut self, delivered: Delivered) -> Duration {
        let mut handled = Duration::ZERO;
        match delivered {
            Delivered::Done => {}
            Delivered::Actor(actor, cause) => self.act(actor, cause),
            Delivered::Planned(planned, cause) => self.carry_out(planned, cause),
            Delivered::Fault(fault, cause) => self.carry_out_fault(fault as usize, cause),
            Delivered::Interrupt(irq, cause) => handled = self.serve(irq, cause),
        }
        if !self.wakers.is_empty() {
            self.wake_waiting();
        }
        handled
    }

    /// Lets time pass to `until`; whatever falls due happens at its own instant. A handler that runs by then is
    /// over when this returns.
    pub fn advance_to(&mut self, until: Instant) {
        loop {
            let end = until.max(self.world.bench.handler_until());
            if self.is_swamped(end.since(until)) {
                return;
            }
            if self.deliver_next(end).is_none() {
                return self.world.rest(end.max(self.now()));
            }
        }
    }

    /// Lets `span` pass.
    pub fn advance(&mut self, span: Duration) {
        self.advance_to(self.now() + span);
    }

    /// Lets the CPU work for `span`; what handlers take meanwhile comes on top.
    pub fn work(&mut self, span: Duration) {
        let end = self.now() + span;
        let mut until = end;
        while let Some(handled) = self.deliver_next(until) {
            until += handled;
            if self.is_swamped(until.since(end)) {
                return;
            }
        }
        self.world.rest(until.max(self.now()));
    }

    /// Whether handlers have kept the CPU from going on for longer than a step may last, or have filled the trace: the
    /// run is stopped as soon as somebody looks.
    fn is_swamped(&mut self, kept: Duration) -> bool {
        self.swamped |= kept > self.max_step;
        self.swamped || self.is_full()
    }

    /// Whether Ctrl-C was pressed since it was last asked.
    pub fn take_ctrl_c(&mut self) -> bool {
        std::mem::take(&mut self.ctrl_c)
    }

    /// Lets the CPU idle to `until`, or until an interrupt handler has run, or the outside wants something of the loop.
    pub fn idle_to(&mut self, until: Instant) {
        if !self.sleep(until, usize::MAX) {
            self.world.rest(until.max(self.now()));
        }
    }

    /// Lets the CPU idle while anything happens at all, by `until` at the latest. Of events that never end only so many
    /// happen now, so that whoever looks after the run sees it.
    pub fn idle_while_anything_happens(&mut self, until: Option<Instant>) {
        let until = until.unwrap_or(Instant::from_nanos(u64::MAX));
        self.sleep(until, MAX_EVENTS);
        if self.world.next_due().is_some_and(|due| due > until) {
            self.world.rest(until.max(self.now()));
        }
    }

    /// Delivers what is due by `until`, `most` events of it. Gives whether the CPU is awake before that: an interrupt
    /// handler has run, or the outside wants something of the loop.
    fn sleep(&mut self, until: Instant, most: usize) -> bool {
        let before = self.world.bench.interrupts();
        for _ in 0..most {
            if self.deliver_next(until).is_none() {
                return false;
            }
            if self.world.bench.interrupts() != before || self.ctrl_c || self.cancels.flag.is_set() {
                self.advance_to(self.now());
                return true;
            }
        }
        true
    }

    /// Keeps the CPU from running until `span` from now.
    pub(super) fn stall(&mut self, span: Duration) {
        self.stalled_until = self.stalled_until.max(self.now() + span);
    }

    /// Lets a stall of the CPU pass.
    pub fn sit_out_stall(&mut self) {
        while self.stalled_until > self.now() {
            self.advance_to(self.stalled_until);
        }
    }

    /// Wakers that are called from now on are called by this record; without one, by the present cause when the
    /// loop notices. Gives what was said before.
    pub(super) fn wakes_are_by(&self, seq: Option<Seq>) -> Option<Seq> {
        let (mark, now) = (self.wake_mark.as_ref()?, seq.map_or(0, |seq| seq.0 + 1));
        let before = mark.get();
        // Mostly it says so already, and to see that costs less than to say it.
        if before != now {
            mark.replace(now);
        }
        before.checked_sub(1).map(Seq)
    }

    // ---- the step under way ----------------------------------------------------------------------

    /// A step or a callback begins.
    pub(super) fn step_begins(&mut self, task: Option<Task>) {
        self.running = task;
        self.step_began = self.now();
        self.world.bench.offer(&[FaultKind::Stall], Place::Cpu);
        self.calls = 0;
    }

    /// How long the step under way has lasted.
    pub(super) fn step_so_far(&self) -> Duration {
        self.now() - self.step_began
    }

    /// A call into the board: it costs a little, and a step that makes too many of them is stopped.
    pub(super) fn access(&mut self) -> Result<(), Abort> {
        self.calls += 1;
        self.work(self.profile.access);
        self.check()
    }

    /// Whether the step under way has to be stopped.
    pub(super) fn check(&self) -> Result<(), Abort> {
        let free_calls = self.profile.access.is_zero() && self.calls > MAX_CALLS;
        if self.step_so_far() > self.max_step || free_calls || self.swamped {
            return Err(Abort::Hang);
        }
        if self.world.bench.trace.records().len() > self.bound.records {
            return Err(Abort::Records);
        }
        Ok(())
    }

    /// Whether interrupt handlers leave the CPU no time to go on.
    pub fn is_hung(&self) -> bool {
        self.swamped
    }

    /// Whether the trace has reached its bound.
    pub fn is_full(&self) -> bool {
        self.world.bench.trace.records().len() > self.bound.records
    }
}

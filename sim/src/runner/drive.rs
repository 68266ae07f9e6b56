//! Drives one run: steps the firmware, charges what it costs, lets time pass, and names the end.
//!
//! Owns the meeting of event loop and world. Verdicts are texts as scenario files write them.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use vpyb_core::time::Instant;
use vpyb_core::{Firmware, Step};

use super::firmware::firmware;
use super::guard::Heart;
use super::program::{Around, Program};
use super::tap::Tapped;
use crate::board::{Abort, Bound, Machine, Profile, Recorder, VirtualBoard, Watcher};
use crate::scenario::model::{Cpu, Scenario};
use crate::script::Notes;
use crate::trace::{Kind, Meta, Trace};

/// Zero-delay steps at one instant that count as a livelock, where steps cost nothing.
const MAX_DULL_STEPS: u64 = 100_000;

/// What a run may be told beside its scenario.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Instead of the scenario's seed.
    pub seed: Option<u64>,
    /// Bounds that do not depend on the scenario.
    pub bound: Bound,
}

/// A run that is over.
#[derive(Debug)]
pub struct Outcome {
    /// What happened.
    pub trace: Trace,
    /// How it ended: `passed`, `stuck`, `livelock`, `hang`, `limit`, `panic: …` or `error: …`.
    pub verdict: String,
    /// How many opportunities each of the scenario's faults had.
    pub opportunities: Vec<u32>,
}

impl Notes for VirtualBoard {
    fn note(&self, task: bool, at: &str, op: &str, result: Option<&str>) {
        self.record_op(task, at, op, result);
    }
}

/// Runs a scenario. Same scenario and seed, same trace.
///
/// # Panics
///
/// If the scenario was not checked against these programs.
pub fn run(scenario: &Scenario, programs: &[Program], options: Options) -> Outcome {
    run_with(scenario, programs, options, &Heart::default(), Tapped::default())
}

/// Runs a scenario and shows the machine: whenever time is about to pass, and between two steps together with what the
/// event loop holds. For tests.
///
/// # Panics
///
/// If the scenario was not checked against these programs.
pub fn run_watched(scenario: &Scenario, programs: &[Program], options: Options, watcher: Watcher) -> Outcome {
    let mut run = Run::begin(scenario, programs, options);
    run.machine.borrow_mut().watched_by(watcher);
    let mut verdict = None;
    while verdict.is_none() {
        run.show();
        verdict = run.step();
    }
    run.finish(verdict.unwrap_or_default())
}

pub(super) fn run_with(
    scenario: &Scenario,
    programs: &[Program],
    options: Options,
    heart: &Heart,
    mut tapped: Tapped,
) -> Outcome {
    let mut run = Run::begin(scenario, programs, options);
    run.heart = heart.clone();
    let verdict = run.guarded(|run| {
        loop {
            if let Some(verdict) = run.turn() {
                return verdict;
            }
            tapped.show(&run.machine.borrow().world.bench.trace);
        }
    });
    run.finish(verdict)
}

/// A run that its owner steps. Several may be under way on one thread.
pub struct Run<'a> {
    scenario: &'a Scenario,
    machine: Rc<RefCell<Machine>>,
    recorder: Rc<Recorder>,
    firmware: Firmware,
    around: Option<Around>,
    heart: Heart,
}

impl<'a> Run<'a> {
    /// A run in which nothing has happened yet.
    ///
    /// # Panics
    ///
    /// If the scenario was not checked against these programs.
    pub fn begin(scenario: &'a Scenario, programs: &[Program], options: Options) -> Self {
        let seed = options.seed.unwrap_or(scenario.run.seed);
        let profile = profile_of(&scenario.cpu);
        let meta = Meta {
            scenario: scenario.name.clone(),
            seed,
            board: scenario.board.model.clone(),
            scheduler: scenario.cpu.scheduler.clone(),
            profile: profile.name.to_owned(),
            notes: BTreeMap::new(),
        };
        let machine =
            Machine::new(scenario, profile, Trace::holding(meta, options.bound.held), options.bound);
        let machine = Rc::new(RefCell::new(machine));
        let recorder = Rc::new(Recorder::new(machine.clone(), scenario.cpu.task_step.clone()));
        let (firmware, around) = firmware(scenario, programs, &machine, &recorder);
        machine.borrow_mut().wake_mark = Some(firmware.wake_mark());
        tracing::info!(at = 0_u64, "{} begins, seed {seed}", scenario.name);
        Self { scenario, machine, recorder, firmware, around, heart: Heart::default() }
    }

    /// The present instant of its world.
    pub fn now(&self) -> Instant {
        self.machine.borrow().now()
    }

    /// One thing happens: a step, a callback, a poll, or time passes while the loop idles. Gives the verdict when the
    /// run is over; it is then to be ended.
    pub fn step(&mut self) -> Option<String> {
        let mut over = None;
        let verdict = self.guarded(|run| {
            over = run.turn();
            String::new()
        });
        // Without a word of its own the run was unwound, or goes on.
        over.or((!verdict.is_empty()).then_some(verdict))
    }

    /// Ends the run: what is left of the program is dropped, and the trace is complete.
    pub fn finish(self, verdict: String) -> Outcome {
        let Self { scenario, machine, firmware, around, .. } = self;
        // What is left of the program may only be dropped, and that must not take the run down.
        machine.borrow_mut().is_over = true;
        let dropped = catch_unwind(AssertUnwindSafe(|| within(around, &machine, || drop(firmware))));
        let verdict =
            if dropped.is_err() && verdict == "passed" { "panic: while dropped".into() } else { verdict };
        let mut machine = machine.borrow_mut();
        machine.flush_console();
        machine.show(None);
        let bench = &mut machine.world.bench;
        tracing::info!(at = bench.now().as_nanos(), "{} ended: {verdict}", scenario.name);
        let name = bench.trace.name(&verdict);
        bench.record(Kind::Verdict { verdict: name });
        let opportunities = bench.faults.opportunities();
        Outcome { trace: std::mem::take(&mut bench.trace), verdict, opportunities }
    }

    /// Shows the machine and the loop to who watches.
    fn show(&self) {
        let contents = self.firmware.contents();
        self.machine.borrow_mut().show(Some(&contents));
    }

    /// Lets the program run, and catches it if it is unwound.
    fn guarded(&mut self, run: impl FnOnce(&mut Self) -> String) -> String {
        let driven = catch_unwind(AssertUnwindSafe(|| run(self)));
        driven.unwrap_or_else(|payload| verdict_of_unwind(&*payload))
    }
}

/// The earlier of two instants, as far as there are any.
fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Calls something of the program's with what the program wants around it.
fn within<T>(around: Option<Around>, machine: &Rc<RefCell<Machine>>, call: impl FnOnce() -> T) -> T {
    let Some(around) = around else { return call() };
    let (mut call, mut result) = (Some(call), None);
    around(&VirtualBoard::new(machine.clone()), &mut || {
        result = call.take().map(|call| call());
    });
    result.expect("what is around a step calls it")
}

/// The profile with the scenario's single prices.
fn profile_of(cpu: &Cpu) -> Profile {
    let profile = Profile::from_name(&cpu.profile).expect("checked names");
    Profile {
        step: cpu.step.unwrap_or(profile.step),
        callback: cpu.callback.unwrap_or(profile.callback),
        io_poll: cpu.io_poll.unwrap_or(profile.io_poll),
        isr: cpu.isr.unwrap_or(profile.isr),
        irq_latency: cpu.irq_latency.unwrap_or(profile.irq_latency),
        access: cpu.access.unwrap_or(profile.access),
        ..profile
    }
}

fn verdict_of_unwind(payload: &(dyn Any + Send)) -> String {
    match payload.downcast_ref::<Abort>() {
        Some(Abort::Hang) => return "hang".into(),
        Some(Abort::Records) => return "limit".into(),
        None => {}
    }
    let text =
        payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
    format!("panic: {}", text.unwrap_or("without a message"))
}

impl Run<'_> {
    fn turn(&mut self) -> Option<String> {
        // Also a CPU that idles may be stalled.
        self.machine.borrow_mut().sit_out_stall();
        if let Some(verdict) = self.bounds() {
            return Some(verdict);
        }
        if self.machine.borrow_mut().take_ctrl_c() {
            self.firmware.keyboard_interrupt();
        }
        self.heart.beat();
        match within(self.around, &self.machine, || self.firmware.step()) {
            Step::Main => None,
            Step::Done => Some(self.verdict_of_main()),
            Step::Task | Step::Callback => {
                self.recorder.charge();
                self.livelock()
            }
            Step::Polled { devices, pass } => {
                let mut machine = self.machine.borrow_mut();
                let poll = if pass { machine.profile.pass } else { machine.profile.poll };
                let price = poll + machine.profile.io_poll.times(devices.into());
                machine.work(price);
                None
            }
            Step::Idle { until, sample } => self.idle(until, sample),
        }
    }

    fn verdict_of_main(&mut self) -> String {
        match self.firmware.take_result() {
            Some(Err(error)) => format!("error: {error}"),
            _ => "passed".into(),
        }
    }

    /// Ends the run at its virtual end, or at one of its bounds.
    fn bounds(&self) -> Option<String> {
        let machine = self.machine.borrow();
        let (now, run) = (machine.now(), &self.scenario.run);
        if run.until.is_some_and(|until| now >= until) {
            return Some("passed".into());
        }
        if run.limit.is_some_and(|limit| now >= limit) || machine.is_full() {
            return Some("limit".into());
        }
        machine.is_hung().then(|| "hang".into())
    }

    fn livelock(&self) -> Option<String> {
        let (span, steps) = self.recorder.dull_for();
        // Where time does not pass, no timer will ever be due.
        let standstill = steps > MAX_DULL_STEPS && span.is_zero();
        let nothing_else =
            || self.machine.borrow().world.next_due().is_none() && !self.recorder.timers_pending();
        let long = span >= self.scenario.run.livelock_after && nothing_else();
        (standstill || long).then(|| "livelock".into())
    }

    /// Lets time pass while the loop has nothing to do.
    fn idle(&self, until: Option<Instant>, sample: bool) -> Option<String> {
        let run = &self.scenario.run;
        let end = earlier(run.until, run.limit);
        let mut machine = self.machine.borrow_mut();
        // What an actor waits for may just have happened.
        machine.look();
        let until = until.map(|until| machine.since_start(until));
        let tick = sample.then(|| machine.next_tick());
        if until.is_none() && machine.world.next_due().is_none() && (tick.is_none() || end.is_none()) {
            // Nothing can happen any more. Where the run lasts until an instant and nobody waits for its
            // completion, that is rest; else somebody waits for what can never come.
            let resting = run.until.is_some() && !self.firmware.awaits_completion();
            return match run.until.filter(|_| resting) {
                Some(end) => {
                    machine.advance_to(end);
                    None
                }
                None => Some("stuck".into()),
            };
        }
        match earlier(until, tick) {
            Some(awaited) => machine.idle_to(end.map_or(awaited, |end| awaited.min(end))),
            // Without a timer or a device to be asked, nothing can happen after the last event.
            None => machine.idle_while_anything_happens(end),
        }
        None
    }
}

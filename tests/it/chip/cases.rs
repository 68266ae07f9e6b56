//! What is compared: each scenario with a program, under each discipline, and what is left out and why.
//!
//! Owns the reasons. A scenario that needs more than the emulator has is found by what it says. Those whose events
//! depend on what instructions cost are listed; they are run once more with a price for each step, the same on both sides,
//! beside which that does not count.

use std::collections::BTreeMap;

use vpyb_core::Discipline;
use vpyb_core::time::Duration;
use vpyb_sim::board::Profile;
use vpyb_sim::scenario::model::{Action, Cpu, Part, Scenario};

use crate::checked_in::scenarios;

/// One scenario under one discipline.
pub struct Case {
    pub scenario: Scenario,
    pub how: How,
    pub prices: Prices,
}

/// What a step costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prices {
    /// What its instructions cost: the simulator has the chip's profile.
    OfTheChip,
    /// [`STEP`], on both sides, and nothing beside it.
    Equal,
}

/// A step's price where both sides have the same: more than the instructions of any of them take, and a whole part of a
/// millisecond.
pub const STEP: Duration = Duration::from_micros(100);

/// How far chip and simulator can be compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// All events, each with its tick.
    Wholly,
    /// The order of so many events, without ticks and numbers.
    Order(usize),
    Not,
}

/// Scenarios, by how their names begin, that are not compared wholly under a discipline (any if empty), and why.
type Exception = (&'static str, &'static str, How, &'static str);

const POLLING: &str = "waiters poll, and asyncio-v3 has no passes: who asks first in a tick depends on costs";
const ADDS_UP: &str = "tasks keep the CPU in turn, and what they cost beside that adds up";
const PRINTS: &str = "they print at each turn, and costs decide when each is";
const MICROSECONDS: &str = "they print microseconds";
const ON_TICK: &str =
    "waiters poll, and an edge comes with a tick: costs decide in which tick the step began that sees it";
const BOTH_AT_ONCE: &str =
    "a timer's handler and a task's sleep are due at one instant: costs decide which is first";
const NEAR_TICK: &str = "a byte comes ten microseconds before a tick";

const EXCEPTIONS: &[Exception] = &[
    (
        "scenarios/aremote/jitter.toml",
        "",
        How::Order(12),
        "an edge is within microseconds of the driver's limit",
    ),
    ("scenarios/barrier/", "asyncio-v3", How::Not, POLLING),
    ("scenarios/context_manager/board.toml::lock", "asyncio-v3", How::Not, POLLING),
    ("scenarios/context_manager/recorded.toml::lock", "asyncio-v3", How::Not, POLLING),
    ("scenarios/event/board.toml::acknowledged", "asyncio-v3", How::Not, POLLING),
    ("scenarios/event/recorded.toml::acknowledged", "asyncio-v3", How::Not, POLLING),
    ("scenarios/event/board.toml::interrupt", "asyncio-v3", How::Order(100), ON_TICK),
    ("scenarios/semaphore/", "asyncio-v3", How::Not, POLLING),
    ("scenarios/waiting/gather.toml::polled", "asyncio-v3", How::Not, POLLING),
    ("scenarios/blocking_read/board.toml::stream", "", How::Order(100), NEAR_TICK),
    ("scenarios/polling/board.toml::stream", "", How::Order(100), NEAR_TICK),
    ("scenarios/event/board.toml::latency", "", How::Order(100), MICROSECONDS),
    ("scenarios/iorw/board.toml::cancel-in-step", "fast-io", How::Order(8), BOTH_AT_ONCE),
    ("scenarios/iorw/board.toml::cancel-in-step", "asyncio-v3", How::Order(8), BOTH_AT_ONCE),
    ("scenarios/iorw/board.toml::timeout", "asyncio-v3", How::Order(8), BOTH_AT_ONCE),
    ("scenarios/iorw/recorded.toml", "fast-io", How::Order(8), BOTH_AT_ONCE),
    ("scenarios/iorw/recorded.toml", "asyncio-v3", How::Order(8), BOTH_AT_ONCE),
    ("scenarios/ms_timer/", "", How::Order(30), MICROSECONDS),
    ("scenarios/pin_call/", "", How::Order(15), MICROSECONDS),
    ("scenarios/heartbeat/board.toml::busy-for-2-s", "", How::Order(100), ADDS_UP),
    ("scenarios/latency/", "", How::Order(50), ADDS_UP),
    ("scenarios/long_computation/", "", How::Order(50), ADDS_UP),
    ("scenarios/rate/", "", How::Order(100), "a hundred tasks are made, which takes a millisecond"),
    ("scenarios/record_uart/", "", How::Order(50), PRINTS),
    ("scenarios/round_robin/recorded.toml", "", How::Order(100), PRINTS),
    ("scenarios/round_robin/board.toml::printing", "", How::Order(100), PRINTS),
    ("scenarios/superloop/", "", How::Order(20), "there is no event loop, and what each round costs adds up"),
];

/// Those of them that are not compared wholly at one price for each step, either: what programs or drivers do beside steps
/// costs more than a step's price, or is told by what they print.
const ONLY_THEIR_ORDER: &[(&str, &str)] = &[
    ("scenarios/aremote/jitter.toml", ""),
    ("scenarios/blocking_read/board.toml::stream", ""),
    ("scenarios/event/board.toml::latency", ""),
    ("scenarios/heartbeat/board.toml::busy-for-2-s", ""),
    ("scenarios/iorw/", "fast-io"),
    ("scenarios/iorw/recorded.toml::timeout", ""),
    ("scenarios/latency/", ""),
    ("scenarios/ms_timer/", ""),
    ("scenarios/pin_call/", ""),
    ("scenarios/polling/board.toml::stream", ""),
    ("scenarios/rate/", ""),
    ("scenarios/record_uart/", "asyncio-v3"),
    ("scenarios/record_uart/board.toml::hogs", ""),
    ("scenarios/record_uart/recorded.toml::hogs", ""),
    ("scenarios/record_uart/recorded_slow.toml", ""),
];

/// Programs of which no scenario is compared wholly under a discipline (any if empty), and why.
pub const NOT_WHOLLY: &[(&str, &str, &str)] = &[
    ("apoll", "", "the accelerometer is on I2C"),
    ("client_server", "", "there is no network"),
    ("htu_test", "", "the sensor is on I2C"),
    ("latency", "", "a hundred tasks are made in a step"),
    ("ms_timer", "", MICROSECONDS),
    ("pin_call", "", MICROSECONDS),
    ("rate", "", "a hundred tasks are made in a step"),
    ("record_uart", "asyncio-v3", "frames of its UART are no whole steps"),
    ("uart_reader", "", "a byte comes ten microseconds before a tick, or there are scripted tasks"),
];

/// Whether a rule for scenarios that begin so, under a discipline (any if empty), is about this one.
fn is_about(name: &str, discipline: &str, scenario: &Scenario) -> bool {
    scenario.name.starts_with(name) && (discipline.is_empty() || discipline == scenario.cpu.scheduler)
}

impl Case {
    pub fn name(&self) -> String {
        let with = if self.prices == Prices::Equal { ", each step at one price" } else { "" };
        format!("{} under {}{with}", self.scenario.name, self.scenario.cpu.scheduler)
    }

    pub fn program(&self) -> &str {
        self.scenario.program.as_ref().map_or("", |program| &program.name)
    }

    /// What happens in it, without what is said and expected of it.
    fn does(&self) -> impl PartialEq + use<'_> {
        let Scenario { board, cpu, parts, program, run, actors, .. } = &self.scenario;
        (board, cpu, parts, program, (run.until, run.limit), actors)
    }
}

fn exception(scenario: &Scenario) -> Option<&'static Exception> {
    EXCEPTIONS.iter().find(|(name, discipline, ..)| is_about(name, discipline, scenario))
}

/// Why a scenario needs more than the emulator has.
fn beyond_the_emulator(scenario: &Scenario) -> Option<&'static str> {
    let actions = || scenario.actors.iter().flat_map(|actor| &actor.steps).map(|step| &step.action);
    if !scenario.tasks.is_empty() || !scenario.phases.is_empty() {
        Some("there are scripted tasks")
    } else if !scenario.faults.is_empty() {
        Some("something goes wrong")
    } else if actions().any(|action| matches!(action, Action::Stall(_))) {
        Some("the CPU is stalled")
    } else if scenario.parts.values().any(|part| matches!(part, Part::Network(_))) {
        Some("there is no network")
    } else if actions()
        .any(|action| matches!(action, Action::Plug { .. } | Action::Glitch { .. } | Action::Irq { .. }))
    {
        Some("a wire or an interrupt line is tampered with")
    } else if scenario.uarts.values().any(|uart| uart.baud.is_some()) {
        Some("a UART's speed is wrong, and the emulator's frames have no bits")
    } else if !scenario.uarts.is_empty() {
        Some("a UART is set up in another way than the program does")
    } else {
        None
    }
}

/// The scenario under a discipline, with these prices in place of its own.
fn on_the_chip(scenario: &Scenario, discipline: Discipline, prices: Prices) -> Scenario {
    let Cpu { runq_len, waitq_len, ioq_len, lp_len, max_overdue_ms, .. } = scenario.cpu;
    let (profile, step) = match prices {
        Prices::OfTheChip => (Profile::STM32F405, None),
        Prices::Equal => (Profile::RECORDED, Some(STEP)),
    };
    let (scheduler, profile) = (discipline.name().into(), profile.name.into());
    let lengths = Cpu { runq_len, waitq_len, ioq_len, lp_len, max_overdue_ms, ..Cpu::default() };
    let cpu = Cpu { scheduler, profile, step, callback: step, ..lengths };
    Scenario { cpu, ..scenario.clone() }
}

/// What is not compared wholly and why, with the number of such runs.
pub type Notes = BTreeMap<String, usize>;

/// All cases, and what is not compared wholly, with its reason.
pub fn cases() -> (Vec<Case>, Notes) {
    let (mut cases, mut notes) = (Vec::new(), Notes::new());
    for scenario in scenarios().into_iter().filter(|scenario| scenario.program.is_some()) {
        if let Some(reason) = beyond_the_emulator(&scenario) {
            *notes.entry(format!("not compared, as {reason}")).or_default() += 1;
            continue;
        }
        for discipline in Discipline::ALL {
            let own = on_the_chip(&scenario, *discipline, Prices::OfTheChip);
            let exception = exception(&own);
            let how = exception.map_or(How::Wholly, |(.., how, _)| *how);
            // Scenarios often differ only in what is expected of them.
            if !take(&mut cases, Case { scenario: own, how, prices: Prices::OfTheChip }) {
                continue;
            }
            let Some((.., reason)) = exception else { continue };
            let equal = on_the_chip(&scenario, *discipline, Prices::Equal);
            if ONLY_THEIR_ORDER.iter().any(|(name, discipline)| is_about(name, discipline, &equal)) {
                let how = if how == How::Not { "not compared" } else { "only their order" };
                *notes.entry(format!("{how}, as {reason}")).or_default() += 1;
            } else {
                *notes.entry(format!("wholly only at one price for each step, as {reason}")).or_default() +=
                    1;
                take(&mut cases, Case { scenario: equal, how: How::Wholly, prices: Prices::Equal });
            }
        }
    }
    (cases, notes)
}

/// Takes a case, unless another one does the same.
fn take(cases: &mut Vec<Case>, case: Case) -> bool {
    let is_new = !cases.iter().any(|other| other.does() == case.does());
    if is_new {
        cases.push(case);
    }
    is_new
}

#[test]
fn exceptions_exist() {
    let scenarios = scenarios();
    let names = EXCEPTIONS.iter().map(|(name, ..)| name).chain(ONLY_THEIR_ORDER.iter().map(|(name, _)| name));
    for name in names {
        assert!(
            scenarios.iter().any(|scenario| scenario.name.starts_with(name)),
            "no scenario is called {name}"
        );
    }
}

//! What is compared: each scenario with a program, under each discipline, and what is left out and why.
//!
//! Owns the reasons. A scenario that needs more than the emulator has is found by what it says. Where time passes by prices all
//! others are compared wholly. Those whose events depend on what single instructions cost are listed; where instructions take
//! time, their order is compared, or nothing.

use std::collections::BTreeMap;
use std::fmt;

use vpyb_core::Discipline;
use vpyb_sim::board::Profile;
use vpyb_sim::scenario::model::{Action, Cpu, Part, Scenario};

use crate::checked_in::scenarios;

/// One scenario under one discipline, with the chip's prices.
pub struct Case {
    pub scenario: Scenario,
    /// How far it can be compared where instructions take time.
    by_instructions: How,
}

/// What the chip's time is made of. The simulator's is made of prices.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Time {
    /// Of the same prices: its clock stands still while instructions run.
    Prices,
    /// Of what its instructions take.
    Instructions,
}

impl Time {
    pub const ALL: [Self; 2] = [Self::Prices, Self::Instructions];
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Prices { "by prices" } else { "by instructions" })
    }
}

/// How far chip and simulator can be compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// All events, each with when it happened.
    Wholly,
    /// The order of so many events, without when and without numbers.
    Order(usize),
    Not,
}

/// Scenarios, by how their names begin, that are not compared wholly under a discipline (any if empty) where instructions take
/// time, and why.
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
    ("scenarios/event/board.toml::interrupt", "uasyncio-v2", How::Order(100), ON_TICK),
    ("scenarios/semaphore/", "asyncio-v3", How::Not, POLLING),
    ("scenarios/waiting/gather.toml::polled", "asyncio-v3", How::Not, POLLING),
    ("scenarios/blocking_read/board.toml::stream", "", How::Order(100), NEAR_TICK),
    ("scenarios/polling/board.toml::stream", "", How::Order(100), NEAR_TICK),
    ("scenarios/event/board.toml::latency", "", How::Order(100), MICROSECONDS),
    ("scenarios/iorw/board.toml::cancel-in-step", "fast-io", How::Order(8), BOTH_AT_ONCE),
    ("scenarios/iorw/board.toml::cancel-in-step", "asyncio-v3", How::Order(8), BOTH_AT_ONCE),
    ("scenarios/iorw/board.toml::timeout", "asyncio-v3", How::Order(8), BOTH_AT_ONCE),
    ("scenarios/iorw/board.toml::two-drivers", "fast-io", How::Order(100), BOTH_AT_ONCE),
    ("scenarios/iorw/board.toml::two-drivers", "uasyncio-v2", How::Order(100), BOTH_AT_ONCE),
    ("scenarios/iorw/recorded.toml", "fast-io", How::Order(8), BOTH_AT_ONCE),
    ("scenarios/iorw/recorded.toml", "asyncio-v3", How::Order(8), BOTH_AT_ONCE),
    ("scenarios/ms_timer/", "", How::Order(30), MICROSECONDS),
    ("scenarios/pin_call/", "", How::Order(15), MICROSECONDS),
    ("scenarios/heartbeat/board.toml::busy-for-2-s", "", How::Order(100), ADDS_UP),
    ("scenarios/hogs/", "", How::Order(100), ADDS_UP),
    ("scenarios/latency/", "", How::Order(50), ADDS_UP),
    ("scenarios/long_computation/", "", How::Order(50), ADDS_UP),
    ("scenarios/rate/", "", How::Order(100), "a hundred tasks are made, which takes a millisecond"),
    ("scenarios/record_uart/", "", How::Order(50), PRINTS),
    ("scenarios/round_robin/recorded.toml", "", How::Order(100), PRINTS),
    ("scenarios/round_robin/board.toml::printing", "", How::Order(100), PRINTS),
    ("scenarios/superloop/", "", How::Order(20), "there is no event loop, and what each round costs adds up"),
];

/// Programs of which no scenario is compared wholly, and why.
pub const NOT_WHOLLY: &[(&str, &str)] = &[
    ("apoll", "the accelerometer is on I2C"),
    ("client_server", "there is no network"),
    ("htu_test", "the sensor is on I2C"),
];

impl Case {
    pub fn name(&self) -> String {
        format!("{} under {}", self.scenario.name, self.scenario.cpu.scheduler)
    }

    pub fn program(&self) -> &str {
        self.scenario.program.as_ref().map_or("", |program| &program.name)
    }

    /// How far it can be compared.
    pub fn how(&self, time: Time) -> How {
        if time == Time::Prices { How::Wholly } else { self.by_instructions }
    }

    /// What happens in it, without what is said and expected of it.
    fn does(&self) -> impl PartialEq + use<'_> {
        let Scenario { board, cpu, parts, program, run, actors, .. } = &self.scenario;
        (board, cpu, parts, program, (run.until, run.limit), actors)
    }
}

fn exception(scenario: &Scenario) -> Option<&'static Exception> {
    let is_under = |by: &str| by.is_empty() || by == scenario.cpu.scheduler;
    EXCEPTIONS.iter().find(|(name, by, ..)| scenario.name.starts_with(name) && is_under(by))
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

/// The scenario under a discipline, with the chip's prices in place of its own.
fn on_the_chip(scenario: &Scenario, discipline: Discipline) -> Scenario {
    let Cpu { runq_len, waitq_len, ioq_len, lp_len, max_overdue_ms, .. } = scenario.cpu;
    let (scheduler, profile) = (discipline.name().into(), Profile::STM32F405.name.into());
    let lengths = Cpu { runq_len, waitq_len, ioq_len, lp_len, max_overdue_ms, ..Cpu::default() };
    Scenario { cpu: Cpu { scheduler, profile, ..lengths }, ..scenario.clone() }
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
            let scenario = on_the_chip(&scenario, *discipline);
            let (by_instructions, reason) =
                exception(&scenario).map_or((How::Wholly, ""), |(.., how, reason)| (*how, reason));
            let case = Case { scenario, by_instructions };
            // Scenarios often differ only in what is expected of them.
            if cases.iter().any(|other: &Case| other.does() == case.does()) {
                continue;
            }
            cases.push(case);
            let far = match by_instructions {
                How::Wholly => continue,
                How::Order(_) => "only their order",
                How::Not => "not compared",
            };
            *notes.entry(format!("{}: {far}, as {reason}", Time::Instructions)).or_default() += 1;
        }
    }
    (cases, notes)
}

#[test]
fn exceptions_exist() {
    let scenarios = scenarios();
    for (name, ..) in EXCEPTIONS {
        assert!(
            scenarios.iter().any(|scenario| scenario.name.starts_with(name)),
            "no scenario is called {name}"
        );
    }
}

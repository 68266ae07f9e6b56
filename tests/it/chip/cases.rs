//! What is compared: each scenario with a program, under each discipline, and what is left out and why.
//!
//! Owns the reasons. A scenario that needs more than the emulator has is found by what it says; the few whose events
//! depend on what instructions cost are listed.

use vpyb_core::Discipline;
use vpyb_sim::board::Profile;
use vpyb_sim::scenario::model::{Action, Arg, Cpu, Scenario};

use crate::checked_in::scenarios;

/// One scenario under one discipline, with the prices of the chip.
pub struct Case {
    pub scenario: Scenario,
    /// Its tasks print at each turn: what a turn costs decides how many there are, and when each is.
    pub prints_turns: bool,
}

/// A program that does not do the same where instructions cost something else.
struct Different {
    program: &'static str,
    /// The value of its argument `part`; any if empty.
    part: &'static str,
    /// The discipline; any if empty.
    discipline: &'static str,
    reason: &'static str,
}

const POLLING: &str =
    "its waiters poll, and asyncio-v3 has no passes: who asks first in a tick depends on costs";

const fn polling(program: &'static str, part: &'static str) -> Different {
    Different { program, part, discipline: "asyncio-v3", reason: POLLING }
}

const DIFFERENT: &[Different] = &[
    polling("barrier", ""),
    polling("context_manager", "lock"),
    polling("event", "acknowledged"),
    polling("semaphore", ""),
    Different {
        program: "event",
        part: "latency",
        discipline: "",
        reason: "it prints how many microseconds have gone by",
    },
];

impl Different {
    fn is(&self, scenario: &Scenario) -> bool {
        let fits = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        scenario.program.as_ref().is_some_and(|program| {
            let part = match program.args.get("part") {
                Some(Arg::Text(part)) => part,
                _ => "",
            };
            program.name == self.program && fits(self.part, part)
        }) && fits(self.discipline, &scenario.cpu.scheduler)
    }
}

impl Case {
    pub fn name(&self) -> String {
        format!("{} under {}", self.scenario.name, self.scenario.cpu.scheduler)
    }

    pub fn program(&self) -> &str {
        self.scenario.program.as_ref().map_or("", |program| &program.name)
    }

    fn new(scenario: Scenario) -> Self {
        let prints_turns = scenario.program.as_ref().is_some_and(|program| {
            program.name == "round_robin" && program.args.get("print") != Some(&Arg::Int(0))
        });
        Self { scenario, prints_turns }
    }

    /// What happens in it, without what is said and expected of it.
    fn does(&self) -> impl PartialEq + use<'_> {
        let Scenario { board, cpu, parts, program, run, actors, .. } = &self.scenario;
        (board, cpu, parts, program, (run.until, run.limit), actors)
    }
}

/// Why a scenario needs more than the emulator has.
fn beyond_the_emulator(scenario: &Scenario) -> Option<&'static str> {
    let actions = || scenario.actors.iter().flat_map(|actor| &actor.steps).map(|step| &step.action);
    if !scenario.tasks.is_empty() || !scenario.phases.is_empty() {
        Some("it has scripted tasks")
    } else if actions().any(|action| matches!(action, Action::Stall(_))) {
        Some("the CPU is stalled")
    } else if scenario.uarts.values().any(|uart| uart.baud.is_some()) {
        Some("a UART's speed is wrong, and the emulator's frames have no bits")
    } else if !scenario.uarts.is_empty() {
        Some("it sets a UART up in another way than the program")
    } else {
        None
    }
}

/// The scenario under a discipline, with the prices of the chip in place of its own.
fn on_the_chip(scenario: &Scenario, discipline: Discipline) -> Scenario {
    let Cpu { runq_len, waitq_len, ioq_len, lp_len, max_overdue_ms, .. } = scenario.cpu;
    let (scheduler, profile) = (discipline.name().into(), Profile::STM32F405.name.into());
    let lengths = Cpu { runq_len, waitq_len, ioq_len, lp_len, max_overdue_ms, ..Cpu::default() };
    Scenario { cpu: Cpu { scheduler, profile, ..lengths }, ..scenario.clone() }
}

/// All cases, and what is left out with its reason.
pub fn cases() -> (Vec<Case>, Vec<String>) {
    let (mut cases, mut left_out) = (Vec::new(), Vec::new());
    for scenario in scenarios().into_iter().filter(|scenario| scenario.program.is_some()) {
        if let Some(reason) = beyond_the_emulator(&scenario) {
            left_out.push(format!("{}: {reason}", scenario.name));
            continue;
        }
        for discipline in Discipline::ALL {
            let case = Case::new(on_the_chip(&scenario, *discipline));
            // Scenarios often differ only in what is expected of them.
            if cases.iter().any(|other: &Case| other.does() == case.does()) {
                continue;
            }
            match DIFFERENT.iter().find(|different| different.is(&case.scenario)) {
                Some(different) => left_out.push(format!("{}: {}", case.name(), different.reason)),
                None => cases.push(case),
            }
        }
    }
    (cases, left_out)
}

#[test]
fn what_is_left_out_exists() {
    let scenarios: Vec<_> = scenarios()
        .iter()
        .flat_map(|scenario| Discipline::ALL.iter().map(|discipline| on_the_chip(scenario, *discipline)))
        .collect();
    for different in DIFFERENT {
        let found = scenarios.iter().any(|scenario| different.is(scenario));
        assert!(found, "no scenario has the program `{}` with `{}`", different.program, different.part);
    }
}

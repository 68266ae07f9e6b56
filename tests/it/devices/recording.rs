//! A recording of a demo with devices, as a bench and as a list of what was seen.
//!
//! Owns how it is read: each change of a pin in its `hw` is a step of an actor, what is compared are LEDs and lines.

use serde_json::Value;
use vpyb_core::time::{Duration, Instant};
use vpyb_sim::runner::{self, Options, Program};
use vpyb_sim::scenario::model::{self, Action, Actor, Level, Part, Scenario, Step, When};
use vpyb_sim::trace::Kind;

use crate::oracle::{file_of, json_lines, recorded_in};
use crate::trial::TopLevel;

/// What is compared: microseconds, and what was switched or printed.
pub type Seen = Vec<(u64, String)>;

/// A recording of a demo.
pub struct Recording {
    /// What its first line says.
    pub meta: Value,
    /// What it switched and printed.
    pub seen: Seen,
    scheduler: &'static str,
}

impl Recording {
    /// The recordings of this name, of each discipline.
    pub fn all(name: &str) -> Vec<Self> {
        recorded_in(name)
            .into_iter()
            .map(|folder| Self::of(folder, &json_lines(&file_of(folder, name))))
            .collect()
    }

    fn of(recorded_in: &'static str, lines: &[Value]) -> Self {
        let mut seen = Seen::new();
        for line in &lines[1..] {
            let at = line["t"].as_u64().expect("a time");
            match line["k"].as_str() {
                Some("led") => seen.push((at, format!("LED{} {}", line["n"], line["v"]))),
                // Texts before the loop runs are instructions for the user.
                Some("print") if line.get("task").is_some() => {
                    seen.push((at, line["text"].as_str().expect("a text").trim_end().to_owned()));
                }
                _ => {}
            }
        }
        let scheduler = if recorded_in == "v2" { "uasyncio-v2" } else { "fast-io" };
        Self { meta: lines[0].clone(), seen, scheduler }
    }

    fn span(&self, key: &str) -> Duration {
        Duration::from_micros(self.meta[key].as_u64().expect("a number"))
    }

    /// The recording's bench: each change of a pin is a step of an actor of that pin.
    pub fn scenario(&self, until_us: u64, parts: &[(&str, Part)], sensor: Vec<Step>) -> Scenario {
        let mut actors = vec![Actor { name: "air".into(), steps: sensor }];
        for (pin, levels) in self.meta["hw"]["pins"].as_object().into_iter().flatten() {
            let steps = levels.as_array().expect("a list").iter().map(|level| {
                let high = level[1] == 1;
                Step {
                    when: When::At(Instant::from_micros(level[0].as_u64().expect("a time"))),
                    action: Action::Drive {
                        pin: pin.clone(),
                        level: Some(if high { Level::High } else { Level::Low }),
                    },
                    mark: None,
                    span: 0..0,
                }
            });
            actors.push(Actor { name: pin.clone(), steps: steps.collect() });
        }
        Scenario {
            name: "recorded".into(),
            cpu: model::Cpu {
                scheduler: self.scheduler.into(),
                profile: "recorded".into(),
                step: Some(self.span("step_us")),
                callback: Some(self.span("cb_us")),
                ..model::Cpu::default()
            },
            parts: parts.iter().map(|(name, part)| ((*name).to_owned(), part.clone())).collect(),
            run: model::Run { until: Some(Instant::from_micros(until_us)), ..model::Run::default() },
            program: Some(model::Program { name: "demo".into(), args: Default::default() }),
            actors,
            ..Scenario::default()
        }
    }

    /// Runs a demo on the recording's bench, and compares up to the recording's end.
    pub fn agrees(&self, main: TopLevel) {
        let until_us = self.meta["until_us"].as_u64().expect("a time");
        let programs = [Program { name: "demo", args: &[], tasks: &[], main, around: None }];
        let scenario = self.scenario(until_us, &[], Vec::new());
        let outcome = runner::run(&scenario, &programs, Options::default());
        let name = format!("{} under {}", self.meta["name"], self.scheduler);
        assert_eq!(outcome.verdict, "passed", "{name}");
        let trace = &outcome.trace;
        let seen = trace.records().iter().filter_map(|record| {
            let text = match record.kind {
                Kind::Led { led, on } => format!("{} {}", trace.text(led), u8::from(on)),
                Kind::Line { text, .. } => trace.text(text).trim_end().to_owned(),
                _ => return None,
            };
            Some((record.at.as_micros(), text))
        });
        let seen: Seen = seen.collect();
        assert!(seen == self.seen, "{name}:\n{seen:#?}\nrecorded:\n{:#?}", self.seen);
        assert!(!seen.is_empty(), "nothing was compared");
    }
}

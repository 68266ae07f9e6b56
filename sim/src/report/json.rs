//! A run's result for other programs.
//!
//! Owns the fields of the JSON form; they may be added to and are not renamed. Times are integers in nanoseconds.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Outcome, Position, Seeds, source};
use crate::expect::{Finding, Value};

/// One run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OutcomeLine {
    /// `outcome`: what the line is, as every line of JSON says.
    pub kind: &'static str,
    /// The scenario's name, with its variant.
    pub scenario: String,
    /// What it shows.
    pub title: String,
    /// `passed`, `failed` or `abnormal`.
    pub status: &'static str,
    /// How the run ended.
    pub verdict: String,
    /// The seed.
    pub seed: u64,
    /// How the runs with all seeds ended, if there are several; the rest is about the one with `seed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seeds: Option<Seeds>,
    /// How much virtual time it took, or all of them together.
    pub virtual_ns: u64,
    /// Where an expectation does not hold.
    pub findings: Vec<FindingLine>,
    /// The titles of those that hold.
    pub held: Vec<String>,
    /// All counters by name.
    pub counters: BTreeMap<String, CounterLine>,
    /// The digest of the trace, if the caller made one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_digest: Option<String>,
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FindingLine {
    /// E.g. `E0203`.
    pub code: &'static str,
    /// The expectation's sentence.
    pub title: String,
    /// What is wrong, with the numbers.
    pub message: String,
    /// What stands beside the caret.
    pub label: String,
    /// The file.
    pub path: String,
    /// The line in it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column in it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The first and the last record that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<[u32; 2]>,
}

/// A counter: a count, or a time in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CounterLine {
    /// How often.
    Count(i64),
    /// How long.
    Ns(i64),
}

impl OutcomeLine {
    /// The JSON form of an outcome.
    pub fn of(outcome: &Outcome, trace_digest: Option<String>) -> Self {
        let judgement = outcome.judgement;
        let counter = |value| match value {
            Value::Count(n) => CounterLine::Count(n),
            Value::Time(ns) => CounterLine::Ns(ns),
            Value::Share(_) => unreachable!("no counter is a share"),
        };
        Self {
            kind: "outcome",
            scenario: outcome.scenario.name.clone(),
            title: outcome.scenario.title.clone(),
            status: judgement.status().as_str(),
            verdict: judgement.verdict.clone(),
            seed: outcome.trace.meta().seed,
            seeds: outcome.seeds.clone(),
            virtual_ns: outcome.virtual_time().as_nanos(),
            findings: judgement.findings.iter().map(|finding| FindingLine::of(outcome, finding)).collect(),
            held: judgement.held.iter().map(|held| held.title.clone()).collect(),
            counters: judgement
                .counters
                .iter()
                .map(|(name, c)| (name.to_owned(), counter(c.value)))
                .collect(),
            trace_digest,
        }
    }

    /// The outcome as one line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("names are texts and numbers are integers")
    }
}

impl FindingLine {
    fn of(outcome: &Outcome, finding: &Finding) -> Self {
        let place = source::span(outcome, finding);
        let place = place.map(|span| Position::of(&outcome.scenario.source, span.start));
        Self {
            code: finding.code.as_str(),
            title: finding.title.clone(),
            message: finding.message.clone(),
            label: finding.label.clone(),
            path: outcome.scenario.path.clone(),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            records: finding.focus.map(|focus| [focus.from.0, focus.to.0]),
        }
    }
}

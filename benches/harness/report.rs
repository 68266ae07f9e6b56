//! What the rounds say together: the least time, the median ratios, the table and its JSON.
//!
//! Owns the figures and their form. The least of many short rounds is the time without disturbance; the
//! ratios are medians of ratios within one round, so that what slows the machine down cancels out.

use std::fmt;

use serde_json::json;

use super::{Case, Plan, Samples};

/// What a benchmark is called and compares.
pub struct Table {
    pub name: &'static str,
    pub heading: &'static str,
    /// What the clock sees.
    pub setting: &'static str,
    /// The name of the case that is the limit.
    pub limit: &'static str,
    /// The nearest peer in a word, and the name of its case.
    pub peer: (&'static str, &'static str),
    /// How many tasks there are.
    pub tasks: &'static [usize],
    /// How often it is done in a round of one case, all tasks together.
    pub events: usize,
    pub rounds: usize,
}

/// One case with one number of tasks.
struct Figures {
    case: &'static str,
    tasks: usize,
    min_ns: f64,
    /// To the limit and to the nearest peer; none if that case was not run.
    to_limit: Option<f64>,
    to_peer: Option<f64>,
}

/// The figures of a run.
pub struct Report<'a> {
    table: &'a Table,
    rounds: usize,
    sizes: Vec<usize>,
    cases: Vec<&'static str>,
    /// By case, then by number of tasks.
    figures: Vec<Figures>,
}

impl<'a> Report<'a> {
    pub fn new(table: &'a Table, cases: &[Case], sizes: &[usize], plan: &Plan, samples: &Samples) -> Self {
        let names: Vec<_> = cases.iter().map(|case| case.name).collect();
        let place = |name| names.iter().position(|&other| other == name);
        let (limit, peer) = (place(table.limit), place(table.peer.1));
        let mut figures = Vec::new();
        for (case, of_case) in samples.of.iter().enumerate() {
            for (size, rounds) in of_case.iter().enumerate() {
                let to = |base: Option<usize>| base.map(|base| median_ratio(rounds, &samples.of[base][size]));
                figures.push(Figures {
                    case: names[case],
                    tasks: sizes[size],
                    min_ns: rounds.iter().copied().fold(f64::INFINITY, f64::min),
                    to_limit: to(limit),
                    to_peer: to(peer),
                });
            }
        }
        Self { table, rounds: plan.rounds, sizes: sizes.to_vec(), cases: names, figures }
    }

    /// All figures as one JSON object.
    pub fn to_json(&self) -> String {
        let figures: Vec<_> = self
            .figures
            .iter()
            .map(|f| {
                json!({
                    "case": f.case,
                    "tasks": f.tasks,
                    "min_ns": f.min_ns,
                    "median_ratio_to_limit": f.to_limit,
                    "median_ratio_to_peer": f.to_peer,
                })
            })
            .collect();
        let report = json!({
            "benchmark": self.table.name,
            "rounds": self.rounds,
            "clock": "wall",
            "limit": self.table.limit,
            "peer": self.table.peer.1,
            "figures": figures,
        });
        serde_json::to_string_pretty(&report).expect("plain figures are JSON") + "\n"
    }
}

/// The median over the rounds of one case's time over another's in the same round.
fn median_ratio(times: &[f64], base: &[f64]) -> f64 {
    let mut ratios: Vec<_> = times.iter().zip(base).map(|(time, base)| time / base).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.table.heading)?;
        writeln!(
            f,
            "Each cell: least ns of {} rounds (median ratio to the limit, to {}, within one round).\n\
             Every case runs once a round, in an order that rotates; wall clock; {}.\n\
             Compare ratios, not nanoseconds, between machines.\n",
            self.rounds, self.table.peer.0, self.table.setting
        )?;
        let name_width = self.cases.iter().map(|name| name.len()).max().unwrap_or(0);
        write!(f, "{:name_width$}", "")?;
        for tasks in &self.sizes {
            write!(f, "  {:>21}", format!("{tasks} tasks"))?;
        }
        writeln!(f)?;
        for of_case in self.figures.chunks(self.sizes.len()) {
            write!(f, "{:name_width$}", of_case[0].case)?;
            for figures in of_case {
                write!(f, "  {:>21}", figures.to_string())?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.min_ns)?;
        let ratio = |ratio: Option<f64>| ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}x"));
        write!(f, " ({:>6},{:>6})", ratio(self.to_limit), ratio(self.to_peer))
    }
}

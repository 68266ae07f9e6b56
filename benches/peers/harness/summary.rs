//! The table of all works: what the limit, the best peer and our own cases take, and whether that was the aim.
//!
//! Owns one row a work, size and case of ours, and their JSON.

use std::fmt;

use serde_json::{Value, json};

use super::report::number;
use super::{Aim, Report, Role};

/// One case of ours beside the limit and the best peer.
struct Line {
    letter: char,
    size: String,
    case: &'static str,
    ours: f64,
    limit: Option<f64>,
    peer: Option<(&'static str, f64)>,
    to_limit: Option<f64>,
    to_peer: Option<f64>,
    aims: Vec<(String, bool)>,
}

/// The table.
#[derive(Default)]
pub struct Summary {
    lines: Vec<Line>,
}

impl Summary {
    /// Adds the cases of ours in a report.
    pub fn add(&mut self, report: &Report<'_>) {
        let limit = report.rows.iter().position(|row| row.role == Role::Limit);
        for column in 0..report.rows.first().map_or(0, |row| row.figures.len()) {
            let peer = report.best_peer(column);
            for (place, row) in report.rows.iter().enumerate().filter(|(_, row)| row.role == Role::Ours) {
                let figures = &row.figures[column];
                let aimed = |aim: &&Aim| aim.size == figures.size && aim.case == row.case;
                let aims = report.work.aims.iter().filter(aimed);
                self.lines.push(Line {
                    letter: report.work.letter,
                    size: format!("{} {}", figures.size, report.work.of),
                    case: row.case,
                    ours: figures.least,
                    limit: limit.map(|limit| report.rows[limit].figures[column].least),
                    peer: peer.map(|peer| (report.rows[peer].case, report.rows[peer].figures[column].least)),
                    to_limit: figures.to_limit,
                    to_peer: figures.to_peer,
                    aims: aims.flat_map(|aim| judge(aim, report, place, column)).collect(),
                });
            }
        }
    }

    /// All lines as JSON.
    pub fn to_json(&self) -> Value {
        let lines = self.lines.iter().map(|line| {
            json!({
                "work": line.letter,
                "size": line.size,
                "case": line.case,
                "least": line.ours,
                "limit": line.limit,
                "best_peer": line.peer.map(|(name, _)| name),
                "best_peer_least": line.peer.map(|(_, least)| least),
                "ratio_to_limit": line.to_limit,
                "ratio_to_best_peer": line.to_peer,
                "aims": line.aims.iter().map(|(aim, holds)| json!({ "aim": aim, "holds": holds })).collect::<Vec<_>>(),
            })
        });
        json!({ "benchmark": "peers", "lines": lines.collect::<Vec<_>>() })
    }
}

/// What was aimed at in words, and whether it holds.
fn judge(aim: &Aim, report: &Report<'_>, row: usize, column: usize) -> Vec<(String, bool)> {
    let figures = &report.rows[row].figures[column];
    let mut judged = Vec::new();
    if let (Some(most), Some(ratio)) = (aim.to_limit, figures.to_limit) {
        judged.push((format!("{most}x limit"), ratio <= most));
    }
    if let Some((case, most)) = aim.to_case
        && let Some(base) = report.place(case)
    {
        let ratio = report.ratio(row, base, column);
        let name = case.split(',').next().unwrap_or(case);
        judged.push((format!("{most}x {name} (is {}x)", number(ratio)), ratio <= most));
    }
    if let Some(most) = aim.most {
        let figure = report.rows[row].bytes.unwrap_or(figures.least);
        judged.push((format!("{most} bytes (are {})", number(figure)), figure <= most));
    }
    judged
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |of: fn(&Line) -> usize| self.lines.iter().map(of).max().unwrap_or(0);
        let (size, case) = (width(|line| line.size.len()), width(|line| line.case.len()));
        let peer = width(|line| line.peer.map_or(0, |(name, _)| name.len())).max("best peer".len());
        writeln!(
            f,
            "   {:size$}  {:case$}  {:>7}  {:>7}  {:>7}  {:peer$}  {:>8}  {:>7}  aim",
            "size", "ours", "", "limit", "peer", "best peer", "to limit", "to peer"
        )?;
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".into());
        for line in &self.lines {
            let ratio = |ratio: Option<f64>| or_dash(ratio.map(|ratio| format!("{}x", number(ratio))));
            write!(
                f,
                "{}  {:size$}  {:case$}  {:>7}  {:>7}  {:>7}  {:peer$}  {:>8}  {:>7}",
                line.letter,
                line.size,
                line.case,
                number(line.ours),
                or_dash(line.limit.map(number)),
                or_dash(line.peer.map(|(_, least)| number(least))),
                line.peer.map_or("-", |(name, _)| name),
                ratio(line.to_limit),
                ratio(line.to_peer),
            )?;
            for (aim, holds) in &line.aims {
                write!(f, "  {aim}: {}.", if *holds { "holds" } else { "DOES NOT HOLD" })?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

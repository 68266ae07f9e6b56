//! What the rounds say together: the least and the median time, the median ratios, the table and its JSON.
//!
//! Owns the figures of one work and their form. The least of many short rounds is the time without disturbance; the
//! ratios are medians of ratios within one round, so that what slows the machine down cancels out.

use std::fmt;

use serde_json::{Value, json};

use super::{Role, Samples, Unit, Work};

/// One case with one size.
pub struct Figures {
    pub size: usize,
    pub least: f64,
    pub median: f64,
    /// To the limit and to the best peer; none if there was none.
    pub to_limit: Option<f64>,
    pub to_peer: Option<f64>,
}

/// A case and its figures, by size.
pub struct Row {
    pub case: &'static str,
    pub role: Role,
    pub bytes: Option<f64>,
    pub figures: Vec<Figures>,
    /// Times by size and round.
    rounds: Vec<Vec<f64>>,
}

/// The figures of a run of one work.
pub struct Report<'w> {
    pub work: &'w Work,
    pub rows: Vec<Row>,
    rounds: usize,
}

impl<'w> Report<'w> {
    /// What the samples of these cases (names, roles, bytes) say.
    pub fn new(
        work: &'w Work,
        cases: &[(&'static str, Role, Option<f64>)],
        sizes: &[usize],
        samples: Samples,
    ) -> Self {
        let rounds = samples.of.first().and_then(|case| case.first()).map_or(0, Vec::len);
        let rows = cases.iter().zip(samples.of).map(|(&(case, role, bytes), rounds)| Row {
            case,
            role,
            bytes,
            figures: sizes.iter().zip(&rounds).map(|(&size, rounds)| alone(size, rounds)).collect(),
            rounds,
        });
        let mut report = Self { work, rows: rows.collect(), rounds };
        for column in 0..sizes.len() {
            let limit = report.rows.iter().position(|row| row.role == Role::Limit);
            let peer = report.best_peer(column);
            for row in 0..report.rows.len() {
                let to = |base: Option<usize>| base.map(|base| report.ratio(row, base, column));
                let (to_limit, to_peer) = (to(limit), to(peer));
                let figures = &mut report.rows[row].figures[column];
                (figures.to_limit, figures.to_peer) = (to_limit, to_peer);
            }
        }
        report
    }

    /// The peer with the least median in a column.
    pub fn best_peer(&self, column: usize) -> Option<usize> {
        let peers = self.rows.iter().enumerate().filter(|(_, row)| row.role == Role::Peer);
        let median = |row: &Row| row.figures[column].median;
        peers.min_by(|(_, a), (_, b)| median(a).total_cmp(&median(b))).map(|(place, _)| place)
    }

    /// The median over the rounds of one case's time over another's in the same round.
    pub fn ratio(&self, row: usize, base: usize, column: usize) -> f64 {
        let (times, base) = (&self.rows[row].rounds[column], &self.rows[base].rounds[column]);
        median(times.iter().zip(base).map(|(time, base)| time / base).collect())
    }

    /// Where the case of this name is.
    pub fn place(&self, case: &str) -> Option<usize> {
        self.rows.iter().position(|row| row.case == case)
    }

    /// All figures as one JSON object.
    pub fn to_json(&self) -> Value {
        let unit = self.work.unit.word();
        let rows = self.rows.iter().flat_map(|row| {
            row.figures.iter().map(move |figures| {
                json!({
                    "case": row.case,
                    "role": row.role.word(),
                    self.work.of: figures.size,
                    format!("least_{unit}"): figures.least,
                    format!("median_{unit}"): figures.median,
                    "median_ratio_to_limit": figures.to_limit,
                    "median_ratio_to_best_peer": figures.to_peer,
                    "bytes_left": row.bytes,
                })
            })
        });
        json!({
            "work": self.work.letter,
            "benchmark": self.work.name,
            "rounds": self.rounds,
            "clock": "wall",
            "figures": rows.collect::<Vec<_>>(),
        })
    }
}

fn alone(size: usize, rounds: &[f64]) -> Figures {
    let least = rounds.iter().copied().fold(f64::INFINITY, f64::min);
    Figures { size, least, median: median(rounds.to_vec()), to_limit: None, to_peer: None }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Peer => "peer",
            Self::Ours => "ours",
        }
    }
}

impl Unit {
    fn word(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Bytes => "bytes",
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}. {}\n", self.work.letter, self.work.heading)?;
        match self.work.unit {
            Unit::Nanoseconds => writeln!(
                f,
                "Each cell: least ns of {} rounds (median ratio to the limit, to the best peer, within one round); {}.\n",
                self.rounds, self.work.setting
            )?,
            Unit::Bytes => writeln!(
                f,
                "Each cell: bytes (ratio to the limit, to the best peer); {}.\n",
                self.work.setting
            )?,
        }
        let width = self.rows.iter().map(|row| row.case.len()).max().unwrap_or(0);
        write!(f, "{:width$}", "")?;
        for figures in self.rows.first().map_or(&[][..], |row| &row.figures) {
            write!(f, "  {:>24}", format!("{} {}", figures.size, self.work.of))?;
        }
        let leaves_bytes = self.rows.iter().any(|row| row.bytes.is_some());
        writeln!(f, "{}", if leaves_bytes { "   bytes" } else { "" })?;
        for row in &self.rows {
            write!(f, "{:width$}", row.case)?;
            for figures in &row.figures {
                write!(f, "  {:>24}", figures.to_string())?;
            }
            match row.bytes {
                Some(bytes) => writeln!(f, "  {bytes:>6.1}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", number(self.least))?;
        let ratio = |ratio: Option<f64>| ratio.map_or("-".to_owned(), |ratio| format!("{}x", number(ratio)));
        write!(f, " ({:>6},{:>6})", ratio(self.to_limit), ratio(self.to_peer))
    }
}

/// A figure with about three digits.
pub fn number(figure: f64) -> String {
    let digits = if figure < 10.0 {
        2
    } else if figure < 100.0 {
        1
    } else {
        0
    };
    format!("{figure:.digits$}")
}

//! Tables of values that change with time, in CSV files beside a scenario.
//!
//! Owns their form: a header, a column `time` of times with units, the others of numbers. Knows no device; it reads
//! the file, which belongs to the scenario as its text does.
//!
//! ```text
//! time, x, y, z
//! 0ms,  0, 0, 21
//! 40ms, 5, 0, 30
//! ```

use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use vpyb_core::time::Duration;

use super::diagnostic::code;
use super::model::{Exposure, Level};
use super::time::nanoseconds;
use super::words::quoted;

/// A longer file is refused.
const LONGEST: u64 = 1 << 20;

/// Why a file cannot be taken.
pub struct Problem {
    /// The code of the diagnostic.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// A row: when, and its cells by column. An empty cell is `None`.
pub struct CsvRow<'c> {
    /// Since the first row could be.
    pub after: Duration,
    line: usize,
    file: String,
    cells: Vec<(&'c str, Option<String>)>,
}

/// Reads a file whose path is counted from the folder of `scenario`. Each row has the columns that its header names,
/// `time` and some of `columns`.
pub fn read<'c>(scenario: &str, file: &str, columns: &[&'c str]) -> Result<Vec<CsvRow<'c>>, Problem> {
    let text = load(scenario, file, LONGEST)?;
    parse(file, &text, columns)
}

/// The text of a file beside a scenario, if it has at most so many bytes.
pub fn load(scenario: &str, file: &str, longest: u64) -> Result<String, Problem> {
    let path = Path::new(scenario).parent().unwrap_or(Path::new("")).join(file);
    let unreadable = |why: &str| Problem {
        code: code::MISSING,
        message: format!("the file {} cannot be read: {why}", quoted(file)),
        help: "its path is counted from the folder of the scenario".into(),
    };
    let about = fs::metadata(&path).map_err(|_| unreadable("there is none"))?;
    if !about.is_file() {
        return Err(unreadable("it is no file"));
    }
    if about.len() > longest {
        return Err(unreadable(&format!("it is longer than {} MiB", longest >> 20)));
    }
    fs::read_to_string(&path).map_err(|_| unreadable("it is no text"))
}

fn parse<'c>(file: &str, text: &str, columns: &[&'c str]) -> Result<Vec<CsvRow<'c>>, Problem> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let header = lines.next().map(|(_, line)| line).unwrap_or_default();
    let mut named = header.split(',').map(str::trim);
    let wanted = || match columns {
        [column] => format!("the first line is `time, {column}`"),
        _ => format!("the first line is `time` and some of {}", columns.join(", ")),
    };
    if named.next() != Some("time") {
        return Err(malformed(file, 1, "the first column is not `time`".into(), wanted()));
    }
    let mut present = Vec::new();
    for name in named {
        match columns.iter().find(|column| **column == name) {
            Some(column) if !present.contains(column) => present.push(*column),
            _ => {
                let message = format!("the column {} is unknown or comes twice", quoted(name));
                return Err(malformed(file, 1, message, wanted()));
            }
        }
    }
    let mut rows: Vec<CsvRow<'c>> = Vec::new();
    for (number, line) in lines {
        let row = row(file, number + 1, line, &present)?;
        if rows.last().is_some_and(|before| before.after > row.after) {
            let help = "times are counted from the first, and do not go back".into();
            return Err(malformed(file, row.line, "this row is earlier than the one before".into(), help));
        }
        rows.push(row);
    }
    Ok(rows)
}

fn row<'c>(file: &str, line: usize, text: &str, columns: &[&'c str]) -> Result<CsvRow<'c>, Problem> {
    let cells: Vec<&str> = text.split(',').map(str::trim).collect();
    if cells.len() != columns.len() + 1 {
        let message = format!("{} cells, where the first line has {}", cells.len(), columns.len() + 1);
        return Err(malformed(file, line, message, "an empty cell is a cell, too".into()));
    }
    let after =
        nanoseconds(cells[0]).map_err(|refusal| malformed(file, line, refusal.message, refusal.help))?;
    let cell = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let cells = columns.iter().zip(&cells[1..]).map(|(column, text)| (*column, cell(text))).collect();
    Ok(CsvRow { after: Duration::from_nanos(after), line, file: file.to_owned(), cells })
}

fn malformed(file: &str, line: usize, message: String, help: String) -> Problem {
    Problem { code: code::MALFORMED, message: format!("{} line {line}: {message}", quoted(file)), help }
}

impl CsvRow<'_> {
    fn cell(&self, column: &str) -> Option<&str> {
        self.cells.iter().find(|(name, _)| *name == column)?.1.as_deref()
    }

    fn refuse(&self, column: &str, text: &str, range: &str) -> Problem {
        let message = format!("{} is no {column}", quoted(text));
        malformed(&self.file, self.line, message, format!("it may be {range}"))
    }
}

/// Temperature and humidity of a row; an empty cell stays as it was.
pub fn air(row: &CsvRow<'_>, temperatures: [f64; 2], humidities: [f64; 2]) -> Result<Exposure, Problem> {
    let number = |column: &str, [least, most]: [f64; 2]| {
        let Some(text) = row.cell(column) else { return Ok(None) };
        let number = text.parse().ok().filter(|number: &f64| (least..=most).contains(number));
        let number = number.ok_or_else(|| row.refuse(column, text, &format!("{least} to {most}")))?;
        Ok(Some((number * 1000.0).round() as i32))
    };
    Ok(Exposure::Air {
        temperature: number("temperature", temperatures)?,
        humidity: number("humidity", humidities)?,
    })
}

/// The three axes of a row; all must be there.
pub fn vector(row: &CsvRow<'_>, counts: RangeInclusive<i64>) -> Result<Exposure, Problem> {
    let axis = |column: &str| {
        let text = row.cell(column).unwrap_or_default();
        let count = text.parse().ok().filter(|count| counts.contains(count));
        let range = || format!("{} to {}", counts.start(), counts.end());
        count.map(|count: i64| count as i8).ok_or_else(|| row.refuse(column, text, &range()))
    };
    Ok(Exposure::Vector([axis("x")?, axis("y")?, axis("z")?]))
}

/// The level of a row, `None` where it lets go; an empty cell is refused.
pub fn level(row: &CsvRow<'_>) -> Result<Option<Level>, Problem> {
    match row.cell("level").unwrap_or_default() {
        "0" | "low" => Ok(Some(Level::Low)),
        "1" | "high" => Ok(Some(Level::High)),
        "z" | "float" => Ok(None),
        other => Err(row.refuse("level", other, "`0`, `1` or `z`, or `low`, `high` or `float`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors(text: &str) -> Result<Vec<(Duration, Exposure)>, String> {
        let rows = parse("a.csv", text, &["x", "y", "z"]).map_err(|problem| problem.message)?;
        let read = |row: &CsvRow<'_>| vector(row, -32..=31).map(|to| (row.after, to));
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|problem| problem.message)
    }

    #[test]
    fn rows_are_read_by_the_names_of_their_columns() {
        let rows = vectors("time, z, x, y\n0ms, 3, 1, 2\n\n1.5s,-32,31,0\n");
        let expected = [(0, Exposure::Vector([1, 2, 3])), (1_500, Exposure::Vector([31, 0, -32]))];
        assert_eq!(rows, Ok(expected.map(|(ms, to)| (Duration::from_millis(ms), to)).into()));
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let refused = |text: &str| vectors(text).unwrap_err();
        assert_eq!(refused("x,y,z\n"), "`a.csv` line 1: the first column is not `time`");
        assert_eq!(refused("time,x,x\n"), "`a.csv` line 1: the column `x` is unknown or comes twice");
        assert_eq!(refused("time,x,y,z\n1ms,1,2\n"), "`a.csv` line 2: 3 cells, where the first line has 4");
        assert_eq!(refused("time,x,y,z\n1ms,1,2,32\n"), "`a.csv` line 2: `32` is no z");
        assert_eq!(
            refused("time,x,y,z\n2ms,1,2,3\n1ms,1,2,3\n"),
            "`a.csv` line 3: this row is earlier than the one before"
        );
        assert!(refused("time,x,y,z\n10,1,2,3\n").starts_with("`a.csv` line 2: "));
    }

    #[test]
    fn an_empty_cell_leaves_what_was() {
        let rows = parse("a.csv", "time,humidity,temperature\n1s,,21.5\n", &["temperature", "humidity"]);
        let rows = rows.map_err(|problem| problem.message).unwrap();
        let read = air(&rows[0], [-40.0, 125.0], [0.0, 100.0]).map_err(|problem| problem.message);
        assert_eq!(read, Ok(Exposure::Air { temperature: Some(21_500), humidity: None }));
    }
}

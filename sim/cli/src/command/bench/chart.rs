//! A table of which each row ends in a bar.
//!
//! Owns its form: words to the left, figures to the right, the longest bar is the largest figure's.

use std::fmt;

/// How long the longest bar is, in columns.
const LONGEST: f64 = 24.0;
/// Parts of a column.
const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// The table. `N` columns, and the bar.
pub struct Table<const N: usize> {
    head: [&'static str; N],
    rows: Vec<([String; N], f64)>,
}

impl<const N: usize> Table<N> {
    /// A table without rows.
    pub fn new(head: [&'static str; N]) -> Self {
        Self { head, rows: Vec::new() }
    }

    /// One row more, with a bar for `figure`.
    pub fn row(&mut self, cells: [String; N], figure: f64) {
        self.rows.push((cells, figure));
    }
}

/// A bar for one of figures whose largest is `largest`.
fn bar(figure: f64, largest: f64) -> String {
    let parts = if largest > 0.0 { (figure / largest * LONGEST * 8.0).round() as usize } else { 0 };
    // What is there is seen.
    let parts = if figure > 0.0 { parts.max(1) } else { 0 };
    "█".repeat(parts / 8) + PARTS[parts % 8]
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths = self.head.map(|word| word.chars().count());
        for (cells, _) in &self.rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = cell.chars().count().max(*width);
            }
        }
        let largest = self.rows.iter().map(|(_, figure)| *figure).fold(0.0, f64::max);
        let head = self.head.map(str::to_owned);
        let rows = std::iter::once((&head, None))
            .chain(self.rows.iter().map(|(cells, figure)| (cells, Some(*figure))));
        for (cells, figure) in rows {
            let mut line = String::new();
            for ((cell, width), head) in cells.iter().zip(widths).zip(self.head) {
                let is_word = matches!(head, "discipline" | "yields by");
                line += &if is_word { format!("{cell:<width$}  ") } else { format!("{cell:>width$}  ") };
            }
            line += &figure.map_or(String::new(), |figure| bar(figure, largest));
            writeln!(f, "  {}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_in_proportion_and_never_nothing() {
        assert_eq!(bar(1.0, 1.0), "█".repeat(24));
        assert_eq!(bar(1.0, 2.0), "█".repeat(12));
        assert_eq!(bar(1.0, 1e9), "▏");
        assert_eq!(bar(0.0, 1.0), "");
        assert_eq!(bar(0.0, 0.0), "");
    }

    #[test]
    fn words_stand_left_and_figures_right() {
        let mut table = Table::new(["discipline", "tasks"]);
        table.row(["a".into(), "100".into()], 8.0);
        table.row(["b".into(), "3".into()], 4.0);
        let expected = format!(
            "  discipline  tasks\n  a             100  {}\n  b               3  {}\n",
            "█".repeat(24),
            "█".repeat(12)
        );
        assert_eq!(table.to_string(), expected);
    }
}

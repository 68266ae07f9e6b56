//! The difference between two lists of lines.
//!
//! Owns a plain longest-common-subsequence difference. Knows nothing of what the lines are.

/// One line of a difference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Diff {
    /// In both.
    Same(String),
    /// Expected, but not there.
    Missing(String),
    /// There, but not expected.
    Extra(String),
}

/// The most cells that the table may have; longer lists are shown as replaced whole.
const CELLS: usize = 4_000_000;

/// A shortest way from `wanted` to `got`. Where lines differ, the missing ones come first.
pub fn diff(wanted: &[String], got: &[String], same: impl Fn(usize, usize) -> bool) -> Vec<Diff> {
    let shorter = wanted.len().min(got.len());
    let head = (0..shorter).take_while(|&i| same(i, i)).count();
    let tail = (1..=shorter - head).take_while(|&i| same(wanted.len() - i, got.len() - i)).count();
    let (rows, columns) = (wanted.len() - head - tail, got.len() - head - tail);
    let mut out: Vec<Diff> = got[..head].iter().cloned().map(Diff::Same).collect();
    let (mut i, mut j) = (0, 0);
    if rows.saturating_mul(columns) <= CELLS {
        let common = Table::new(rows, columns, |i, j| same(head + i, head + j));
        while i < rows && j < columns {
            if same(head + i, head + j) {
                out.push(Diff::Same(got[head + j].clone()));
                (i, j) = (i + 1, j + 1);
            } else if common.at(i + 1, j) >= common.at(i, j + 1) {
                out.push(Diff::Missing(wanted[head + i].clone()));
                i += 1;
            } else {
                out.push(Diff::Extra(got[head + j].clone()));
                j += 1;
            }
        }
    }
    out.extend(wanted[head + i..head + rows].iter().cloned().map(Diff::Missing));
    out.extend(got[head + j..head + columns].iter().cloned().map(Diff::Extra));
    out.extend(got[got.len() - tail..].iter().cloned().map(Diff::Same));
    out
}

/// How many lines the ends of the two lists have in common, for each pair of places.
struct Table {
    columns: usize,
    cells: Vec<u32>,
}

impl Table {
    fn new(rows: usize, columns: usize, same: impl Fn(usize, usize) -> bool) -> Self {
        let mut table = Self { columns, cells: vec![0; (rows + 1) * (columns + 1)] };
        for i in (0..rows).rev() {
            for j in (0..columns).rev() {
                let cell = if same(i, j) {
                    table.at(i + 1, j + 1) + 1
                } else {
                    table.at(i + 1, j).max(table.at(i, j + 1))
                };
                table.cells[i * (columns + 1) + j] = cell;
            }
        }
        table
    }

    fn at(&self, i: usize, j: usize) -> u32 {
        self.cells[i * (self.columns + 1) + j]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(wanted: &str, got: &str) -> String {
        let lines = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        let (wanted, got) = (lines(wanted), lines(got));
        let words = diff(&wanted, &got, |i, j| wanted[i] == got[j]).into_iter().map(|line| match line {
            Diff::Same(text) => format!(" {text}"),
            Diff::Missing(text) => format!("-{text}"),
            Diff::Extra(text) => format!("+{text}"),
        });
        words.collect()
    }

    #[test]
    fn what_is_in_both_stays() {
        assert_eq!(marks("abc", "abc"), " a b c");
        assert_eq!(marks("abc", "axc"), " a-b+x c");
        assert_eq!(marks("abcd", "acbd"), " a-b c+b d");
        assert_eq!(marks("", "ab"), "+a+b");
        assert_eq!(marks("ab", ""), "-a-b");
        assert_eq!(marks("aa", "aaa"), " a a+a");
    }
}

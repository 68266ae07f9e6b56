//! The difference between the console and a transcript.
//!
//! Owns its layout: `-` expected, `+` printed, and a few common lines around.

use super::Paint;
use crate::expect::Diff;

/// So many common lines are kept on either side of a difference.
const AROUND: usize = 2;
/// More lines than this are not shown.
const MOST: usize = 40;

/// The difference; long common stretches become `…`.
pub(super) fn lines(diff: &[Diff], paint: Paint) -> String {
    let differs: Vec<usize> = (0..diff.len()).filter(|&i| !matches!(diff[i], Diff::Same(_))).collect();
    let near = |i: usize| {
        let next = differs.partition_point(|&place| place < i);
        let gap = |place: Option<&usize>| place.is_some_and(|&place| place.abs_diff(i) <= AROUND);
        gap(differs.get(next)) || (next > 0 && gap(differs.get(next - 1)))
    };
    let mut out = paint.head("  - expected   + printed") + "\n";
    let (mut shown, mut skipping) = (0, false);
    for (i, line) in diff.iter().enumerate() {
        if !near(i) || shown == MOST {
            if !skipping {
                out += "    …\n";
            }
            skipping = true;
            continue;
        }
        skipping = false;
        shown += 1;
        let text = match line {
            Diff::Same(text) => format!("    {text}"),
            Diff::Missing(text) => paint.good(&format!("  - {text}")),
            Diff::Extra(text) => paint.bad(&format!("  + {text}")),
        };
        out += text.trim_end();
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_stretches_are_left_out() {
        let mut diff: Vec<Diff> = (0..10).map(|i| Diff::Same(i.to_string())).collect();
        diff[4] = Diff::Missing("4".into());
        diff.insert(5, Diff::Extra("x".into()));
        let text = lines(&diff, Paint(false));
        let wanted = "  - expected   + printed\n    …\n    2\n    3\n  - 4\n  + x\n    5\n    6\n    …\n";
        assert_eq!(text, wanted);
    }
}

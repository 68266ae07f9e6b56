//! The pattern `order`: first occurrences come in an order.
//!
//! Owns its meaning. At one instant the trace's own order decides, which is the order in which the board
//! did things.

use super::clock;
use super::events::{stranger, subjects};
use super::judge::{Case, Ruling};
use super::{Code, Finding, Focus, Occurrence, occurrences, phrase};
use crate::scenario::model::Event;

/// The first occurrences of `events` are in this order.
pub(super) fn order(case: &Case, events: &[Event]) -> Ruling {
    let mut before: Option<(&Event, Occurrence)> = None;
    for event in events {
        let Some(&first) = occurrences(case.trace, event).first() else {
            let message = format!("`{}` never happened", phrase(event));
            let label = stranger(case.roster, event).unwrap_or_else(|| match before {
                Some((before, seen)) => {
                    format!("the one before it, `{}`, was at {}", phrase(before), clock(seen.at))
                }
                None => "it is the first of the order".into(),
            });
            let focus = before.map(|(_, seen)| Focus::at(seen.seq));
            let finding = Finding::new(Code::Order, "order", message, label);
            return Err(finding.seen(focus, subjects(events)).into());
        };
        if let Some((earlier, seen)) = before
            && first.seq <= seen.seq
        {
            let (late, early) = (phrase(earlier), phrase(event));
            let message = format!("`{early}` first happened before `{late}`");
            let label = format!("`{early}` at {}, `{late}` at {}", clock(first.at), clock(seen.at));
            let focus = Focus { from: first.seq, to: seen.seq };
            let finding = Finding::new(Code::Order, "order", message, label);
            return Err(finding.seen(Some(focus), subjects([earlier, event])).into());
        }
        before = Some((event, first));
    }
    Ok(format!("{} in order", events.len()))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, prints};
    use crate::scenario::model::Pattern;

    fn outcome(lines: &[(u64, &str)]) -> Result<String, String> {
        let mut sample = Sample::new();
        for &(at, text) in lines {
            sample.line(at, text);
        }
        sample.outcome(Pattern::Order { events: vec![prints("a"), prints("b"), prints("c")] })
    }

    #[test]
    fn only_first_occurrences_count() {
        // The second `a` and the tie of `b` and `c` at 2 ms change nothing.
        assert_eq!(outcome(&[(1, "a"), (2, "b"), (2, "c"), (3, "a")]), Ok("3 in order".into()));
        assert_eq!(
            outcome(&[(1, "a"), (2, "c"), (2, "b")]),
            Err("E0204: `line with \"c\"` first happened before `line with \"b\"` \
                 [`line with \"c\"` at 0.002 000, `line with \"b\"` at 0.002 000]"
                .into())
        );
    }

    #[test]
    fn one_record_is_not_before_itself() {
        assert!(outcome(&[(1, "a b"), (2, "c")]).is_err());
    }

    #[test]
    fn a_missing_one_breaks_the_order() {
        assert_eq!(
            outcome(&[(1, "a"), (2, "c")]),
            Err("E0204: `line with \"b\"` never happened \
                 [the one before it, `line with \"a\"`, was at 0.001 000]"
                .into())
        );
    }
}

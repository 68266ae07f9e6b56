//! A trace that holds few of its records in memory is the same list, however it is read.
//!
//! Owns the comparison with a plain list, and that every scenario ends the same.

use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::{Config as ProptestConfig, TestCaseError};
use vpyb_cli::PROGRAMS;
use vpyb_core::time::{Duration, Instant};
use vpyb_sim::board::Bound;
use vpyb_sim::expect::judge;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::trace::record::Yielded;
use vpyb_sim::trace::{Kind, Meta, Record, Seq, Trace, digest, to_bytes};

use crate::checked_in::scenarios;
use crate::trace_file::any_kind;

/// Longer traces are compared and not judged, since that takes long.
const MANY_RECORDS: usize = 20_000;

/// What happens to a trace: a record of this kind, so long after the one before, with this cause, if there is one of that
/// number; and the record that is completed then, if that is one that can be.
type Happening = (Kind, u64, Option<u32>, Option<u32>);

/// Does to a trace and to a list what happens.
fn happen(trace: &mut Trace, list: &mut Vec<Record>, (kind, after, cause, completed): Happening) {
    let of_those = |number: u32, len: usize| Seq(number % len as u32);
    let cause = cause.filter(|_| !list.is_empty()).map(|number| of_those(number, list.len()));
    let at = Instant::from_nanos(trace.end().as_nanos() + after);
    trace.push(at, cause, kind);
    list.push(Record { at, cause, kind });
    let Some(seq) = completed.map(|number| of_those(number, list.len())) else { return };
    let span = Duration::from_nanos(after);
    match &mut list[seq.0 as usize].kind {
        Kind::Step { yielded, took, .. } => (*yielded, *took) = (Yielded::Park, span),
        Kind::Callback { took, .. } => *took = span,
        _ => return,
    }
    trace.complete(seq, Some(Yielded::Park), span);
}

/// The whole, forwards, back, and from both ends in turn; parts of it; single records; places by their instants.
fn reads_as(trace: &Trace, list: &[Record], from: usize, to: usize) -> Result<(), TestCaseError> {
    let records = trace.records();
    prop_assert_eq!((records.len(), records.is_empty()), (list.len(), list.is_empty()));
    prop_assert_eq!((records.last(), trace.next()), (list.last(), Seq(list.len() as u32)));
    prop_assert_eq!(&records.iter().collect::<Vec<_>>(), list);
    prop_assert!(records.iter().rev().eq(list.iter().rev().copied()));
    let numbered = list.iter().enumerate().map(|(place, record)| (Seq(place as u32), *record));
    prop_assert!(trace.iter().eq(numbered.clone()) && trace.iter().rev().eq(numbered.rev()));
    let (mut ours, mut theirs) = (records.iter(), list.iter().copied());
    for step in 0..=list.len() {
        let pair = match step % 3 {
            0 => (ours.next(), theirs.next()),
            1 => (ours.next_back(), theirs.next_back()),
            _ => (ours.nth(step % 4), theirs.nth(step % 4)),
        };
        prop_assert_eq!(pair.0, pair.1);
        prop_assert_eq!(ours.len(), theirs.len());
    }
    let part = &list[from..to];
    prop_assert!(records.range(from..to).eq(part.iter().copied()));
    prop_assert!(trace.range(Seq(from as u32), Seq(to as u32)).rev().eq(part.iter().rev().copied()));
    prop_assert_eq!(&*records.slice(from..to), part);
    prop_assert_eq!(records.range(to..from).len(), 0);
    for place in 0..=list.len() {
        prop_assert_eq!(records.get(place), list.get(place).copied());
        prop_assert_eq!(trace.get(Seq(place as u32)), list.get(place).copied());
    }
    for record in part {
        let before = |other: &Record| other.at < record.at;
        prop_assert_eq!(records.partition_point(before), list.partition_point(before));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_trace_that_holds_few_records_reads_like_a_list(
        happenings in prop::collection::vec(
            (any_kind(), 0..3_u64, any::<Option<u32>>(), any::<Option<u32>>()),
            0..200,
        ),
        held in 0..20_usize,
        places: (u32, u32),
    ) {
        let mut trace = Trace::holding(Meta::default(), held);
        let mut whole = Trace::new(Meta::default());
        for number in 0..8 {
            trace.name(&format!("name {number}"));
            whole.name(&format!("name {number}"));
        }
        let (mut list, mut same) = (Vec::new(), Vec::new());
        // A clone goes its own way from the middle on.
        let mut clone = None;
        for (number, happening) in happenings.iter().enumerate() {
            if number == happenings.len() / 2 {
                clone = Some((trace.clone(), list.clone()));
            }
            happen(&mut trace, &mut list, *happening);
            happen(&mut whole, &mut same, *happening);
        }
        let (one, other) = (places.0 as usize % (list.len() + 1), places.1 as usize % (list.len() + 1));
        let (from, to) = (one.min(other), one.max(other));
        reads_as(&trace, &list, from, to)?;
        prop_assert_eq!(&trace, &whole);
        prop_assert_eq!(digest(&trace), digest(&whole));
        prop_assert_eq!(to_bytes(&trace), to_bytes(&whole));
        if let Some((mut clone, mut list)) = clone {
            for happening in happenings.iter().rev() {
                happen(&mut clone, &mut list, *happening);
            }
            reads_as(&clone, &list, from.min(list.len()), to.min(list.len()))?;
        }
        reads_as(&trace, &list, from, to)?;
        // What is forgotten is the first part, and never more than may be.
        trace.forget(Seq(from as u32));
        let first = trace.first().0 as usize;
        prop_assert!(first <= from);
        prop_assert!(trace.records().iter().eq(list[first..].iter().copied()));
        prop_assert!(trace.range(Seq(from as u32), Seq(to as u32)).eq(list[from..to].iter().copied()));
        prop_assert_eq!(trace.next(), Seq(list.len() as u32));
        prop_assert_eq!(trace.get(Seq(to as u32)), list.get(to).copied());
    }
}

#[test]
fn every_scenario_ends_the_same_with_few_records_in_memory() {
    let few = Options { bound: Bound { held: 100, ..Bound::default() }, ..Options::default() };
    for scenario in scenarios() {
        let plain = runner::run(&scenario, PROGRAMS, Options::default());
        let held = runner::run(&scenario, PROGRAMS, few);
        assert_eq!(held.verdict, plain.verdict, "{}", scenario.name);
        assert!(held.trace == plain.trace, "{}: the records differ", scenario.name);
        if plain.trace.records().len() <= MANY_RECORDS {
            assert_eq!(judge(&held.trace, &scenario), judge(&plain.trace, &scenario), "{}", scenario.name);
        }
    }
}

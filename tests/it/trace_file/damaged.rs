//! Files that were changed at places drawn by lot: they are refused, or read as a trace like any other.
//!
//! Owns the changes: as a disk makes them, and behind checksums that are right.

use std::io::Cursor;

use vpyb_core::time::Instant;
use vpyb_sim::trace::{
    Before, Seekable, Seq, State, Trace, Words, read, render_state, table, to_bytes, why, write_csv,
    write_jsonl, write_perfetto, write_vcd,
};
use vpyb_sim::travel::{render_stats, render_why};

use super::{HEAD, blocks, closed, opened, with_payload};
use crate::one_byte;

/// Everything that is made from a trace; nothing of it may panic on a trace that was accepted.
pub fn use_all(trace: &Trace) {
    let words = Words::new(trace);
    let _ = table(&words, trace.records());
    let middle = Instant::from_nanos(trace.end().as_nanos() / 2);
    let _ = render_state(&State::at(trace, middle), trace);
    let _ = render_state(&State::at(trace, trace.end()), trace);
    let last = Seq(trace.next().0.saturating_sub(1));
    let _ = (why(trace, last), render_why(trace, last, 10), render_stats(trace));
    write_jsonl(trace, &mut Vec::new()).unwrap();
    write_vcd(trace, &mut Vec::new()).unwrap();
    write_csv(trace, &mut Vec::new()).unwrap();
    write_perfetto(trace, &mut Vec::new()).unwrap();
}

/// A trace whose file has a checkpoint at its beginning: the second half of a byte's.
fn second_half() -> Trace {
    let whole = one_byte::trace();
    let first = Seq(whole.records().len() as u32 / 2);
    let before = Before { first, state: State::before(&whole, first) };
    let records = whole.slice(first, whole.next()).into_owned();
    Trace::from_parts(whole.meta().clone(), whole.names().clone(), Some(before), records)
}

/// Numbers below what is asked for, by Numerical Recipes' generator: a fixed seed, so that a failure comes again.
fn random() -> impl FnMut(usize) -> usize {
    let mut state = 1_u32;
    move |below| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    }
}

/// A file with up to three changes.
fn mutated(original: &[u8], random: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for _ in 0..=random(3) {
        let all = blocks(&bytes);
        let block @ (offset, kind, len) = all[random(all.len())];
        // Small values make whole records more often than large ones.
        let below = if random(2) == 0 { 8 } else { 256 };
        if random(10) == 0 {
            // As a disk would damage it, in its head, too.
            let place = offset + 1 + random(HEAD - 1 + len);
            bytes[place] = random(below) as u8;
            break;
        }
        if random(4) == 0 {
            // What was compressed is no more what it was, and the checksums are right.
            let mut payload = bytes[offset + HEAD..][..len].to_vec();
            payload[random(len)] = random(below) as u8;
            bytes = with_payload(&bytes, block, &payload);
            break;
        }
        let (mut front, mut inner) = opened(kind, &bytes[offset + HEAD..][..len]);
        let place = random(front.len() + inner.len());
        match front.get_mut(place) {
            Some(byte) => *byte = random(below) as u8,
            None => inner[place - front.len()] = random(below) as u8,
        }
        bytes = with_payload(&bytes, block, &closed(kind, (front, inner)));
    }
    bytes
}

/// What a file has about an instant, found by its index.
fn around(bytes: &[u8], at: Instant) -> Option<Trace> {
    Seekable::open(Cursor::new(bytes)).ok()??.around(at).ok()
}

#[test]
fn ten_thousand_mutated_files_never_panic() {
    let originals = [to_bytes(&one_byte::trace()), to_bytes(&second_half())];
    let (mut random, mut accepted) = (random(), 0);
    for round in 0..10_000 {
        let bytes = mutated(&originals[round % 2], &mut random);
        around(&bytes, Instant::from_nanos(random(2_000_000) as u64)).iter().for_each(use_all);
        if let Ok(loaded) = read(&bytes[..]) {
            accepted += 1;
            use_all(&loaded.trace);
        }
    }
    assert!(accepted > 1_000, "only {accepted} reached what lies behind the reader");
}

/// A trace of many blocks and several checkpoints, with all that a byte on a wire is: the small one again and again.
fn long_trace(records: usize) -> Trace {
    let once = one_byte::trace();
    let mut trace = Trace::new(once.meta().clone());
    once.names().texts().iter().for_each(|text| _ = trace.name(text));
    let span = once.end().as_nanos() + 1;
    for round in 0.. {
        let (first, begin) = (trace.next().0, round * span);
        if first as usize >= records {
            break;
        }
        for record in once.records() {
            let cause = record.cause.map(|cause| Seq(first + cause.0));
            trace.push(Instant::from_nanos(begin + record.at.as_nanos()), cause, record.kind);
        }
    }
    trace
}

/// What is read of a long file's middle depends on its index, on checkpoints and on names that other blocks have.
#[test]
fn long_mutated_files_never_panic() {
    let trace = long_trace(70_000);
    let original = to_bytes(&trace);
    assert!(blocks(&original).len() > 20, "17 blocks of records, and checkpoints, names and an index");
    let (mut random, mut found) = (random(), 0);
    for _ in 0..500 {
        let bytes = mutated(&original, &mut random);
        let at = Instant::from_nanos((trace.end().as_nanos() / 1000) * random(1000) as u64);
        if let Some(part) = around(&bytes, at) {
            found += 1;
            let _ = render_state(&State::at(&part, at), &part);
            let last = Seq(part.next().0.saturating_sub(1));
            let _ = (why(&part, last), render_why(&part, last, 10));
        }
    }
    assert!(found > 100, "only {found} reached what lies behind the reader");
}

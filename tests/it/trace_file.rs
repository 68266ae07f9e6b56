//! The file of a trace: what is written is read, what is cut off is read as far as it goes, and
//! what is damaged is refused.
//!
//! The layout is taken from `docs/trace-format.md`, not from the code.

mod damaged;

use insta::assert_snapshot;
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::Config as ProptestConfig;
use serde::{Serialize, de::DeserializeOwned};
use vpyb_core::time::Instant;
use vpyb_sim::trace::record::{Interrupt, Kind, Object, Use, Why, Yielded};
use vpyb_sim::trace::{Loaded, Meta, ReadError, Seq, Trace, Words, digest, read, to_bytes, write_jsonl};

use crate::one_byte;
use damaged::use_all;

/// Magic and version.
const PREFIX: usize = 10;
/// Kind, length, checksum of the payload, checksum of these.
const HEAD: usize = 13;

/// The blocks of a file: offset, kind, length of the payload.
fn blocks(bytes: &[u8]) -> Vec<(usize, u8, usize)> {
    let mut blocks = Vec::new();
    let mut offset = PREFIX;
    while offset < bytes.len() {
        let len = u32::from_le_bytes(bytes[offset + 1..offset + 5].try_into().unwrap()) as usize;
        blocks.push((offset, bytes[offset], len));
        offset += HEAD + len;
    }
    blocks
}

/// Makes the checksums of the block at `offset` right again.
fn seal(bytes: &mut [u8], offset: usize, len: usize) {
    let payload = crc32fast::hash(&bytes[offset + HEAD..offset + HEAD + len]);
    bytes[offset + 5..offset + 9].copy_from_slice(&payload.to_le_bytes());
    let head = crc32fast::hash(&bytes[offset..offset + 9]);
    bytes[offset + 9..offset + 13].copy_from_slice(&head.to_le_bytes());
}

/// One value of every variant of an enum, all of whose numbers are 0.
fn every<T: DeserializeOwned>() -> Vec<T> {
    let values = (0..=u8::MAX).map_while(|number| {
        let mut bytes = [0; 32];
        bytes[0] = number;
        postcard::take_from_bytes(&bytes).ok().map(|(value, _)| value)
    });
    values.collect()
}

fn every_kind() -> Vec<Kind> {
    every()
}

/// A block's payload as it was before it was compressed: what stands before, and what was compressed.
fn opened(kind: u8, payload: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let rest = match kind {
        b'R' => postcard::take_from_bytes::<(u32, u32)>(payload).unwrap().1,
        b'S' => postcard::take_from_bytes::<u32>(payload).unwrap().1,
        b'N' | b'I' => payload,
        _ => return (payload.to_vec(), Vec::new()),
    };
    let front = payload[..payload.len() - rest.len()].to_vec();
    let (len, packed) = postcard::take_from_bytes::<u32>(rest).unwrap();
    (front, lz4_flex::block::decompress(packed, len as usize).unwrap())
}

/// The payload of these.
fn closed(kind: u8, (mut front, inner): (Vec<u8>, Vec<u8>)) -> Vec<u8> {
    if b"RSNI".contains(&kind) {
        front.extend(postcard::to_stdvec(&(inner.len() as u32)).unwrap());
        front.extend(lz4_flex::block::compress(&inner));
    }
    front
}

/// The file with another payload in the block at `offset`, whose checksums are right.
fn with_payload(bytes: &[u8], (offset, _, len): (usize, u8, usize), payload: &[u8]) -> Vec<u8> {
    let mut changed = bytes[..offset + HEAD].to_vec();
    changed[offset + 1..offset + 5].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    changed.extend(payload);
    seal(&mut changed, offset, payload.len());
    changed.extend(&bytes[offset + HEAD + len..]);
    changed
}

fn damage(result: Result<Loaded, ReadError>) -> (u64, String) {
    match result {
        Err(ReadError::Damaged { offset, reason }) => (offset, reason.into_owned()),
        other => panic!("expected damage, got {other:?}"),
    }
}

#[test]
fn what_is_written_is_read() {
    let trace = one_byte::trace();
    let bytes = to_bytes(&trace);
    assert_eq!(read(&bytes[..]), Ok(Loaded { trace: trace.clone(), whole: true }));
    assert_eq!(to_bytes(&one_byte::trace()), bytes, "same trace, same bytes");
    let empty = Trace::new(Meta::default());
    assert_eq!(read(&to_bytes(&empty)[..]), Ok(Loaded { trace: empty, whole: true }));
}

/// The encoding of every variant, one a line.
fn encodings<T: DeserializeOwned + Serialize>(word: impl Fn(&T) -> String) -> String {
    let lines = every().into_iter().map(|value| {
        let bytes = postcard::to_stdvec(&value).unwrap();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{hex:14} {}\n", word(&value))
    });
    lines.collect()
}

/// A line that changes, and is not a new one at the end of its enum, means: raise `VERSION`.
#[test]
fn the_encoding_of_every_kind_is_pinned() {
    assert_snapshot!("kinds", encodings::<Kind>(|kind| kind.word().to_owned()));
    assert_snapshot!("yielded", encodings::<Yielded>(|yielded| format!("{yielded:?}")));
    assert_snapshot!("why", encodings::<Why>(|why| format!("{why:?}")));
    assert_snapshot!("interrupt", encodings::<Interrupt>(|interrupt| format!("{interrupt:?}")));
    assert_snapshot!("object", encodings::<Object>(|object| object.word().to_owned()));
    assert_snapshot!("use", encodings::<Use>(|how| how.word().to_owned()));
    assert_snapshot!("digest", digest(&one_byte::trace()));
}

#[test]
fn every_kind_is_in_the_documents_table() {
    let document = include_str!("../../docs/trace-format.md");
    for kind in every_kind() {
        assert!(
            document.contains(&format!("`{}`", kind.word())),
            "docs/trace-format.md lacks {}",
            kind.word()
        );
    }
}

#[test]
fn every_kind_has_words_and_a_line_of_json() {
    let mut trace = Trace::new(Meta::default());
    trace.name("name");
    for kind in every_kind() {
        trace.push(Instant::ZERO, None, kind);
    }
    let mut json = Vec::new();
    write_jsonl(&trace, &mut json).unwrap();
    let json = String::from_utf8(json).unwrap();
    let words = Words::new(&trace);
    for (record, line) in trace.records().iter().zip(json.lines().skip(1)) {
        assert!(!words.phrase(&record).event.is_empty(), "{record:?}");
        // Every kind says more than seq, t, cause and k.
        let object: serde_json::Map<_, _> = serde_json::from_str(line).unwrap();
        assert!(object.len() > 4, "{line}");
    }
}

#[test]
fn a_file_that_was_cut_off_is_read_up_to_its_last_whole_block() {
    // More than two blocks of records, so that there is something to lose.
    let mut trace = one_byte::trace();
    let text = trace.name("only in the third block");
    for _ in 0..2 * 4096 {
        trace.push(trace.end(), Some(Seq(7)), Kind::Line { task: None, text });
    }
    let bytes = to_bytes(&trace);
    let ends: Vec<usize> = blocks(&bytes).iter().map(|(offset, _, len)| offset + HEAD + len).collect();
    for len in (0..bytes.len()).step_by(499).chain(ends.iter().copied()) {
        let whole_records = (blocks(&bytes).iter())
            .filter(|&&(offset, kind, size)| kind == b'R' && offset + HEAD + size <= len)
            .count();
        match read(&bytes[..len]) {
            Ok(loaded) => {
                assert!(len >= ends[0], "nothing is read without a header");
                assert_eq!(loaded.whole, len == bytes.len());
                let expected = trace.records().len().min(whole_records * 4096);
                assert!(loaded.trace.records().iter().eq(trace.records().range(0..expected)));
            }
            Err(ReadError::NoHeader { .. }) => assert!(len < ends[0]),
            Err(ReadError::NotATrace) => assert_eq!(len, 0),
            other => panic!("cut off at {len}: {other:?}"),
        }
    }
}

#[test]
fn a_small_file_may_be_cut_off_anywhere() {
    let bytes = to_bytes(&one_byte::trace());
    for len in 1..bytes.len() {
        match read(&bytes[..len]) {
            Ok(loaded) => assert!(!loaded.whole, "at {len}"),
            Err(error) => assert_eq!(error, ReadError::NoHeader { len }),
        }
    }
}

#[test]
fn a_changed_byte_is_found_and_located() {
    let bytes = to_bytes(&one_byte::trace());
    let blocks = blocks(&bytes);
    for place in PREFIX..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x20;
        let (offset, _) = damage(read(&changed[..]));
        let block = blocks.iter().rfind(|(offset, ..)| *offset <= place).unwrap();
        assert_eq!(offset, block.0 as u64, "byte {place} lies in the block at {}", block.0);
    }
}

#[test]
fn what_is_not_a_trace_is_refused_with_a_reason() {
    assert_eq!(read(&b""[..]), Err(ReadError::NotATrace));
    assert_eq!(read(&b"[board]\nmodel = 1\n"[..]), Err(ReadError::NotATrace));
    let mut bytes = to_bytes(&one_byte::trace());
    bytes[8] = 1;
    let error = read(&bytes[..]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "read the trace: its format is version 1, this program reads 3; run its scenario again with `--trace`"
    );
    bytes[8] = 3;
    let end = bytes.len();
    let end_block = bytes[blocks(&bytes).last().unwrap().0..].to_vec();
    bytes.extend(end_block);
    assert_eq!(damage(read(&bytes[..])), (end as u64, "a block follows the end block".into()));
}

#[test]
fn records_that_break_an_invariant_are_refused() {
    let refused = |kind: u8, change: &dyn Fn(&mut Vec<u8>, &mut Vec<u8>)| {
        let bytes = to_bytes(&one_byte::trace());
        let block = *blocks(&bytes).iter().find(|block| block.1 == kind).unwrap();
        let (mut front, mut inner) = opened(kind, &bytes[block.0 + HEAD..][..block.2]);
        change(&mut front, &mut inner);
        damage(read(&with_payload(&bytes, block, &closed(kind, (front, inner)))[..])).1
    };
    // A block of records: first (0), count (48); then the first record: after 0, back 0, NetPin 0, pin 1.
    assert_eq!(refused(b'R', &|front, _| front[0] = 1), "the records do not continue those before");
    assert_eq!(refused(b'R', &|front, _| front[1] = 47), "bytes follow the last record");
    assert_eq!(refused(b'R', &|_, records| records[1] = 1), "record 0 has a cause that is no record");
    assert_eq!(refused(b'R', &|_, records| records[4] = 99), "record 0 has a name that is not in the table");
    assert_eq!(
        refused(b'R', &|_, records| records[2] = 120),
        "record 0 is of a kind or a shape that is not known"
    );
    assert_eq!(refused(b'N', &|_, texts| texts[0] += 1), "the block does not hold what its kind says");
    assert_eq!(refused(b'I', &|_, index| index[2] += 1), "the index is not that of the blocks");
    assert_eq!(refused(b'E', &|totals, _| totals[0] -= 1), "the totals are not those of the blocks");
    assert_eq!(refused(b'E', &|totals, _| totals.truncate(23)), "the block does not hold what its kind says");
}

#[test]
fn no_more_is_unpacked_than_the_bytes_can_hold() {
    let bytes = to_bytes(&one_byte::trace());
    let block = *blocks(&bytes).iter().find(|block| block.1 == b'N').unwrap();
    let mut payload = postcard::to_stdvec(&u32::MAX).unwrap();
    payload.extend([0; 8]);
    let (offset, reason) = damage(read(&with_payload(&bytes, block, &payload)[..]));
    assert_eq!(
        (offset, reason.as_str()),
        (block.0 as u64, "the block says that more was compressed than it can hold")
    );
}

/// Any record that a reader could meet, with names below 8.
pub fn any_kind() -> impl Strategy<Value = Kind> {
    let kinds = every_kind().len() as u8;
    let byte = prop_oneof![4 => 0..4_u8, 1 => any::<u8>()];
    (0..kinds, prop::collection::vec(byte, 40)).prop_filter_map("no such record", |(number, mut bytes)| {
        bytes.insert(0, number);
        let (kind, _) = postcard::take_from_bytes::<Kind>(&bytes).ok()?;
        kind.names().all(|name| name.number() < 8).then_some(kind)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_trace_survives_its_file(
        records in prop::collection::vec((any_kind(), 0..=u64::MAX / 300, any::<Option<u32>>()), 0..300),
        scenario in ".*",
        seed: u64,
    ) {
        let mut trace = Trace::new(Meta { scenario, seed, ..Meta::default() });
        for number in 0..8 {
            trace.name(&format!("name {number}"));
        }
        for (kind, after, cause) in records {
            let len = trace.records().len() as u32;
            let cause = cause.filter(|_| len > 0).map(|cause| Seq(cause % len));
            let at = Instant::from_nanos(trace.end().as_nanos() + after);
            trace.push(at, cause, kind);
        }
        let loaded = read(&to_bytes(&trace)[..]).unwrap();
        prop_assert!(loaded.whole);
        prop_assert_eq!(&loaded.trace, &trace);
        use_all(&trace);
    }
}

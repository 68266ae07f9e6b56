//! Records and lines, however what comes on a serial line is cut.
//!
//! Owns a line that gives its pieces one after the other, when it was asked in vain once, and then ends; and a
//! loop whose time passes only while it idles.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;

use proptest::prelude::{Strategy, prop, prop_assert_eq, proptest};
use proptest::test_runner::Config;
use vpyb_core::clock::Clock;
use vpyb_core::drivers::{HalfDuplex, RecordUart};
use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{EventLoop, Firmware, Overrides, Setup, Step, TaskError};

/// What has come and was not read, and what comes after it.
struct Pieces(RefCell<VecDeque<Vec<u8>>>, Cell<bool>);

impl Pieces {
    /// A line that is silent until something is written to it.
    fn new(pieces: &[Vec<u8>]) -> Rc<Self> {
        Rc::new(Self(RefCell::new(pieces.iter().cloned().collect()), Cell::new(false)))
    }
}

impl Pollable for Pieces {
    fn name(&self) -> &str {
        "pieces"
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let mut pieces = self.0.borrow_mut();
        let ready = self.1.get() && pieces.front().is_none_or(|piece| !piece.is_empty());
        if self.1.get() && !ready {
            pieces.pop_front();
        }
        if ready { Readiness::READ.and(interest) } else { Readiness::NONE }
    }
}

impl StreamRead for Pieces {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        let mut pieces = self.0.borrow_mut();
        let Some(piece) = pieces.front_mut() else { return Some(0) };
        let count = piece.len().min(buf.len());
        buf[..count].copy_from_slice(&piece[..count]);
        piece.drain(..count);
        (count > 0).then_some(count)
    }
}

impl StreamWrite for Pieces {
    fn write(&self, data: &[u8]) -> Option<usize> {
        self.1.set(true);
        Some(data.len())
    }
}

#[derive(Default)]
struct HandClock(Cell<Instant>);

impl Clock for HandClock {
    fn now(&self) -> Instant {
        self.0.get()
    }
}

/// What a task gives at its end, in a loop whose time is the number of times that it idled, in milliseconds.
pub fn given<T: 'static, F>(task: impl FnOnce(EventLoop) -> F + 'static) -> T
where
    F: Future<Output = Result<T, TaskError>> + 'static,
{
    let (clock, given) = (Rc::new(HandClock::default()), Rc::new(RefCell::new(None)));
    let setup =
        Setup { clock: clock.clone(), observer: None, overrides: Overrides::default(), started: None };
    let kept = given.clone();
    let mut firmware = Firmware::new(setup, (), move |top| async move {
        let ev = top.event_loop(vpyb_core::Config::default());
        kept.replace(Some(top.run_until_complete(task(ev)).await?));
        Ok(())
    });
    loop {
        match firmware.step() {
            Step::Idle { .. } => clock.0.set(clock.0.get() + Duration::from_millis(1)),
            Step::Done => return given.take().expect("it gave something"),
            _ => {}
        }
    }
}

/// Pieces of few letters, in which an end is as frequent as any.
fn pieces(end: u8) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let piece = prop::collection::vec(prop::sample::select(vec![end, b'a', b'b', 0xFF]), 1..12);
    prop::collection::vec(piece, 0..6)
}

proptest! {
    #![proptest_config(Config { cases: 500, failure_persistence: None, ..Config::default() })]

    /// Records are what lies between the zeros; the last is what has come when the line ends.
    #[test]
    fn records_are_whole_however_they_are_cut(pieces in pieces(0)) {
        let line = Pieces::new(&pieces);
        let whole = pieces.concat();
        let expected: Vec<Vec<u8>> = whole.split(|&byte| byte == 0).map(<[u8]>::to_vec).collect();
        let count = expected.len();
        let found = given(move |ev| async move {
            let records = RecordUart::new(&ev, line);
            records.send(b"").await?;
            let mut found = Vec::new();
            for _ in 0..count {
                found.push(records.record().await?);
            }
            Ok(found)
        });
        prop_assert_eq!(found, expected);
    }

    /// A reply is the lines that come, with their ends; the last may have none.
    #[test]
    fn replies_are_whole_however_they_are_cut(pieces in pieces(b'\n')) {
        let line = Pieces::new(&pieces);
        let whole = pieces.concat();
        let expected: Vec<Vec<u8>> = whole.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
        let found = given(move |ev| async move {
            let master = HalfDuplex::new(&ev, line, 5)?;
            Ok(master.send_command(b"ask").await?)
        });
        prop_assert_eq!(found, expected);
    }
}

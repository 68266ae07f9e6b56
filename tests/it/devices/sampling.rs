//! What a contact's samples make of it, whatever the contact does.
//!
//! Owns a pin whose level depends on the loop's time. Nothing costs anything, so that samples are taken each 50 ms from 0 on.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use embedded_hal::digital::{ErrorType, InputPin};
use proptest::prelude::{any, prop, prop_assert_eq, proptest};
use proptest::test_runner::Config;
use vpyb_core::EventLoop;
use vpyb_core::asyn::Launch;
use vpyb_core::drivers::{Pushbutton, Switch};

use super::cutting::given;

const SAMPLE_MS: usize = 50;
/// A level of the list lasts so long: no part of the time between two samples.
const LEVEL_MS: usize = 17;
/// The list, and the samples that are taken of it.
const LEVELS: usize = 300;
const SAMPLES: usize = LEVELS * LEVEL_MS / SAMPLE_MS;

type Log = Rc<RefCell<Vec<(usize, &'static str)>>>;

/// Closed when the list says so, and open before and after.
#[derive(Clone)]
struct Contact(EventLoop, Rc<Vec<bool>>);

impl ErrorType for Contact {
    type Error = Infallible;
}

impl InputPin for Contact {
    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(closed(&self.1, self.0.time() as usize))
    }

    fn is_high(&mut self) -> Result<bool, Infallible> {
        self.is_low().map(|low| !low)
    }
}

fn closed(levels: &[bool], ms: usize) -> bool {
    ms > 0 && levels.get(ms / LEVEL_MS).copied().unwrap_or(false)
}

/// Each change from one sample to the next, with its millisecond.
fn changes(levels: &[bool]) -> Vec<(usize, bool)> {
    let samples = (0..=SAMPLES).map(|sample| (sample * SAMPLE_MS, closed(levels, sample * SAMPLE_MS)));
    let samples: Vec<_> = samples.collect();
    samples.windows(2).filter(|pair| pair[0].1 != pair[1].1).map(|pair| pair[1]).collect()
}

fn notes(ev: &EventLoop, log: &Log, what: &'static str) -> Launch {
    let (ev, log) = (ev.clone(), log.clone());
    Launch::function(move || log.borrow_mut().push((ev.time() as usize, what)))
}

/// A press within 400 ms of one that was no part of a double click makes one.
fn clicks(changes: &[(usize, bool)]) -> Vec<(usize, &'static str)> {
    let (mut expected, mut first) = (Vec::new(), None);
    for &(at, closed) in changes {
        expected.push((at, if closed { "pressed" } else { "released" }));
        if closed {
            let double = first.is_some_and(|first| at < first + 400);
            expected.extend(double.then_some((at, "double")));
            first = (!double).then_some(at);
        }
    }
    expected
}

/// A press is long after a second, also if that is the instant of its release.
fn long(changes: &[(usize, bool)]) -> Vec<usize> {
    let spans = changes.chunks(2).map(|press| (press[0].0, press.get(1).map_or(usize::MAX, |end| end.0)));
    spans.filter(|(from, until)| *until >= from + 1_000).map(|(from, _)| from + 1_000).collect()
}

proptest! {
    #![proptest_config(Config { cases: 200, failure_persistence: None, ..Config::default() })]

    /// A switch launches at each change between two samples, and at nothing else.
    #[test]
    fn a_switch_is_what_its_samples_say(levels in prop::collection::vec(any::<bool>(), LEVELS)) {
        let changes = changes(&levels);
        let found = given(move |ev| async move {
            let log = Log::default();
            let switch = Switch::new(&ev, Contact(ev.clone(), Rc::new(levels)))?;
            switch.on_close(notes(&ev, &log, "closed"));
            switch.on_open(notes(&ev, &log, "open"));
            ev.sleep_ms((SAMPLES * SAMPLE_MS + 10) as i32).await?;
            Ok(log.take())
        });
        let expected: Vec<_> =
            changes.iter().map(|&(at, closed)| (at, if closed { "closed" } else { "open" })).collect();
        prop_assert_eq!(found, expected);
    }

    /// A push-button is pressed and released at each change, and double clicks and long presses are told by their times. The
    /// contact is held for some time, so that there are long presses.
    #[test]
    fn a_push_button_tells_its_clicks_by_their_times(held in prop::collection::vec((any::<bool>(), 1..80_usize), 1..40)) {
        let levels: Vec<bool> = held.iter().flat_map(|&(level, times)| std::iter::repeat_n(level, times)).collect();
        let levels: Vec<bool> = levels.into_iter().chain(std::iter::repeat(false)).take(LEVELS).collect();
        let changes = changes(&levels);
        let (found, long_found) = given(move |ev| async move {
            let (log, long_log) = (Log::default(), Log::default());
            let button = Pushbutton::new(&ev, Contact(ev.clone(), Rc::new(levels)), false)?;
            button.on_press(notes(&ev, &log, "pressed"));
            button.on_release(notes(&ev, &log, "released"));
            button.on_double(notes(&ev, &log, "double"))?;
            button.on_long(notes(&ev, &long_log, "long"))?;
            ev.sleep_ms((SAMPLES * SAMPLE_MS + 10) as i32).await?;
            Ok((log.take(), long_log.take()))
        });
        prop_assert_eq!(found, clicks(&changes));
        let expected: Vec<_> = long(&changes).into_iter().map(|at| (at, "long")).collect();
        prop_assert_eq!(long_found, expected);
    }
}

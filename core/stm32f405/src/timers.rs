//! Timers: handlers that are called every so often.
//!
//! Owns which timers run, and when each is due. Neither target has a counter for each of them: all are alarms of the CPU's
//! counter, so that a call comes at its instant or within 24 µs of it. The next one is reckoned from the instant, so that
//! no error adds up.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::cell::RefCell;

use critical_section::Mutex;
use vpyb_core::ticks::ticks_us;
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{BoardError, Irq};

use crate::edges::Unwatched;
use crate::{clock, idle};

/// The shortest span: calls that follow one another faster would leave the CPU no time for the loop.
const SHORTEST: Duration = Duration::from_micros(100);
/// The chip's timers are called `timer1` to `timer14`, and there is `rtc`.
const LAST: u8 = 14;
const RTC: u8 = 0;

type Handler = Box<dyn FnMut(&mut Irq<'_>) + Send>;

struct Running {
    timer: u8,
    every: Duration,
    due: Instant,
    handler: Handler,
}

static RUNNING: Mutex<RefCell<Vec<Running>>> = Mutex::new(RefCell::new(Vec::new()));

/// The timer of a name.
fn named(name: &str) -> Option<u8> {
    if name == "rtc" {
        return Some(RTC);
    }
    let digits = name.strip_prefix("timer").filter(|digits| !digits.starts_with(['0', '+']))?;
    digits.parse().ok().filter(|number| (1..=LAST).contains(number))
}

/// Has a handler called every so often, in place of what the timer did before.
pub(crate) fn on_timer(
    name: &str,
    every: Duration,
    handler: impl FnMut(&mut Irq<'_>) + Send + 'static,
) -> Result<(), BoardError> {
    let timer = named(name).ok_or_else(|| BoardError::Unknown { what: format!("timer `{name}`") })?;
    if every < SHORTEST {
        let why = format!(
            "{every} is too short: timers are alarms of the CPU's counter, {SHORTEST} apart at least"
        );
        return Err(BoardError::Setting { what: name.into(), why });
    }
    let handler: Handler = Box::new(handler);
    let before = take(timer);
    critical_section::with(|cs| {
        let due = clock::now() + every;
        RUNNING.borrow_ref_mut(cs).push(Running { timer, every, due, handler });
    });
    on_wrap();
    // What was there is dropped where interrupts are not masked.
    drop(before);
    Ok(())
}

/// Stops a timer, if it runs.
pub(crate) fn off_timer(name: &str) {
    let before = named(name).and_then(take);
    drop(before);
}

fn take(timer: u8) -> Option<Running> {
    critical_section::with(|cs| {
        let mut running = RUNNING.borrow_ref_mut(cs);
        let place = running.iter().position(|other| other.timer == timer);
        place.map(|place| running.remove(place))
    })
}

/// Calls what is due, and sees to it that the clock wraps when the next one is.
pub(crate) fn on_wrap() {
    let called = critical_section::with(|cs| {
        let mut running = RUNNING.borrow_ref_mut(cs);
        let mut called = false;
        while let Some(next) = running.iter_mut().min_by_key(|timer| (timer.due, timer.timer)) {
            if clock::handler_waits(cs, next.due) {
                break;
            }
            let now = clock::now();
            (next.handler)(&mut Irq::new(ticks_us(now), &mut Unwatched));
            // Calls that were due meanwhile are lost in this one.
            while next.due <= now {
                next.due += next.every;
            }
            called = true;
        }
        called
    });
    if called {
        idle::rouse();
    }
}

//! The counters of a run, all computed from its trace.
//!
//! | counter | is |
//! |---|---|
//! | `uartN.rx.bytes` | frames that reached the data register |
//! | `uartN.rx.overrun` | overruns that the hardware flagged: a frame met a full data register |
//! | `uartN.rx.lost` | every frame that never reached the program: overruns, and those gone by unseen while the flag stood |
//! | `uartN.rx.framing` | frames whose stop bit was low |
//! | `uartN.rx.parity`, `uartN.rx.noise` | frames whose parity bit was wrong; frames in which the samples of a bit differed |
//! | `uartN.rx.high_water` | the longest the receive ring was, in bytes |
//! | `uartN.tx.bytes` | frames begun |
//! | `task.T.steps`, `task.T.cancelled` | steps; cancellations raised at an await. Sums if `T` stands for several tasks |
//! | `task.T.max_latency` | the longest wait in the run queue, up to the step. The maximum over several tasks |
//! | `task.T.max_step` | the longest step, its price included |
//! | `task.T.sleep_overrun` | the longest from a timer's due instant to the step it led to; zero for a task that never slept |
//! | `task.T.sleep_bound` | how long that can be under this discipline with the steps seen |
//! | `task.T.sleep_bound.sum` | the tutorial's estimate for it (section 6.1): the sum, over every other task, of its longest step |
//! | `sched.bound`, `sched.bound.sum` | those two for the task whose sleep overran most |
//! | `sched.passes`, `sched.idle` | polls of the loop, one a pass; the time waited in them |
//! | `sched.unawaited`, `sched.never_started` | pauses that were dropped unawaited; tasks that never had a step |
//! | `i2cN.nack`, `i2cN.stretch` | what was sent and not acknowledged; clocks that a device held low |
//! | `i2cN.crc_errors` | what drivers counted under that name |
//! | `led.LEDn.toggles` | changes of an LED |
//! | `pin.P.edges`, `pin.P.contention` | level changes of the pin's net; how often it was driven both ways |
//! | `pin.P.coalesced` | edges that came while the one before still waited for its handler |
//! | `timerN.coalesced`, `rtc.coalesced` | ends of a timer that came while the one before still waited for its handler |
//! | `event.E.set_while_set` | how often the event of this name was set although it stood |
//! | any other | what a driver counted with `Board::count` |
//!
//! Owns the computation and the [`Counters`] table. Knows nothing of bounds.

mod board;
mod i2c;
mod sched;
mod sharing;
mod table;
mod task;
mod uart;

pub use table::{Counter, Counters};

use super::Roster;
use crate::trace::Trace;

/// Computes all counters of a trace.
pub(super) fn count(trace: &Trace, roster: &Roster) -> Counters {
    let mut counters = Counters::default();
    let (mut uarts, mut buses) = (uart::Uarts::default(), i2c::Buses::default());
    let (mut pins, mut shared) = (board::Pins::default(), sharing::Shared::default());
    for (seq, record) in trace.iter() {
        uarts.take(seq, &record.kind);
        buses.take(seq, &record.kind);
        pins.take(seq, &record);
        shared.take(seq, &record.kind);
    }
    uarts.enter(trace, roster, &mut counters);
    buses.enter(trace, roster, &mut counters);
    pins.enter(trace, roster, &mut counters);
    shared.enter(trace, &mut counters);
    let mut passes = sched::Passes::of(trace);
    let tallies = task::tally(trace, roster, &mut passes);
    let load = sched::count(trace, &tallies, passes.longest(), &mut counters);
    task::count(&tallies, roster, &load, &mut counters);
    counters
}

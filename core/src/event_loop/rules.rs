//! What distinguishes the disciplines.
//!
//! Owns [`Rules`]: one answer for each question that the loop asks where disciplines differ. They are decided when the
//! loop is made. How the loops differ as a whole stands in `pass` and `timeline`.

use super::config::Discipline;
use super::poller::Keeping;

/// The answers of one discipline. What is not said of the others is `UasyncioV2`'s.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// `Asyncio3`: the wait queue holds what is ready, too, under the present tick. There are no passes, an interrupt
    /// brings its task forward and leaves nothing behind, and an error that nobody awaits stops nothing.
    pub one_queue: bool,
    /// `FastIo`: a timed wait is marked in the pending slot. An interrupt that finds the mark ends the wait at once, and
    /// the timed entry is discarded when it is due.
    pub marks_timed_waits: bool,
    /// `FastIo`: an interrupt of a task that runs, has ended or is interrupted already is an error.
    pub asserts_interrupts: bool,
    /// `FastIo`: a task whose first step is delayed is an error, which stops the loop when it is due.
    pub fails_late_starts: bool,
    /// `FastIo`: who was told that a device is ready is not its waiter any more.
    pub forgets_who_was_told: bool,
    /// `UasyncioV2`: to give up reading a device that nobody waits for is an error.
    pub fails_unknown_readers: bool,
    /// `FastIo`: readers and writers give the device up after each call.
    pub gives_up_after_calls: bool,
    /// All but `Asyncio3`: they give it up at the end of the stream.
    pub gives_up_at_the_end: bool,
    /// `FastIo` with a low-priority queue.
    pub low_priority: bool,
    /// How the waiters of a device are kept.
    pub keeping: Keeping,
}

impl Rules {
    pub const fn of(discipline: Discipline) -> Self {
        let fast = matches!(discipline, Discipline::FastIo { .. });
        let one_queue = matches!(discipline, Discipline::Asyncio3);
        Self {
            one_queue,
            marks_timed_waits: fast,
            asserts_interrupts: fast,
            fails_late_starts: fast,
            forgets_who_was_told: fast,
            fails_unknown_readers: !fast,
            gives_up_after_calls: fast,
            gives_up_at_the_end: !one_queue,
            low_priority: matches!(discipline, Discipline::FastIo { lp_len: 1.., .. }),
            keeping: match discipline {
                Discipline::UasyncioV2 => Keeping::One,
                Discipline::FastIo { .. } => Keeping::Joined,
                Discipline::Asyncio3 => Keeping::Apart,
            },
        }
    }
}

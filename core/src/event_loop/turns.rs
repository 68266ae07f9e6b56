//! Turns: the way of nearly all steps, with nothing on it that others need.
//!
//! Owns when a step is *plain*, and how plain steps follow one another. A task's step is plain if it is resumed by its
//! own entry in the run queue, nothing is pending, nobody keeps its waker, and nothing else has to be looked at: no
//! observer, no request to stop. What the task then yields needs no more than to be applied; if that is its turn, it is
//! only appended to the run queue again, and if it is a pause, it is only put into the wait queue. Whatever else becomes of
//! the task is settled in `resume`. A pass is *quiet* if
//! there are no timers, no devices and no wakers that somebody called: then its beginning and its end need no time.
//!
//! What is not a turn is marked as cold: a turn is so short that each jump over something else would count.

use core::hint::cold_path;
use core::task::{Context, Poll};

use super::bug;
use super::care;
use super::entry::RawEntry;
use super::owner::{Next, Owner, Phase, Step};
use super::shared::{Shared, Timed};
use super::slot::Task;
use super::wake::{Spare, WAKERS};
use crate::error::TaskError;

/// After one pass that is nothing but turns and so many more the owner of the loop has its turn.
const MORE_PASSES: u32 = 7;

/// How a row of turns came to its end, unless there was no more: a step of the task in this slot that was more than that.
type Last = Option<(u32, Poll<Result<(), TaskError>>)>;

impl Owner {
    /// Does what is next if it is a turn, the step of a task that was woken, or the end of a pass or of a wait at which nobody
    /// is to be asked.
    #[inline(always)]
    pub fn step_quietly(&mut self, shared: &Shared) -> Option<Step> {
        if !shared.is_carefree() {
            cold_path();
            return None;
        }
        loop {
            match shared.runq.first_of_pass() {
                Some(entry) if self.take_turn(shared, entry) => return Some(Step::Task),
                Some(entry) => {
                    cold_path();
                    return self.take_woken(shared, entry).then_some(Step::Task);
                }
                None => {
                    cold_path();
                    if !self.begin_quietly(shared) {
                        match self.rest_quietly(shared)? {
                            Next::More if shared.is_carefree() => {}
                            Next::Polled { devices, pass } => return Some(Step::Polled { devices, pass }),
                            _ => return None,
                        }
                    }
                }
            }
        }
    }

    /// Takes the turn that is next in the pass if that is all there is to do.
    #[inline(always)]
    pub fn turn(&mut self, shared: &Shared) -> bool {
        let next = if shared.is_carefree() { shared.runq.first_of_pass() } else { None };
        next.is_some_and(|entry| self.take_turn(shared, entry))
    }

    /// Takes a turn if that is what this entry, the first of the pass, is. What the step yielded is applied by the next
    /// call: if it is no more than a turn, all that was taken since the queue was anchored comes again.
    #[inline(always)]
    fn take_turn(&mut self, shared: &Shared, entry: RawEntry) -> bool {
        let Some((task, leaf)) = plain(shared, entry) else {
            cold_path();
            return false;
        };
        shared.runq.keep_and_advance();
        let spare = self.wakes.spare();
        let mut context = Context::from_waker(spare.waker());
        shared.turn.expect(&context);
        let polled = poll(shared, (task, leaf), spare, &mut context);
        if polled.is_ready() || !shared.turn.is_turn() || spare.is_held() {
            cold_path();
            self.settle_plain(shared, task, polled);
            return true;
        }
        shared.turn.end();
        // Nothing is in it, but the compiler would drop it.
        core::mem::forget(polled);
        true
    }

    /// Settles a plain step that left more than a turn.
    #[inline(never)]
    fn settle_plain(&mut self, shared: &Shared, task: Task<'_>, polled: Poll<Result<(), TaskError>>) {
        if polled.is_ready() || !shared.turn.is_plain() || self.wakes.spare().is_held() {
            shared.runq.anchor();
            return self.settle(shared, task, polled, true);
        }
        // Nothing is in it, but the compiler would drop it.
        core::mem::forget(polled);
        shared.turn.end();
        shared.leave();
        shared.runq.anchor();
    }

    /// Begins a pass if one is to begin and nothing could be due; true if it did.
    #[inline]
    pub(super) fn begin_quietly(&mut self, shared: &Shared) -> bool {
        let begins = self.begins_quietly(shared);
        if begins {
            shared.runq.begin_pass();
            self.phase = Phase::Run;
        }
        begins
    }

    /// Ends the pass under way, whose entries have all been taken, if turns come again; or the wait after it, if it is
    /// over; or begins a pass with what is due. There is nobody to ask.
    #[inline(never)]
    fn rest_quietly(&mut self, shared: &Shared) -> Option<Next> {
        if matches!(self.phase, Phase::Expire) {
            self.expire(shared);
            return Some(Next::More);
        }
        if shared.cares_for(care::DEVICES) {
            return None;
        }
        let over = match self.phase {
            _ if self.wakes.any() => self.wake_quietly(shared),
            Phase::Run => {
                self.take_turn_back(shared);
                self.ends_quietly(shared)
            }
            Phase::Wait { until, .. } => shared.now() >= until,
            _ => false,
        };
        over.then(|| {
            self.phase = Phase::Expire;
            Next::Polled { devices: 0, pass: true }
        })
    }

    /// Whether the last step left no more than that its task goes to sleep, and there is nobody to ask.
    #[inline(always)]
    pub fn only_sleeps(&self, shared: &Shared) -> bool {
        shared.is_only_left()
            && shared.turn.posted().is_sleep()
            && !shared.cares_for(care::DEVICES)
            && !shared.rules.low_priority()
            && !self.wakes.any()
    }

    /// Puts the task of the last step to sleep, if that [is all](Self::only_sleeps); then does what is next, a turn or the wait,
    /// if it is no more than that.
    #[inline]
    pub fn sleep_quietly(&mut self, shared: &Shared) -> Option<Step> {
        let posted = shared.turn.posted();
        let (task, now) = (shared.task(shared.turn.current.get()), shared.now());
        // Without a place for it nothing has changed, and the longer way finds the same.
        Self::move_to_timed(shared, Timed::Waiting, task, now, posted.value as i32).ok()?;
        shared.turn.take_posted();
        shared.take_care_of(care::LEFT);
        if let Some(entry) = shared.runq.first_of_pass() {
            return self.take_turn(shared, entry).then_some(Step::Task);
        }
        self.begin_wait(shared, now);
        match self.phase {
            Phase::Wait { timeout_ms: 1.., until, .. } => {
                Some(Step::Idle { until: Some(until), sample: false })
            }
            _ => {
                self.phase = Phase::Expire;
                Some(Step::Polled { devices: 0, pass: true })
            }
        }
    }

    /// Takes turns as long as that is all there is to do, and applies what they yield at once, or a step of a task that was
    /// woken. True if there is something to apply, or to look at, before anything else is done.
    #[inline(never)]
    pub fn turns(&mut self, shared: &Shared) -> bool {
        if !shared.is_carefree() {
            return false;
        }
        if WAKERS {
            match shared.runq.first_of_pass() {
                Some(first) if self.take_woken(shared, first) => return true,
                Some(_) => {}
                None => return false,
            }
        }
        let last = self.take_turns(shared, 0);
        self.settle_last(shared, last)
    }

    /// Whole passes if they are nothing but turns, and nothing is to be asked before or after them; false if there is
    /// more to do.
    #[inline(always)]
    pub fn quiet_passes(&mut self, shared: &Shared) -> bool {
        if !self.begins_quietly(shared) {
            return false;
        }
        shared.runq.begin_pass();
        let last = self.take_turns(shared, MORE_PASSES);
        if last.is_none() && self.ends_quietly(shared) {
            return true;
        }
        self.phase = Phase::Run;
        self.settle_last(shared, last);
        false
    }

    /// Takes turns until there is no more in this pass, and in so many quiet ones after it, or one was more than that.
    /// In the last pass a task may also go to sleep.
    #[inline(never)]
    fn take_turns(&self, shared: &Shared, mut more_passes: u32) -> Last {
        let runq = &shared.runq;
        let spare = self.wakes.spare();
        let mut context = Context::from_waker(spare.waker());
        shared.turn.expect(&context);
        loop {
            while let Some((task, leaf)) = runq.first_of_pass().and_then(|entry| plain(shared, entry)) {
                runq.advance();
                let polled = poll(shared, (task, leaf), spare, &mut context);
                if polled.is_ready() || spare.is_held() || !shared.turn.is_turn() {
                    if more_passes == 0 && Self::sleeps(shared, task, &polled, spare) {
                        continue;
                    }
                    return Some((task.slot, polled));
                }
                runq.keep();
            }
            if more_passes == 0 || !self.ends_quietly(shared) {
                break;
            }
            more_passes -= 1;
            runq.begin_pass();
        }
        shared.turn.end();
        shared.turn.take_posted();
        None
    }

    /// Puts a task to sleep if that is what its plain step yielded, and there is a place for it.
    fn sleeps(
        shared: &Shared,
        task: Task<'_>,
        polled: &Poll<Result<(), TaskError>>,
        spare: Spare<'_>,
    ) -> bool {
        let posted = shared.turn.posted();
        if polled.is_ready()
            || spare.is_held()
            || !posted.is_sleep()
            || Self::move_to_timed(shared, Timed::Waiting, task, shared.now(), posted.value as i32).is_err()
        {
            return false;
        }
        shared.runq.anchor();
        true
    }

    /// Settles the step that was more than a turn or a pause, if there was one.
    #[inline(never)]
    fn settle_last(&mut self, shared: &Shared, last: Last) -> bool {
        let Some((slot, polled)) = last else { return false };
        shared.runq.anchor();
        self.settle(shared, shared.task(slot), polled, true);
        true
    }

    /// Whether a pass begins, and nothing could be due: nobody then asks when it began.
    #[inline(always)]
    pub(super) fn begins_quietly(&self, shared: &Shared) -> bool {
        matches!(self.phase, Phase::Expire) && shared.is_quiet()
    }

    /// Whether the pass is over, turns come again, and there is nobody to ask: nobody then asks how long it waited.
    #[inline(always)]
    pub(super) fn ends_quietly(&self, shared: &Shared) -> bool {
        shared.runq.is_pass_over() && shared.runq.keeps_any() && !self.wakes.any()
    }
}

/// The task that an entry of the run queue resumes, and the leaf that this completes, if it is nothing but that.
#[inline(always)]
fn plain(shared: &Shared, entry: RawEntry) -> Option<(Task<'_>, u32)> {
    let slot = entry.plain_slot();
    let header = shared.tasks.first_block().get(slot as usize)?;
    Some((Task { slot, header }, header.plain_leaf()?))
}

#[inline(always)]
fn poll(
    shared: &Shared,
    (task, leaf): (Task<'_>, u32),
    spare: Spare<'_>,
    context: &mut Context<'_>,
) -> Poll<Result<(), TaskError>> {
    spare.lend(task.slot);
    shared.turn.begin(task.slot, leaf);
    let mut taken = task.take_future();
    let future = taken.future.as_mut().unwrap_or_else(|| bug());
    future.as_mut().poll(context)
}

//! Tasks, the run queue, the wait queue and the CPU, as records tell them.
//!
//! Owns [`Scheduling`]. Knows no discipline: a record says what was queued, never why it had to be.
//!
//! Invariant **queue-mirror**: `Ready` appends to the run queue, or to the I/O queue if there is one and I/O is why; a `Step` or a `Callback` takes the
//! first entry that names it; a timer stays in the wait queue until the `Ready` of its number or its
//! `TimerRemoved`. An entry may be in the queues more than once.
//!
//! ```text
//! TaskCreated → Created ─Ready→ Ready ─Step→ Running ─the step's end→ Yielded ─Ready→ Ready
//!                                               │  │                     ├TimerArmed→ Sleeping ─┐
//!                                               │  └→ Parked, Waker      └IoWait→ Waiting ──────┤
//!                                               └Finished→ Finished      Ready ←──────Ready─────┘
//! ```

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use vpyb_core::time::Instant;

use crate::trace::record::{Entry, Interrupt, Kind, Name, Record, Seq, Task, Why, Yielded};

/// What a task is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Phase {
    /// It was made and is in no queue yet.
    Created,
    /// It waits for its turn in the run queue.
    Ready(Why),
    /// The CPU is in its step.
    Running,
    /// Its step is over, and the event loop has not yet acted on what it yielded.
    Yielded(Yielded),
    /// It is in the wait queue until `due`.
    Sleeping {
        /// The number of its timer.
        timer: u32,
        /// When the timer is due.
        due: Instant,
    },
    /// It waits until a device is ready.
    Waiting {
        /// The device.
        device: Name,
        /// True if it waits to write, false to read.
        write: bool,
    },
    /// It is in no queue: only something outside can make it ready.
    Parked,
    /// It waits for a `Waker` of a foreign future.
    Waker,
    /// It has ended, and its last step gave back this.
    Finished(Yielded),
}

/// A task at an instant.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TaskState {
    /// Its name; none if no record made it.
    pub name: Option<Name>,
    /// What it is doing.
    pub phase: Phase,
    /// Since when.
    pub since: Instant,
    /// The record that says so.
    pub by: Seq,
    /// An interrupt that was asked for and not yet delivered, and the record that asked.
    pub pending: Option<(Interrupt, Seq)>,
    /// How many steps it has begun.
    pub steps: u64,
}

/// An entry of the run queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Queued {
    /// What it names.
    pub entry: Entry,
    /// Why it was appended.
    pub why: Why,
    /// Since when it is there.
    pub since: Instant,
    /// The record that appended it.
    pub by: Seq,
    /// It is in the I/O queue, which comes before the run queue.
    pub for_io: bool,
}

/// An entry of the wait queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Armed {
    /// The number of the timer.
    pub timer: u32,
    /// What it makes ready.
    pub entry: Entry,
    /// The tick at which it is due.
    pub due: Instant,
    /// The record that armed it.
    pub by: Seq,
}

/// What the CPU is busy with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cpu {
    /// The task or callback.
    pub entry: Entry,
    /// Since when.
    pub since: Instant,
    /// When it ends; `None` for a step that never did.
    pub until: Option<Instant>,
    /// What the step gives back at its end; `Return` for a callback.
    pub yielded: Yielded,
    /// The record of the step or callback.
    pub by: Seq,
}

/// What the event loop holds, as far as records tell.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Scheduling {
    /// All tasks in order of creation.
    pub tasks: BTreeMap<Task, TaskState>,
    /// What is ready, the next one first: the I/O queue, then the run queue.
    pub run_queue: VecDeque<Queued>,
    /// There is an I/O queue.
    pub has_io_queue: bool,
    /// The wait queue by timer number; [`Scheduling::wait_queue`] has it in order.
    pub timers: BTreeMap<u32, Armed>,
    /// What the CPU is busy with; `None` between steps and when idle.
    pub cpu: Option<Cpu>,
    /// The record with which the event loop stopped, until it goes on.
    pub stopped: Option<Seq>,
}

impl Scheduling {
    /// The wait queue in the order in which its entries become ready.
    pub fn wait_queue(&self) -> Vec<Armed> {
        let mut timers: Vec<Armed> = self.timers.values().copied().collect();
        timers.sort_by_key(|armed| (armed.due, armed.timer));
        timers
    }

    /// How many entries are in the I/O queue.
    fn io_len(&self) -> usize {
        self.run_queue.iter().take_while(|queued| queued.for_io).count()
    }

    /// The places of an entry in the run queue; 0 is next.
    pub fn places(&self, entry: Entry) -> impl Iterator<Item = usize> + '_ {
        self.run_queue
            .iter()
            .enumerate()
            .filter(move |(_, queued)| queued.entry == entry)
            .map(|(place, _)| place)
    }

    /// Ends what the CPU does if it ends at `at` or before.
    pub fn settle(&mut self, at: Instant) {
        if let Some(until) = self.cpu.and_then(|cpu| cpu.until)
            && until <= at
        {
            self.end_step(until);
        }
    }

    /// Takes in a record about scheduling; others are ignored.
    pub fn apply(&mut self, seq: Seq, record: &Record) {
        let at = record.at;
        match record.kind {
            Kind::TaskCreated { task, name } => {
                self.task(task, at, seq).name = Some(name);
            }
            Kind::Ready { entry, why } => self.ready(entry, why, at, seq),
            Kind::Step { task, stale, yielded, took, .. } => {
                let until = (yielded != Yielded::Running).then_some(at + took);
                self.begin(Cpu { entry: Entry::Task(task), since: at, until, yielded, by: seq });
                let state = self.task(task, at, seq);
                state.steps = state.steps.saturating_add(1);
                if !stale {
                    self.enter(task, Phase::Running, at, seq);
                }
            }
            Kind::Callback { callback, took } => {
                let entry = Entry::Callback(callback);
                let yielded = Yielded::Return;
                self.begin(Cpu { entry, since: at, until: Some(at + took), yielded, by: seq });
            }
            Kind::TimerArmed { timer, entry, due } => self.arm(Armed { timer, entry, due, by: seq }, at),
            Kind::TimerRemoved { timer } => {
                self.timers.remove(&timer);
            }
            Kind::IoWait { task, device, write } => {
                self.loop_acts_on(task, at);
                self.enter(task, Phase::Waiting { device, write }, at, seq);
            }
            Kind::CancelRequested { task } => self.request(task, Interrupt::Cancelled, at, seq),
            Kind::TimeoutExpired { task: Some(task) } => self.request(task, Interrupt::TimedOut, at, seq),
            Kind::Interrupted { task, .. } => self.task(task, at, seq).pending = None,
            Kind::Finished { task } => self.finish(task, at, seq),
            Kind::Polled { .. } => self.end_step(at),
            Kind::IoQueue { .. } => self.has_io_queue = true,
            Kind::LoopStopped { .. } => {
                self.end_step(at);
                self.stopped = Some(seq);
            }
            _ => {}
        }
    }

    /// The task's state, made if no record made it.
    fn task(&mut self, task: Task, at: Instant, by: Seq) -> &mut TaskState {
        let new = TaskState { name: None, phase: Phase::Created, since: at, by, pending: None, steps: 0 };
        self.tasks.entry(task).or_insert(new)
    }

    /// Sets what a task does, unless it has finished.
    fn enter(&mut self, task: Task, phase: Phase, at: Instant, by: Seq) {
        let state = self.task(task, at, by);
        if !matches!(state.phase, Phase::Finished(_)) {
            (state.phase, state.since, state.by) = (phase, at, by);
        }
    }

    /// The CPU begins with an entry, which leaves the run queue.
    fn begin(&mut self, cpu: Cpu) {
        self.end_step(cpu.since);
        self.stopped = None;
        if let Some(place) = self.run_queue.iter().position(|queued| queued.entry == cpu.entry) {
            self.run_queue.remove(place);
        }
        self.cpu = Some(cpu);
    }

    /// The step or callback is over.
    fn end_step(&mut self, at: Instant) {
        let Some(cpu) = self.cpu.take() else { return };
        let Entry::Task(task) = cpu.entry else { return };
        if self.tasks.get(&task).is_none_or(|state| state.phase != Phase::Running) {
            return;
        }
        let queued = self.run_queue.iter().find(|queued| queued.entry == cpu.entry);
        let phase = match (cpu.yielded, queued) {
            (Yielded::Return | Yielded::Cancelled | Yielded::TimedOut | Yielded::Raise(_), _) => {
                Phase::Finished(cpu.yielded)
            }
            (_, Some(queued)) => Phase::Ready(queued.why),
            (Yielded::Park | Yielded::StopLoop, _) => Phase::Parked,
            (Yielded::Waker, _) => Phase::Waker,
            (yielded, _) => Phase::Yielded(yielded),
        };
        let end = cpu.until.unwrap_or(at);
        self.enter(task, phase, end, cpu.by);
    }

    /// Ends the step of `task` if the event loop can only act on it once it is over.
    fn loop_acts_on(&mut self, task: Task, at: Instant) {
        if self.cpu.is_some_and(|cpu| cpu.entry == Entry::Task(task)) {
            self.end_step(at);
        }
    }

    fn ready(&mut self, entry: Entry, why: Why, at: Instant, by: Seq) {
        if let Why::Timer(timer) = why {
            self.timers.remove(&timer);
        }
        let gives_up = |cpu: Cpu| matches!(cpu.yielded, Yielded::IoReadDone(_) | Yielded::IoWriteDone(_));
        let for_io = self.has_io_queue
            && match why {
                Why::Device(_) | Why::Interrupted => true,
                Why::Yielded => self.cpu.is_some_and(gives_up),
                _ => false,
            };
        let place = if for_io { self.io_len() } else { self.run_queue.len() };
        self.run_queue.insert(place, Queued { entry, why, since: at, by, for_io });
        let Entry::Task(task) = entry else { return };
        if why == Why::Yielded {
            self.loop_acts_on(task, at);
        }
        // An interrupt that was not delivered yet is lost.
        if matches!(why, Why::Device(_)) {
            self.task(task, at, by).pending = None;
        }
        let running = self.cpu.is_some_and(|cpu| cpu.entry == entry);
        if !running {
            self.enter(task, Phase::Ready(why), at, by);
        }
    }

    fn arm(&mut self, armed: Armed, at: Instant) {
        self.timers.insert(armed.timer, armed);
        let Entry::Task(task) = armed.entry else { return };
        let running = self.cpu.filter(|cpu| cpu.entry == armed.entry);
        // A step that yields no delay may arm timers for waits that it polls itself.
        let sleeps = running.is_none_or(|cpu| {
            matches!(
                cpu.yielded,
                Yielded::Delay(_) | Yielded::SleepMs(_) | Yielded::AfterMs(_) | Yielded::After(_)
            ) && cpu.until.is_some_and(|end| end <= at)
        });
        if sleeps {
            self.loop_acts_on(task, at);
            self.enter(task, Phase::Sleeping { timer: armed.timer, due: armed.due }, at, armed.by);
        }
    }

    fn request(&mut self, task: Task, with: Interrupt, at: Instant, by: Seq) {
        let state = self.task(task, at, by);
        if !matches!(state.phase, Phase::Finished(_)) {
            state.pending = Some((with, by));
        }
    }

    fn finish(&mut self, task: Task, at: Instant, by: Seq) {
        let how = match (self.cpu, self.task(task, at, by).phase) {
            (Some(cpu), Phase::Running) if cpu.entry == Entry::Task(task) => cpu.yielded,
            (_, Phase::Finished(how)) => how,
            _ => Yielded::Return,
        };
        let state = self.task(task, at, by);
        (state.phase, state.since, state.by, state.pending) = (Phase::Finished(how), at, by, None);
    }
}

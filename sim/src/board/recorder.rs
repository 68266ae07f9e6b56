//! Makes records of what the event loop tells.
//!
//! Owns the causes of scheduling: it mirrors the queues, so that a step's record points to the entry that
//! led to it, and that to the timer, the byte or the step that made it ready. It changes nothing that a
//! program can see.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use litemap::LiteMap;
use vpyb_core::observer::{self, Event, ObjectKind, Observer, Use, Why as CoreWhy, Yield};
use vpyb_core::time::Duration;
use vpyb_core::{Interrupt as CoreInterrupt, TaskError};

use super::machine::Machine;
use crate::sight::matches_task;
use crate::trace::record::{self, Entry, Interrupt, Kind, Name, Object, Task, Why, Yielded};
use crate::trace::{Seq, Trace};

/// Records the events of one loop in a machine's trace.
pub struct Recorder {
    machine: Rc<RefCell<Machine>>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// The run queue's entries with the records that queued them.
    ready: VecDeque<(Entry, Seq)>,
    timers: BTreeMap<u32, Seq>,
    /// What interrupted a task that has not noticed yet.
    interrupts: BTreeMap<Task, Seq>,
    /// Names and own prices of tasks, by number.
    tasks: Vec<(Name, Option<Duration>)>,
    prices: LiteMap<String, Duration>,
    under_way: Option<UnderWay>,
    dull: Dull,
}

impl State {
    /// The record that queued an entry, which mostly is the first one; it is queued no more.
    fn take_ready(&mut self, entry: Entry) -> Option<Seq> {
        let first = self.ready.pop_front_if(|(found, _)| *found == entry);
        let queued = first.or_else(|| {
            let place = self.ready.iter().position(|(found, _)| *found == entry)?;
            self.ready.remove(place)
        });
        queued.map(|(_, seq)| seq)
    }
}

/// The step or callback that is open.
struct UnderWay {
    seq: Seq,
    task: Option<Task>,
    yielded: Yielded,
}

/// How long nothing but unchanged zero-delay steps have been seen.
#[derive(Default)]
struct Dull {
    records: usize,
    steps: u64,
    since: vpyb_core::time::Instant,
    /// Something that tasks share was changed.
    used: bool,
}

fn task_of(id: observer::TaskId) -> Task {
    Task(id.0)
}

fn entry_of(entry: observer::Entry) -> Entry {
    match entry {
        observer::Entry::Task(id) => Entry::Task(task_of(id)),
        observer::Entry::Callback(id) => Entry::Callback(id.0),
    }
}

fn interrupt_of(with: CoreInterrupt) -> Interrupt {
    match with {
        CoreInterrupt::Cancelled => Interrupt::Cancelled,
        CoreInterrupt::TimedOut => Interrupt::TimedOut,
        CoreInterrupt::Corrupt => Interrupt::Corrupt,
    }
}

pub(super) fn object_of(kind: ObjectKind) -> Object {
    match kind {
        ObjectKind::Lock => Object::Lock,
        ObjectKind::Event => Object::Event,
        ObjectKind::Barrier => Object::Barrier,
        ObjectKind::Semaphore => Object::Semaphore,
        ObjectKind::Condition => Object::Condition,
        ObjectKind::Queue => Object::Queue,
        ObjectKind::Delay => Object::Delay,
        ObjectKind::Future => Object::Future,
    }
}

pub(super) fn use_of(how: Use) -> record::Use {
    match how {
        Use::WaitsOn => record::Use::WaitsOn,
        Use::WaitEnds => record::Use::WaitEnds,
        Use::Acquired => record::Use::Acquired,
        Use::Released => record::Use::Released,
        Use::Set => record::Use::Set,
        Use::Cleared => record::Use::Cleared,
        Use::Put => record::Use::Put,
        Use::Got => record::Use::Got,
    }
}

fn yielded_of(trace: &mut Trace, yielded: Yield<'_>) -> Yielded {
    match yielded {
        Yield::Bare => Yielded::None,
        Yield::Delay(ms) => Yielded::Delay(ms),
        Yield::SleepMs(ms) => Yielded::SleepMs(ms),
        Yield::IoRead(device) => Yielded::IoRead(trace.name(device)),
        Yield::IoWrite(device) => Yielded::IoWrite(trace.name(device)),
        Yield::IoReadDone(device) => Yielded::IoReadDone(trace.name(device)),
        Yield::IoWriteDone(device) => Yielded::IoWriteDone(trace.name(device)),
        Yield::AfterMs(ms) => Yielded::AfterMs(ms),
        Yield::After(ms) => Yielded::After(ms),
        Yield::Park => Yielded::Park,
        Yield::Waker => Yielded::Waker,
        Yield::StopLoop => Yielded::StopLoop,
        Yield::Return => Yielded::Return,
    }
}

impl Recorder {
    /// A recorder of a machine's loop; `prices` are the steps that cost other than the profile says.
    pub fn new(machine: Rc<RefCell<Machine>>, prices: LiteMap<String, Duration>) -> Self {
        let state = State { prices, ..State::default() };
        Self { machine, state: RefCell::new(state) }
    }

    /// Charges the step or callback that has just ended, and completes its record.
    pub fn charge(&self) {
        let mut state = self.state.borrow_mut();
        let Some(under_way) = state.under_way.take() else { return };
        let mut machine = self.machine.borrow_mut();
        let price = match under_way.task {
            Some(task) => {
                let own = state.tasks.get(task.0 as usize).and_then(|(_, own)| *own);
                machine.profile.price_of_step(own, under_way.yielded)
            }
            None => machine.profile.callback,
        };
        machine.work(price);
        let took = machine.step_so_far();
        let yielded = under_way.task.map(|_| under_way.yielded);
        machine.world.bench.trace.complete(under_way.seq, yielded, took);
        machine.wakes_are_by(None);
        // What the loop does with the yield is caused by this step.
        machine.world.bench.cause_is(Some(under_way.seq));
        machine.step_begins(None);
    }

    /// The numbers of the tasks of this name; `hog` stands for every `hog#n`.
    pub fn tasks_named(&self, wanted: &str) -> Vec<observer::TaskId> {
        let (state, machine) = (self.state.borrow(), self.machine.borrow());
        let trace = &machine.world.bench.trace;
        let own =
            state.tasks.iter().zip(0..).filter(|((name, _), _)| matches_task(wanted, trace.text(*name)));
        own.map(|(_, number)| observer::TaskId(number)).collect()
    }

    /// How long the loop has done nothing but unchanged zero-delay steps, and how many.
    pub fn dull_for(&self) -> (Duration, u64) {
        let state = self.state.borrow();
        (self.machine.borrow().now() - state.dull.since, state.dull.steps)
    }

    /// Whether an entry is in the wait queue.
    pub fn timers_pending(&self) -> bool {
        !self.state.borrow().timers.is_empty()
    }

    fn open(&self, state: &mut State, machine: &mut Machine, entry: Entry, kind: Kind) {
        let cause = state.take_ready(entry);
        machine.world.bench.cause_is(cause);
        let seq = machine.world.bench.record_cause(kind);
        let task = match entry {
            Entry::Task(task) => Some(task),
            Entry::Callback(_) => None,
        };
        machine.wakes_are_by(Some(seq));
        state.under_way = Some(UnderWay { seq, task, yielded: Yielded::Running });
        machine.step_begins(task);
    }

    /// Notes how the open step ended, and whether anything but time has changed since the last dull one.
    fn close(&self, state: &mut State, machine: &Machine, yielded: Yielded) {
        if let Some(under_way) = &mut state.under_way {
            under_way.yielded = yielded;
        }
        let zero = matches!(yielded, Yielded::None | Yielded::Delay(0) | Yielded::SleepMs(0));
        // A dull step leaves three records at the most: its entry's, its own, and that of a poll before it.
        // The notes of a script are no change: what its operations do has records of its own.
        let records = machine.world.bench.trace.records().len() - machine.notes;
        let dull = zero && records <= state.dull.records + 3 && !state.dull.used;
        if dull {
            state.dull.steps += 1;
        } else {
            (state.dull.steps, state.dull.since) = (0, machine.now());
        }
        (state.dull.records, state.dull.used) = (records, false);
    }

    fn raise_name(machine: &mut Machine, error: &TaskError) -> Yielded {
        match error {
            TaskError::Interrupted(CoreInterrupt::Cancelled) => Yielded::Cancelled,
            TaskError::Interrupted(CoreInterrupt::TimedOut) => Yielded::TimedOut,
            other => Yielded::Raise(machine.world.bench.trace.name(&other.to_string())),
        }
    }

    /// Interrupts of tasks: what asked for one is the cause of its delivery.
    fn interrupts(state: &mut State, machine: &mut Machine, event: Event<'_>) {
        match event {
            Event::Interrupted { task, with } => {
                let task = task_of(task);
                let cause = state.interrupts.remove(&task).or(machine.world.bench.cause());
                let context = machine.world.bench.cause_is(cause);
                machine.world.bench.record(Kind::Interrupted { task, with: interrupt_of(with) });
                machine.world.bench.cause_is(context);
            }
            Event::CancelRequested { task } => {
                let task = task_of(task);
                let seq = machine.world.bench.record(Kind::CancelRequested { task });
                state.interrupts.insert(task, seq);
            }
            Event::TimeoutExpired { task } => {
                let task = task.map(task_of);
                let seq = machine.world.bench.record(Kind::TimeoutExpired { task });
                if let Some(task) = task {
                    state.interrupts.insert(task, seq);
                }
            }
            _ => unreachable!("an event of interrupts"),
        }
    }

    fn scheduling(&self, state: &mut State, machine: &mut Machine, event: Event<'_>) {
        let bench = &mut machine.world.bench;
        match event {
            Event::TaskCreated { task, name } => {
                let text = name.to_string();
                let base = text.split('#').next().unwrap_or(&text);
                let own = state.prices.get(&text).or_else(|| state.prices.get(base)).copied();
                let name = bench.trace.name(&text);
                state.tasks.push((name, own));
                bench.record(Kind::TaskCreated { task: task_of(task), name });
            }
            Event::Ready { entry, why } => {
                let entry = entry_of(entry);
                let (why, cause) = match why {
                    CoreWhy::Created => (Why::Created, bench.cause()),
                    CoreWhy::Yielded => (Why::Yielded, bench.cause()),
                    CoreWhy::Timer(timer) => (Why::Timer(timer), state.timers.remove(&timer)),
                    CoreWhy::Device(device) => {
                        let device = bench.trace.name(device);
                        (Why::Device(device), machine.ready_cause.take())
                    }
                    CoreWhy::Interrupted => (Why::Interrupted, bench.cause()),
                    CoreWhy::Woken(mark) => (Why::Woken, mark.checked_sub(1).map(Seq).or(bench.cause())),
                    CoreWhy::Requeued => (Why::Requeued, bench.cause()),
                };
                let context = machine.world.bench.cause_is(cause);
                let seq = machine.world.bench.record(Kind::Ready { entry, why });
                machine.world.bench.cause_is(context);
                state.ready.push_back((entry, seq));
            }
            Event::TimerArmed { timer, entry, due } => {
                let due = machine.since_start(due);
                let kind = Kind::TimerArmed { timer, entry: entry_of(entry), due };
                let seq = machine.world.bench.record(kind);
                state.timers.insert(timer, seq);
            }
            Event::TimerDropped { timer } => {
                bench.record(Kind::TimerRemoved { timer });
                state.timers.remove(&timer);
            }
            Event::Polled { timeout_ms, since, ready } => {
                let now = machine.now();
                let waited = now - machine.since_start(since);
                if !waited.is_zero() {
                    (state.dull.steps, state.dull.since) = (0, now);
                }
                machine.world.bench.record(Kind::Polled { timeout_ms, waited, ready });
                machine.wakes_are_by(None);
            }
            Event::QueueFull { full, task } => {
                let queue = bench.trace.name(full.queue().name());
                let len = u16::try_from(full.capacity()).unwrap_or(u16::MAX);
                bench.record(Kind::QueueFull { queue, len, task: task.map(task_of) });
            }
            Event::LoopStopped { error } => {
                let error = error.map(|error| bench.trace.name(&error.to_string()));
                bench.record(Kind::LoopStopped { error });
            }
            _ => unreachable!("an event of steps"),
        }
    }
}

impl Observer for Recorder {
    fn observe(&self, event: Event<'_>) {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let mut machine = self.machine.borrow_mut();
        let machine = &mut *machine;
        match event {
            Event::StepBegins { task, first, stale } => {
                let task = task_of(task);
                let (yielded, took) = (Yielded::Running, Duration::ZERO);
                let kind = Kind::Step { task, first, stale, yielded, took };
                self.open(state, machine, Entry::Task(task), kind);
            }
            Event::CallbackBegins { callback } => {
                let kind = Kind::Callback { callback: callback.0, took: Duration::ZERO };
                self.open(state, machine, Entry::Callback(callback.0), kind);
            }
            Event::StepEnds { task, yielded } => {
                let yielded = yielded_of(&mut machine.world.bench.trace, yielded);
                if matches!(yielded, Yielded::Return | Yielded::StopLoop) {
                    machine.world.bench.record(Kind::Finished { task: task_of(task) });
                }
                self.close(state, machine, yielded);
            }
            Event::StepFails { task, error } => {
                let yielded = Self::raise_name(machine, error);
                machine.world.bench.record(Kind::Finished { task: task_of(task) });
                self.close(state, machine, yielded);
            }
            Event::CallbackEnds { .. } => self.close(state, machine, Yielded::Return),
            Event::Interrupted { .. } | Event::CancelRequested { .. } | Event::TimeoutExpired { .. } => {
                Self::interrupts(state, machine, event);
            }
            Event::IoWait { task, device, write } => {
                let device = machine.world.bench.trace.name(device);
                machine.world.bench.record(Kind::IoWait { task: task_of(task), device, write });
            }
            Event::PartCancelled { task, part } => {
                let part = machine.world.bench.trace.name(part);
                machine.world.bench.record(Kind::PartCancelled { task: task.map(task_of), part });
            }
            Event::Unawaited { task, what } => {
                let what = machine.world.bench.trace.name(what);
                machine.world.bench.record(Kind::Unawaited { task: task.map(task_of), what });
            }
            Event::NeverStarted { task } => {
                machine.world.bench.record(Kind::NeverStarted { task: task_of(task) });
            }
            Event::Uncaught { task, error } => {
                let name = state.tasks.get(task.0 as usize).map(|(name, _)| *name);
                let name = name.map_or("", |name| machine.world.bench.trace.text(name));
                let line = format!("Task exception wasn't retrieved: {name}: {error}\n");
                machine.print(&line);
            }
            Event::Used { task, object, how } => {
                state.dull.used |= how != Use::WaitsOn;
                let name = machine.world.bench.trace.name(object.name);
                let (object, how) = (object_of(object.kind), use_of(how));
                machine.world.bench.record(Kind::Used { task: task.map(task_of), object, name, how });
            }
            scheduling => self.scheduling(state, machine, scheduling),
        }
    }
}

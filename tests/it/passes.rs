//! A whole pass a call does what its steps do: [`Firmware::run_pass`] beside [`Firmware::step`].
//!
//! Owns random programs that use all of the event loop, and the list of what it tells while they run. The clock moves
//! only in busy steps and while the loop idles, since the owner of a chip charges nothing between steps.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

use proptest::prelude::*;
use vpyb_core::clock::Clock;
use vpyb_core::observer::{Event, Observer};
use vpyb_core::stream::{Pollable, Readiness, StreamRead};
use vpyb_core::sync::Queue;
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{
    Config, Discipline, EventLoop, Firmware, Overrides, Setup, Step, StreamReader, TaskError, TaskHandle, Top,
};

// ---- programs --------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
enum Op {
    Yield,
    Sleep(i32),
    After(i32),
    Park,
    /// Keeps the CPU for so many microseconds.
    Busy(u64),
    Create(usize),
    CreateLater(usize, i32),
    Cancel(usize),
    Requeue(usize),
    Join(usize),
    CallSoon,
    CallLater(i32),
    CallAfter(i32),
    /// Waits for an event that wakes, and clears it.
    Hear,
    Say,
    /// Puts into a queue of one place, takes from it.
    Put,
    Get,
    Read,
    /// Two pauses, until the shorter one is over: the slow path, and an entry that is taken back.
    Either(i32, i32),
    WaitFor(i32, Vec<Op>),
    /// Traps what interrupts the operations inside.
    Trap(Vec<Op>),
    Fail,
    Stop,
}

#[derive(Clone, Debug)]
struct Program {
    config: Config,
    /// A task's number is its place; the first one is the program's own.
    tasks: Vec<Vec<Op>>,
}

const TASKS: usize = 6;
/// So many are made at the beginning, beside the program's own.
const MADE: usize = 3;
/// Tasks make tasks that make tasks; no more than so many.
const MOST: usize = 20;

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let leaf = prop_oneof![
        6 => Just(Op::Yield),
        6 => (-2..12).prop_map(Op::Sleep),
        1 => (-2..12).prop_map(Op::After),
        1 => Just(Op::Park),
        3 => (0..3000_u64).prop_map(Op::Busy),
        4 => (0..TASKS).prop_map(Op::Create),
        1 => ((0..TASKS), (0..5)).prop_map(|(task, ms)| Op::CreateLater(task, ms)),
        4 => (0..TASKS).prop_map(Op::Cancel),
        2 => (0..TASKS).prop_map(Op::Requeue),
        2 => (0..TASKS).prop_map(Op::Join),
        2 => Just(Op::CallSoon),
        2 => (-1..8).prop_map(Op::CallLater),
        1 => (-1..8).prop_map(Op::CallAfter),
        2 => Just(Op::Hear),
        2 => Just(Op::Say),
        3 => Just(Op::Put),
        3 => Just(Op::Get),
        2 => Just(Op::Read),
        2 => ((0..12), (0..12)).prop_map(|(one, other)| Op::Either(one, other)),
    ];
    let leaf = prop_oneof![60 => leaf, 1 => Just(Op::Fail), 1 => Just(Op::Stop)];
    let op = leaf.prop_recursive(2, 12, 4, |inner| {
        let inner = prop::collection::vec(inner, 0..4);
        prop_oneof![
            2 => ((0..12), inner.clone()).prop_map(|(ms, ops)| Op::WaitFor(ms, ops)),
            1 => inner.prop_map(Op::Trap),
        ]
    });
    prop::collection::vec(op, 0..8)
}

fn programs() -> impl Strategy<Value = Program> {
    let discipline = prop_oneof![
        2 => Just(Discipline::UasyncioV2),
        2 => ((0..2_usize), (0..2_usize), (0..4)).prop_map(|(io, lp, max_overdue_ms)| Discipline::FastIo {
            ioq_len: 4 * io,
            lp_len: 4 * lp,
            max_overdue_ms,
        }),
        2 => Just(Discipline::Asyncio3),
    ];
    let config = (discipline, 6..20_usize, 3..20_usize)
        .prop_map(|(discipline, runq_len, waitq_len)| Config { discipline, runq_len, waitq_len });
    (config, prop::collection::vec(ops(), TASKS)).prop_map(|(config, tasks)| Program { config, tasks })
}

// ---- running them ----------------------------------------------------------------------------------

/// Before what the event loop tells.
const TOLD: &str = "told: ";

/// Time, the device, and the list of what happened.
#[derive(Default)]
struct Bench {
    now: Cell<Instant>,
    lines: RefCell<Vec<String>>,
}

impl Bench {
    fn note(&self, what: impl std::fmt::Display) {
        self.lines.borrow_mut().push(format!("{} {what}", self.now.get().as_micros()));
    }
}

impl Clock for Bench {
    fn now(&self) -> Instant {
        self.now.get()
    }
}

impl Observer for Bench {
    fn observe(&self, event: Event<'_>) {
        self.note(format_args!("{TOLD}{event:?}"));
    }
}

/// Ready in one of four milliseconds.
struct Device(Rc<Bench>);

impl Pollable for Device {
    fn name(&self) -> &str {
        "device"
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        if self.0.now.get().as_millis() % 4 == 3 { interest } else { Readiness::NONE }
    }
}

impl StreamRead for Device {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        buf.fill(7);
        Some(buf.len())
    }
}

/// Says that what held it was dropped.
struct Dropped(Rc<Bench>, usize);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.note(format_args!("dropped {}", self.1));
    }
}

struct Run {
    ev: EventLoop,
    bench: Rc<Bench>,
    reader: StreamReader<Device>,
    event: vpyb_core::sync::Event,
    queue: Queue<Instant>,
    tasks: Vec<Vec<Op>>,
    handles: RefCell<Vec<Option<TaskHandle>>>,
    made: Cell<usize>,
}

type Ending<'a> = Pin<Box<dyn Future<Output = Result<(), TaskError>> + 'a>>;

impl Run {
    async fn task(self: Rc<Self>, task: usize) -> Result<(), TaskError> {
        let _dropped = Dropped(self.bench.clone(), task);
        let ended = self.operations(&self.tasks[task]).await;
        self.bench.note(format_args!("{task} ended with {ended:?}"));
        ended
    }

    fn operations<'a>(self: &'a Rc<Self>, ops: &'a [Op]) -> Ending<'a> {
        Box::pin(async move {
            for op in ops {
                self.bench.note(format_args!("{op:?}"));
                self.operation(op).await?;
            }
            Ok(())
        })
    }

    fn handle(&self, task: usize) -> Option<TaskHandle> {
        self.handles.borrow()[task].clone()
    }

    fn create(self: &Rc<Self>, task: usize, later_ms: Option<i32>) {
        if self.made.get() == MOST {
            return;
        }
        self.made.set(self.made.get() + 1);
        let (future, ms) = (self.clone().task(task), later_ms.unwrap_or(0));
        match self.ev.create_task_later_ms_named(format!("t{task}"), ms, future) {
            Ok(handle) => drop(self.handles.borrow_mut()[task].replace(handle)),
            Err(error) => self.bench.note(format_args!("not created: {error}")),
        }
    }

    fn say(&self, result: impl std::fmt::Debug) {
        self.bench.note(format_args!("{result:?}"));
    }

    async fn operation(self: &Rc<Self>, op: &Op) -> Result<(), TaskError> {
        let (ev, bench) = (&self.ev, self.bench.clone());
        let calls = move || bench.note("called");
        match op {
            Op::Yield => ev.yield_now().await?,
            Op::Sleep(ms) => ev.sleep_ms(*ms).await?,
            Op::After(ms) => ev.after_ms(*ms).await?,
            Op::Park => ev.park().await?,
            Op::Busy(us) => self.bench.now.set(self.bench.now.get() + Duration::from_micros(*us)),
            Op::Create(task) => self.create(*task, None),
            Op::CreateLater(task, ms) => self.create(*task, Some(*ms)),
            Op::Cancel(task) => self.say(self.handle(*task).map(|task| ev.cancel(&task))),
            Op::Requeue(task) => self.say(self.handle(*task).map(|task| ev.requeue(&task))),
            Op::Join(task) => {
                if let Some(task) = self.handle(*task) {
                    self.say(ev.join(&task).await);
                }
            }
            Op::CallSoon => self.say(ev.call_soon(calls)),
            Op::CallLater(ms) => self.say(ev.call_later_ms(*ms, calls)),
            Op::CallAfter(ms) => self.say(ev.call_after_ms(*ms, calls)),
            Op::Hear => {
                ev.interruptible(self.event.wait()).await?;
                self.event.clear();
            }
            Op::Say => self.event.set(()),
            Op::Put => ev.interruptible(self.queue.put(self.bench.now.get())).await?,
            Op::Get => self.say(ev.interruptible(self.queue.get()).await?),
            Op::Read => drop(self.reader.read(1).await?),
            Op::Either(one, other) => {
                let (mut one, mut other) = (pin!(ev.sleep_ms(*one)), pin!(ev.sleep_ms(*other)));
                poll_fn(|cx| match one.as_mut().poll(cx) {
                    Poll::Pending => other.as_mut().poll(cx),
                    ready => ready,
                })
                .await?;
            }
            Op::WaitFor(ms, ops) => ev.wait_for_ms(self.operations(ops), *ms).await?,
            Op::Trap(ops) => self.say(self.operations(ops).await),
            Op::Fail => return Err(TaskError::failed("failed")),
            Op::Stop => self.say(ev.stop()),
        }
        Ok(())
    }
}

/// Runs the program's own task, and twice more what is left when that has ended.
async fn top_level(top: Top<Rc<Bench>>, program: Program) -> Result<(), TaskError> {
    let (ev, bench) = (top.event_loop(program.config), top.board().clone());
    let reader = StreamReader::new(&ev, Rc::new(Device(bench.clone())));
    let event = vpyb_core::sync::Event::new().named(&ev, "event");
    let handles = RefCell::new(vec![None; TASKS]);
    let (queue, tasks) = (Queue::bounded(1), program.tasks);
    let run = Rc::new(Run { ev, bench, reader, event, queue, tasks, handles, made: Cell::new(0) });
    (1..=MADE).for_each(|task| run.create(task, None));
    let ended = top.run_until_complete(run.clone().task(0)).named("t0").await;
    run.say(ended);
    for _ in 0..2 {
        let again = top.run_forever().await;
        run.say(again);
    }
    Ok(())
}

/// All that happens until nothing more can; unobserved, what the program itself notes.
fn lines(program: &Program, observed: bool, mut step: impl FnMut(&mut Firmware) -> Step) -> Vec<String> {
    let bench = Rc::new(Bench::default());
    let (clock, observer) = (bench.clone(), observed.then(|| bench.clone() as Rc<dyn Observer>));
    let setup = Setup { clock, observer, overrides: Overrides::default(), started: None };
    let program = program.clone();
    let mut firmware = Firmware::new(setup, bench.clone(), move |top| top_level(top, program));
    loop {
        match step(&mut firmware) {
            Step::Done => break,
            Step::Idle { until, sample } => {
                let tick = Instant::from_millis(bench.now.get().as_millis() + 1);
                let Some(next) = until.into_iter().chain(sample.then_some(tick)).min() else { break };
                bench.now.set(next);
            }
            _ => {}
        }
    }
    bench.note("dropped");
    drop(firmware);
    bench.lines.take()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_pass_is_what_its_steps_are(program in programs()) {
        let pass = |firmware: &mut Firmware| {
            let step = firmware.run_pass();
            assert!(!matches!(step, Step::Task | Step::Callback), "{step:?} is no end of a pass");
            step
        };
        let by_steps = |observed| {
            let mut steps = Vec::new();
            let lines = lines(&program, observed, |firmware| {
                steps.push(firmware.step());
                steps[steps.len() - 1]
            });
            (lines, steps)
        };
        let (told, steps) = by_steps(true);
        prop_assert_eq!(&lines(&program, true, pass), &told);
        // An observer is told of more, and changes nothing.
        let noted: Vec<_> = told.into_iter().filter(|line| !line.contains(TOLD)).collect();
        let (noted_unobserved, steps_unobserved) = by_steps(false);
        prop_assert_eq!(&noted_unobserved, &noted);
        prop_assert_eq!(&steps_unobserved, &steps);
        prop_assert_eq!(&lines(&program, false, pass), &noted);
    }

    /// A program that never rests gives its owner the turn again and again, after whole passes and few of them.
    #[test]
    fn a_pass_ends_although_tasks_only_take_turns(tasks in 1..9_usize, which in 0..4_usize) {
        let io = Discipline::FastIo { ioq_len: 2, lp_len: 0, max_overdue_ms: 0 };
        let discipline = [Discipline::ALL, &[io]].concat()[which];
        let bench = Rc::new(Bench::default());
        let setup =
            Setup { clock: bench.clone(), observer: None, overrides: Overrides::default(), started: None };
        let turns = Rc::new(Cell::new(0));
        let counted = turns.clone();
        let mut firmware = Firmware::new(setup, (), move |top| async move {
            let ev = top.event_loop(Config { discipline, ..Config::default() });
            for _ in 0..tasks {
                let (ev, turns) = (ev.clone(), counted.clone());
                ev.clone().create_task(async move {
                    loop {
                        turns.set(turns.get() + 1);
                        ev.yield_now().await?;
                    }
                })?;
            }
            Ok(top.run_forever().await?)
        });
        prop_assert_eq!(firmware.run_pass(), Step::Main);
        for _ in 1..20 {
            let before = turns.get();
            let step = firmware.run_pass();
            prop_assert!(matches!(step, Step::Polled { .. }), "{:?}", step);
            let turns: usize = turns.get() - before;
            prop_assert!(turns.is_multiple_of(tasks) && (1..=8).contains(&(turns / tasks)), "{turns} turns");
        }
    }
}

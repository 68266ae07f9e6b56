//! A second opinion on `asyncio-v3`: tokio's current-thread runtime with paused time.
//!
//! Owns random plans and their two executions, which agree in who runs when. Where the two differ by design, the
//! plans stay away: a pause is at least one millisecond, because tokio's pause of none does not yield; a yield wakes
//! itself, because tokio's own waits for the drivers; a cancellation is a flag and a waker there, because tokio's
//! `abort` drops the task and runs nothing of it; a task does not cancel itself; steps cost nothing, because
//! tokio's time stands still while tasks run.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use proptest::prelude::*;
use tokio::task::{LocalSet, spawn_local};
use vpyb_core::clock::Clock;
use vpyb_core::time::Instant;
use vpyb_core::{
    Config, Discipline, EventLoop, Firmware, Interrupt, Overrides, Setup, Step, TaskError, TaskHandle,
};

#[derive(Clone, Copy, Debug)]
enum Op {
    Sleep(u16),
    Yield,
    Spawn(usize),
    Cancel(usize),
}

/// A task's name is its place.
type Plan = Vec<Vec<Op>>;
/// Milliseconds, task, and which of its operations is next; the last number if it was cancelled.
type Log = Rc<RefCell<Vec<(u64, usize, usize)>>>;

const TASKS: usize = 6;
/// So many are made at the beginning; the others are spawned, or never.
const STARTED: usize = 3;
const CANCELLED: usize = 99;

fn plans() -> impl Strategy<Value = Plan> {
    let op = prop_oneof![
        4 => (1..8_u16).prop_map(Op::Sleep),
        1 => (60..140_u16).prop_map(Op::Sleep),
        2 => Just(Op::Yield),
        2 => (0..TASKS).prop_map(Op::Spawn),
        2 => (0..TASKS).prop_map(Op::Cancel),
    ];
    prop::collection::vec(prop::collection::vec(op, 0..7), TASKS)
}

// ---- ours ------------------------------------------------------------------------------------------

struct Ours {
    ev: EventLoop,
    plan: Plan,
    made: RefCell<Vec<Option<TaskHandle>>>,
    log: Log,
}

impl Ours {
    fn spawn(self: &Rc<Self>, task: usize) {
        if self.made.borrow()[task].is_none() {
            let handle = self.ev.create_task(self.clone().task(task)).expect("the queue grows");
            self.made.borrow_mut()[task] = Some(handle);
        }
    }

    async fn task(self: Rc<Self>, task: usize) -> Result<(), TaskError> {
        let ended = self.operations(task).await;
        if ended.is_err() {
            self.log.borrow_mut().push((self.ev.time().into(), task, CANCELLED));
        }
        Ok(())
    }

    async fn operations(self: &Rc<Self>, task: usize) -> Result<(), Interrupt> {
        for (i, op) in self.plan[task].iter().enumerate() {
            self.log.borrow_mut().push((self.ev.time().into(), task, i));
            match *op {
                Op::Sleep(ms) => self.ev.sleep_ms(ms.into()).await?,
                Op::Yield => self.ev.yield_now().await?,
                Op::Spawn(other) => self.spawn(other),
                Op::Cancel(other) => {
                    let handle = self.made.borrow()[other].clone().filter(|_| other != task);
                    handle.map_or(Ok(()), |handle| self.ev.cancel(&handle)).expect("another task");
                }
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct HandClock(Cell<Instant>);

impl Clock for HandClock {
    fn now(&self) -> Instant {
        self.0.get()
    }
}

fn ours(plan: &Plan) -> Vec<(u64, usize, usize)> {
    let (clock, log) = (Rc::new(HandClock::default()), Log::default());
    let overrides = Overrides { discipline: Some(Discipline::Asyncio3), ..Overrides::default() };
    let setup = Setup { clock: clock.clone(), observer: None, overrides, started: None };
    let (plan, kept) = (plan.clone(), log.clone());
    let mut firmware = Firmware::new(setup, (), move |top| async move {
        let ev = top.event_loop(Config::default());
        let made = RefCell::new(vec![None; TASKS]);
        let ours = Rc::new(Ours { ev, plan, made, log });
        (0..STARTED).for_each(|task| ours.spawn(task));
        Ok(top.run_forever().await?)
    });
    loop {
        match firmware.step() {
            Step::Idle { until: Some(until), .. } => clock.0.set(until),
            Step::Idle { until: None, .. } => return kept.take(),
            _ => {}
        }
    }
}

// ---- tokio's ---------------------------------------------------------------------------------------

#[derive(Clone, Default)]
struct Flag(Rc<RefCell<(bool, Option<Waker>)>>);

impl Flag {
    fn raise(&self) {
        let waker = {
            let mut flag = self.0.borrow_mut();
            flag.0 = true;
            flag.1.take()
        };
        waker.inspect(Waker::wake_by_ref);
    }
}

struct Tokio {
    plan: Plan,
    flags: RefCell<Vec<Option<Flag>>>,
    began: tokio::time::Instant,
    log: Log,
}

impl Tokio {
    fn note(&self, task: usize, what: usize) {
        let ms = self.began.elapsed().as_millis() as u64;
        self.log.borrow_mut().push((ms, task, what));
    }

    fn spawn(self: &Rc<Self>, task: usize) {
        if self.flags.borrow()[task].is_none() {
            let flag = Flag::default();
            self.flags.borrow_mut()[task] = Some(flag.clone());
            spawn_local(self.clone().task(task, flag));
        }
    }

    fn task(self: Rc<Self>, task: usize, flag: Flag) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(async move {
            // A task that is cancelled before its first step never runs.
            if !flag.0.borrow().0 && self.operations(task, &flag).await.is_err() {
                self.note(task, CANCELLED);
            }
        })
    }

    async fn operations(self: &Rc<Self>, task: usize, flag: &Flag) -> Result<(), ()> {
        for (i, op) in self.plan[task].iter().enumerate() {
            self.note(task, i);
            match *op {
                Op::Sleep(ms) => unless(flag, tokio::time::sleep(Duration::from_millis(ms.into()))).await?,
                Op::Yield => unless(flag, turn()).await?,
                Op::Spawn(other) => self.spawn(other),
                Op::Cancel(other) if other != task => {
                    let flag = self.flags.borrow()[other].clone();
                    flag.inspect(Flag::raise);
                }
                Op::Cancel(_) => {}
            }
        }
        Ok(())
    }
}

async fn turn() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Awaits a future unless the flag is raised.
async fn unless(flag: &Flag, future: impl Future<Output = ()>) -> Result<(), ()> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        if flag.0.borrow().0 {
            return Poll::Ready(Err(()));
        }
        flag.0.borrow_mut().1 = Some(cx.waker().clone());
        future.as_mut().poll(cx).map(Ok)
    })
    .await
}

fn tokios(plan: &Plan) -> Vec<(u64, usize, usize)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let log = Log::default();
    let tasks = LocalSet::new();
    runtime.expect("a runtime").block_on(tasks.run_until(async {
        let began = tokio::time::Instant::now();
        let flags = RefCell::new(vec![None; TASKS]);
        let tokio = Rc::new(Tokio { plan: plan.clone(), flags, began, log: log.clone() });
        (0..STARTED).for_each(|task| tokio.spawn(task));
        // Longer than all pauses of a plan together.
        tokio::time::sleep(Duration::from_secs(60)).await;
    }));
    log.take()
}

/// One plan written out, so that what the random ones compare is seen: operations, and at last the interrupts.
#[test]
fn both_tell_of_yields_and_cancellations() {
    use Op::{Cancel, Sleep, Spawn, Yield};
    let plan = vec![
        vec![Sleep(100)],
        vec![Yield, Sleep(2), Cancel(0), Yield, Cancel(3)],
        vec![Sleep(2), Spawn(3)],
        vec![Sleep(5)],
        vec![],
        vec![],
    ];
    let expected = [
        (0, 0, 0),
        (0, 1, 0),
        (0, 2, 0),
        (0, 1, 1),
        (2, 2, 1),
        (2, 1, 2),
        (2, 1, 3),
        (2, 3, 0),
        (2, 0, CANCELLED),
        (2, 1, 4),
        (2, 3, CANCELLED),
    ];
    assert_eq!(ours(&plan), expected);
    assert_eq!(tokios(&plan), expected);
}

proptest! {
    #[test]
    fn both_agree_on_who_runs_when(plan in plans()) {
        prop_assert_eq!(ours(&plan), tokios(&plan));
    }
}

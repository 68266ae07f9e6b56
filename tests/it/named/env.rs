//! What a Python program finds at its top level: the loop, the console, the clock.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use vpyb_core::{Board, Config, Discipline, EventLoop, Interrupt, RunError, TaskError, Top};

use crate::bench::TestBoard;

/// A program's top level, ready to be awaited.
pub type Program = Pin<Box<dyn Future<Output = Result<(), TaskError>>>>;

/// How tasks end.
pub type Ended = Result<(), TaskError>;

/// Bytes as Python prints them.
pub fn bytes(data: &[u8]) -> String {
    let text: String =
        data.iter().flat_map(|&byte| std::ascii::escape_default(byte)).map(char::from).collect();
    format!("b'{text}'")
}

/// Whether a handler for cancellation traps it.
pub fn is_cancelled<T>(ended: &Result<T, TaskError>) -> bool {
    ended.as_ref().err().and_then(TaskError::interrupt).is_some_and(Interrupt::is_cancelled)
}

/// Whether a handler for time-outs traps it.
pub fn is_timed_out<T>(ended: &Result<T, TaskError>) -> bool {
    ended.as_ref().err().and_then(TaskError::interrupt) == Some(Interrupt::TimedOut)
}

/// What every task may use.
#[derive(Clone)]
pub struct Env {
    pub ev: EventLoop,
    pub board: TestBoard,
}

impl Env {
    /// Prints a line.
    pub fn print(&self, text: fmt::Arguments<'_>) {
        self.board.println(text);
    }

    /// The loop's time in milliseconds.
    pub fn time(&self) -> u32 {
        self.ev.time()
    }

    /// Queues a task, which is named after its function.
    pub fn create(&self, task: impl Future<Output = Ended> + 'static) {
        self.ev.create_task(task).expect("the run queue has room");
    }

    /// Has `queue` make tasks in another way than by `create_task`, of which the recordings say nothing.
    pub fn unseen<T>(&self, queue: impl FnOnce() -> T) -> T {
        self.board.state().lines.unseen = true;
        let queued = queue();
        self.board.state().lines.unseen = false;
        queued
    }

    /// Whether the loop is the variant with I/O priority.
    pub fn fast(&self) -> bool {
        matches!(self.ev.config().discipline, Discipline::FastIo { .. })
    }

    /// `utime.sleep_us`.
    pub fn busy_us(&self, us: u32) {
        self.board.delay_us(us);
    }
}

/// Prints a line as `format!` makes it.
macro_rules! say {
    ($env:expr, $($text:tt)*) => { $env.print(format_args!($($text)*)) };
}

/// The top level: it can run the loop.
pub struct Main {
    top: Top<TestBoard>,
    env: Env,
    runs: Cell<u32>,
}

impl Deref for Main {
    type Target = Env;

    fn deref(&self) -> &Env {
        &self.env
    }
}

impl Main {
    /// What tasks may use.
    pub fn env(&self) -> Env {
        self.env.clone()
    }

    /// The loop's `run_until_complete`.
    pub async fn run<T: 'static>(
        &self,
        task: impl Future<Output = Result<T, TaskError>> + 'static,
    ) -> Result<T, RunError> {
        self.runs.set(self.runs.get() + 1);
        let name = format!("_run_and_stop#{}", self.runs.get());
        self.top.run_until_complete(task).named(name).await
    }

    /// The loop's `run_forever`.
    pub async fn run_forever(&self) -> Result<(), RunError> {
        self.top.run_forever().await
    }
}

/// A program out of its top level.
pub fn program<F>(top: Top<TestBoard>, body: impl FnOnce(Main) -> F) -> Program
where
    F: Future<Output = Ended> + 'static,
{
    program_with(top, Config::default(), body)
}

/// As [`program`], with a loop of its own making.
pub fn program_with<F>(top: Top<TestBoard>, config: Config, body: impl FnOnce(Main) -> F) -> Program
where
    F: Future<Output = Ended> + 'static,
{
    let env = Env { ev: top.event_loop(config), board: top.board().clone() };
    Box::pin(body(Main { top, env, runs: Cell::new(0) }))
}

/// A task that only pauses, for seconds.
pub async fn sleep(env: Env, seconds: f64) -> Ended {
    Ok(env.ev.sleep(seconds).await?)
}

/// A task that only pauses, for milliseconds.
pub async fn sleep_ms(env: Env, ms: i32) -> Ended {
    Ok(env.ev.sleep_ms(ms).await?)
}

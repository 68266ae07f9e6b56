//! What the tutorial's programs find at their top level: an event loop, a console, a clock.
//!
//! Owns [`Env`], which every task of a program is given, and [`Main`], the top level that runs the loop. Each run is a
//! task of its own, `main#1` and up. Knows no program.

use alloc::boxed::Box;
use alloc::format;
use core::cell::Cell;
use core::future::Future;
use core::ops::Deref;
use core::pin::Pin;

use vpyb_core::{Board, Config, Discipline, EventLoop, RunError, TaskError, Top};

/// How tasks end.
pub type Ended = Result<(), TaskError>;

type AnyTask<T> = Pin<Box<dyn Future<Output = Result<T, TaskError>>>>;

/// What every task may use.
#[derive(Clone)]
pub struct Env<B> {
    pub ev: EventLoop,
    pub board: B,
}

impl<B: Board> Env<B> {
    /// The loop's time in milliseconds.
    pub fn time(&self) -> u32 {
        self.ev.time()
    }

    /// Whether the loop is the variant with I/O priority.
    pub fn is_fast(&self) -> bool {
        matches!(self.ev.config().discipline, Discipline::FastIo { .. })
    }
}

/// Prints a line as `format!` makes it.
macro_rules! say {
    ($env:expr, $($text:tt)*) => { $env.board.println(format_args!($($text)*)) };
}

/// The top level: it can run the loop.
pub struct Main<B> {
    top: Top<B>,
    env: Env<B>,
    runs: Cell<u32>,
}

impl<B> Deref for Main<B> {
    type Target = Env<B>;

    fn deref(&self) -> &Env<B> {
        &self.env
    }
}

impl<B: Board> Main<B> {
    /// A program's top level, with its loop made as `config` says.
    pub fn new(top: Top<B>, config: Config) -> Self {
        let env = Env { ev: top.event_loop(config), board: top.board().clone() };
        Self { top, env, runs: Cell::new(0) }
    }

    /// `get_event_loop` once more.
    pub fn event_loop(&self, config: Config) -> EventLoop {
        self.top.event_loop(config)
    }

    /// What tasks may use.
    pub fn env(&self) -> Env<B> {
        self.env.clone()
    }

    /// The loop's `run_until_complete`.
    pub async fn run<T: 'static>(
        &self,
        task: impl Future<Output = Result<T, TaskError>> + 'static,
    ) -> Result<T, RunError> {
        self.run_any(Box::pin(task)).await
    }

    /// The same for all tasks with one result, so that it is compiled once for them.
    async fn run_any<T: 'static>(&self, task: AnyTask<T>) -> Result<T, RunError> {
        self.runs.set(self.runs.get() + 1);
        self.top.run_until_complete(task).named(format!("main#{}", self.runs.get())).await
    }

    /// Runs the loop for so many seconds, as with a task that only sleeps.
    pub async fn run_for(&self, seconds: f64) -> Result<(), RunError> {
        let ev = self.ev.clone();
        self.run(async move { Ok(ev.sleep(seconds).await?) }).await
    }

    /// Runs the loop for so many milliseconds.
    pub async fn run_for_ms(&self, ms: i32) -> Result<(), RunError> {
        let ev = self.ev.clone();
        self.run(async move { Ok(ev.sleep_ms(ms).await?) }).await
    }

    /// The loop's `run_forever`.
    pub async fn run_forever(&self) -> Result<(), RunError> {
        self.top.run_forever().await
    }
}

/// The program has no such part.
pub fn no_part(part: &str, parts: &[&str]) -> TaskError {
    TaskError::failed(format!("there is no part `{part}`; the parts are {}", parts.join(", ")))
}

/// A loop of so many places, with low priority.
pub fn low_priority(len: usize) -> Config {
    let discipline = Discipline::FastIo { ioq_len: 0, lp_len: len, max_overdue_ms: 0 };
    Config { discipline, runq_len: len, waitq_len: len }
}

/// The loop has no low priority.
pub fn too_old() -> TaskError {
    TaskError::failed("OSError: This program requires uasyncio fast_io version V0.24 or above.")
}

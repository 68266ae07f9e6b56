//! Three tasks that take turns (tutorial section 2.2, `roundrobin.py`).
//!
//! # What you should see
//!
//! `Testing for 5 seconds`, then `Foo 1`, `Foo 2`, `Foo 3` strictly in turn, and at the end
//! `Coro executions per sec = ` with the number of turns a second of all tasks together.
//!
//! # How it works
//!
//! Each task yields a zero delay, counts and prints. A zero delay puts a task at the end of the run queue,
//! so that each runs once a pass.

use alloc::rc::Rc;
use core::cell::Cell;

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, EventLoop, TaskError, Top};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "tasks", default: ArgDefault::Int(3), help: "how many tasks take turns" },
    ArgSpec { name: "seconds", default: ArgDefault::Int(5), help: "how long" },
    ArgSpec { name: "print", default: ArgDefault::Int(1), help: "0: count only" },
    ArgSpec { name: "bare", default: ArgDefault::Int(0), help: "1: a bare yield instead of `sleep_ms(0)`" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["foo", "master"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is too short for the tasks.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let tasks = u32::try_from(args.int("tasks")).unwrap_or(0);
    let event_loop = top.event_loop(Config { runq_len: tasks as usize + 1, ..Config::default() });
    let count = Rc::new(Cell::new(0));
    for number in 1..=tasks {
        let counter =
            Foo { event_loop: event_loop.clone(), board: top.board().clone(), count: count.clone() };
        let style = Style { print: args.int("print") != 0, bare: args.int("bare") != 0 };
        event_loop.create_task_named(alloc::format!("foo#{number}"), counter.run(number, style))?;
    }
    let seconds = u32::try_from(args.int("seconds")).unwrap_or(0);
    top.run_until_complete(master(event_loop, top.board().clone(), seconds, count)).await?;
    Ok(())
}

#[derive(Clone, Copy)]
struct Style {
    print: bool,
    bare: bool,
}

struct Foo<B> {
    event_loop: EventLoop,
    board: B,
    count: Rc<Cell<u32>>,
}

impl<B: Board> Foo<B> {
    async fn run(self, number: u32, style: Style) -> Result<(), TaskError> {
        loop {
            if style.bare {
                self.event_loop.yield_now().await?;
            } else {
                self.event_loop.sleep_ms(0).await?;
            }
            self.count.set(self.count.get() + 1);
            if style.print {
                self.board.println(format_args!("Foo {number}"));
            }
        }
    }
}

async fn master<B: Board>(
    event_loop: EventLoop,
    board: B,
    seconds: u32,
    count: Rc<Cell<u32>>,
) -> Result<(), TaskError> {
    board.println(format_args!("Testing for {seconds} seconds"));
    event_loop.sleep(seconds.into()).await?;
    board.println(format_args!("Coro executions per sec = {}", count.get() / seconds.max(1)));
    Ok(())
}

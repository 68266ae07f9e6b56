//! The firmware that is measured: tasks that do nothing but take turns.

use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, EventLoop, TaskError, Top};

/// What it can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "tasks", default: ArgDefault::Int(3), help: "how many tasks take turns" },
    ArgSpec { name: "turns", default: ArgDefault::Int(100), help: "how many each takes" },
    ArgSpec { name: "bare", default: ArgDefault::Int(1), help: "0: `sleep_ms(0)` instead of a bare yield" },
    ArgSpec { name: "hog", default: ArgDefault::Int(0), help: "1: one more task keeps the CPU now and then" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["hog", "turn"];

/// How long the hog keeps the CPU, and how long it sleeps then.
const BUSY_US: u32 = 4000;
const PAUSE_MS: i32 = 20;

/// The firmware's top level. The last task is the one that its run waits for.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let (tasks, turns) = (args.int("tasks"), args.int("turns"));
    let bare = args.int("bare") != 0;
    let room = usize::try_from(tasks).unwrap_or(0);
    let event_loop = top.event_loop(Config { runq_len: room + 1, ..Config::default() });
    if args.int("hog") != 0 {
        event_loop.create_task_named("hog", hog(event_loop.clone(), top.board().clone()))?;
    }
    for _ in 1..tasks {
        event_loop.create_task_named("turn", turn(event_loop.clone(), turns, bare))?;
    }
    Ok(top.run_until_complete(turn(event_loop, turns, bare)).await?)
}

/// One task.
pub async fn turn(event_loop: EventLoop, turns: i64, bare: bool) -> Result<(), TaskError> {
    for _ in 0..turns {
        if bare {
            event_loop.yield_now().await?;
        } else {
            event_loop.sleep_ms(0).await?;
        }
    }
    Ok(())
}

async fn hog<B: Board>(event_loop: EventLoop, board: B) -> Result<(), TaskError> {
    loop {
        board.delay_us(BUSY_US);
        event_loop.sleep_ms(PAUSE_MS).await?;
    }
}

//! A producer and a consumer with a queue between them (tutorial section 3.5).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! For two seconds a producer has a result each 130 ms and `Result was 1`, `2` … follow, each within 100 ms. Then a
//! producer puts six items at once on a queue that holds two: it waits where the queue is full. The first two tasks
//! go on meanwhile.
//!
//! Part `nowait`: who does not wait is told that the queue is empty, or full.
//!
//! # How it works
//!
//! The official queue does not wake anybody: who finds it empty, or full, looks again every 100 ms.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use core::cell::Cell;

use vpyb_core::official::Queue;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main, no_part};
use crate::text::flag;

/// What the program can be told.
pub const ARGS: &[ArgSpec] =
    &[ArgSpec { name: "part", default: ArgDefault::Text("items"), help: "`items` or `nowait`" }];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "producer", "consumer", "fast_producer"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue of the loop is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    match args.text("part") {
        "items" => items(main).await,
        "nowait" => Ok(main.run(nowait(main.env())).await?),
        other => Err(no_part(other, &["items", "nowait"])),
    }
}

/// Puts and gets without waiting.
async fn nowait<B: Board>(env: Env<B>) -> Ended {
    let queue = Queue::new(&env.ev, 2);
    if let Err(empty) = queue.get_nowait() {
        say!(env, "{empty}");
    }
    for i in 1..=3 {
        match queue.put_nowait(i) {
            Ok(()) => say!(env, "put {i}"),
            Err(full) => say!(env, "{full}"),
        }
    }
    if let Ok(item) = queue.get_nowait() {
        say!(env, "got {item}");
    }
    Ok(env.ev.sleep(1.0).await?)
}

async fn items<B: Board>(main: Main<B>) -> Ended {
    let endless = Rc::new(Queue::new(&main.ev, 0));
    main.ev.create_task(producer(main.env(), endless.clone()))?;
    main.ev.create_task(consumer(main.env(), endless))?;
    main.run_for(2.0).await?;
    let short = Rc::new(Queue::new(&main.ev, 2));
    main.ev.create_task(fast_producer(main.env(), short.clone()))?;
    main.ev.create_task(consumer(main.env(), short))?;
    Ok(main.run_for(2.0).await?)
}

async fn slow_process<B: Board>(env: &Env<B>, count: &Cell<u32>) -> Result<String, TaskError> {
    count.set(count.get() + 1);
    env.ev.sleep_ms(130).await?;
    Ok(count.get().to_string())
}

async fn producer<B: Board>(env: Env<B>, queue: Rc<Queue<String>>) -> Ended {
    let count = Cell::new(0);
    loop {
        let result = slow_process(&env, &count).await?;
        queue.put(result).await?;
    }
}

async fn consumer<B: Board>(env: Env<B>, queue: Rc<Queue<String>>) -> Ended {
    loop {
        let result = queue.get().await?;
        say!(env, "Result was {result}");
    }
}

async fn fast_producer<B: Board>(env: Env<B>, queue: Rc<Queue<String>>) -> Ended {
    for i in 0..6 {
        queue.put(format!("f{i}")).await?;
        say!(env, "put {i} {} {} {}", queue.qsize(), flag(queue.full()), env.time());
    }
    Ok(())
}

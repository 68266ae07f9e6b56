//! A barrier at which tasks meet, or with which one waits for the end of others (tutorial section 3.3).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! Part `rendezvous`: three tasks take 10, 20 and 30 ms; each round goes on when the slowest is there. `Synch` is
//! printed before any of them is past the barrier.
//!
//! Part `task`: the same with a callback that is a task. It is only queued when the barrier opens, and it pauses, so
//! that all are past the barrier before it is done.
//!
//! Part `termination`: `all have ended` is printed when three tasks have, after 30 ms.
//!
//! # How it works
//!
//! Who arrives counts a participant and asks at each turn whether the barrier is open. `trigger` counts one without
//! waiting: that is how a task reports its end.

use alloc::rc::Rc;

use vpyb_core::asyn::{Barrier, Launch};
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main, no_part};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[ArgSpec {
    name: "part",
    default: ArgDefault::Text("rendezvous"),
    help: "`rendezvous`, `task` or `termination`",
}];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "report", "synch", "worker"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let env = main.env();
    let callback = match args.text("part") {
        "rendezvous" => Launch::function(move || say!(env, "Synch {}", env.time())),
        "task" => Launch::task(move || synch(env.clone())),
        "termination" => return Ok(main.run(termination(main.env())).await?),
        other => return Err(no_part(other, &["rendezvous", "task", "termination"])),
    };
    Ok(main.run(rendezvous(main.env(), callback)).await?)
}

async fn synch<B: Board>(env: Env<B>) -> Ended {
    env.ev.sleep_ms(5).await?;
    say!(env, "Synch {}", env.time());
    Ok(())
}

async fn rendezvous<B: Board>(env: Env<B>, callback: Launch) -> Ended {
    let barrier = Rc::new(Barrier::new(&env.ev, 4).calling(callback));
    for n in 0..3 {
        env.ev.create_task(report(env.clone(), n, barrier.clone()))?;
    }
    for i in 0..4 {
        barrier.wait().await?;
        say!(env, "main past {i} {}", env.time());
    }
    Ok(env.ev.sleep_ms(100).await?)
}

async fn report<B: Board>(env: Env<B>, n: i32, barrier: Rc<Barrier>) -> Ended {
    for i in 0..4 {
        env.ev.sleep_ms(10 * (n + 1)).await?;
        say!(env, "at {n} {i} {}", env.time());
        barrier.wait().await?;
        say!(env, "past {n} {i} {}", env.time());
    }
    Ok(())
}

async fn termination<B: Board>(env: Env<B>) -> Ended {
    // Three workers, and who waits for them.
    let barrier = Rc::new(Barrier::new(&env.ev, 4));
    for n in 0..3 {
        env.ev.create_task(worker(env.clone(), n, barrier.clone()))?;
    }
    barrier.wait().await?;
    say!(env, "all have ended");
    Ok(())
}

async fn worker<B: Board>(env: Env<B>, n: i32, barrier: Rc<Barrier>) -> Ended {
    env.ev.sleep_ms(10 * (n + 1)).await?;
    say!(env, "worker {n} ends");
    Ok(barrier.trigger()?)
}

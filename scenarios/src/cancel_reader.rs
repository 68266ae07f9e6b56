//! A task that waits for a UART is cancelled, and timed out (tutorial section 5.2.1).
//!
//! # Wiring
//!
//! None: nothing arrives at UART 1.
//!
//! # What you should see
//!
//! `A cancelled` at 1 s, and `B timed out` at 3 s, a second after it began to wait: under every discipline at once,
//! and not when something arrives. `C` waits until the end.
//!
//! # How it works
//!
//! A task that waits for a device is in no queue; an interrupt puts it into the run queue. Its device stays
//! registered: a byte that came later would wake it from something else.

use alloc::rc::Rc;

use vpyb_core::{ArgSpec, Args, Board, Config, Interrupt, StreamReader, TaskError, Top, UartConfig};

use crate::env::{Ended, Env, Main};
use crate::text::Bytes;

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "reader", "background"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or the board has no UART 1.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    Ok(main.run(run(main.env())).await?)
}

async fn reader<B: Board>(env: Env<B>, text: &'static str) -> Ended {
    let uart = Rc::new(env.board.uart("uart1", UartConfig::baud(9600))?);
    match StreamReader::new(&env.ev, uart).readline().await {
        Ok(line) => say!(env, "{text} read {} {}", Bytes(&line), env.time()),
        Err(Interrupt::TimedOut) => say!(env, "{text} timed out {}", env.time()),
        Err(Interrupt::Cancelled) => say!(env, "{text} cancelled {}", env.time()),
        Err(with) => return Err(with.into()),
    }
    Ok(())
}

async fn background<B: Board>(env: Env<B>) -> Ended {
    loop {
        env.ev.sleep_ms(300).await?;
    }
}

async fn run<B: Board>(env: Env<B>) -> Ended {
    env.ev.create_task(background(env.clone()))?;
    let task = env.ev.create_task(reader(env.clone(), "A"))?;
    env.ev.sleep_ms(1000).await?;
    env.ev.cancel(&task)?;
    say!(env, "cancel issued {}", env.time());
    env.ev.sleep(0.0).await?;
    say!(env, "after sleep(0) {}", env.time());
    env.ev.sleep_ms(1000).await?;
    env.ev.wait_for(reader(env.clone(), "B"), 1.0).await?;
    say!(env, "B over {}", env.time());
    env.ev.sleep_ms(3000).await?;
    env.ev.create_task(reader(env.clone(), "C"))?;
    Ok(env.ev.sleep_ms(3000).await?)
}

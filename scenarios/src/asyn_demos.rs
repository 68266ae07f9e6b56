//! Tasks that are cancelled by group and by name (tutorial section 5.2, `asyn_demos.py`).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! Part `cancel`: `Result:  42` after a second, then 42 to 49, one a second, and `Done` when the task that prints them
//! is cancelled.
//!
//! Part `named`: the same with 100 to 107. The original forgets to await the cancellation, so that nothing is
//! cancelled; here the program ends without it.
//!
//! Part `methods`: three tasks and a named one print each second for four seconds; then the named one is cancelled,
//! and the group of the others.
//!
//! # How it works
//!
//! `asyn::sleep` is cut into parts of 100 ms, so that a cancellation waits for the present part only, also
//! where the loop would let it wait for the whole pause.

use alloc::string::ToString;

use vpyb_core::asyn::{self, Cancellables};
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top};

use crate::env::{Ended, Env, Main, no_part};
use crate::text::flag;

/// What the program can be told.
pub const ARGS: &[ArgSpec] =
    &[ArgSpec { name: "part", default: ArgDefault::Text("cancel"), help: "`cancel`, `named` or `methods`" }];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "forever", "foo", "my bar"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let env = main.env();
    match args.text("part") {
        "cancel" => main.run(counting(env, 41, true)).await?,
        "named" => main.run(counting(env, 99, false)).await?,
        "methods" => main.run(method_test(env)).await?,
        other => return Err(no_part(other, &["cancel", "named", "methods"])),
    }
    Ok(())
}

async fn sleep<B: Board>(env: &Env<B>, seconds: f64) -> Ended {
    Ok(asyn::sleep(&env.ev, seconds, 100).await?)
}

async fn forever<B: Board>(env: Env<B>, mut n: u32) -> Ended {
    loop {
        say!(env, "{n}");
        n += 1;
        sleep(&env, 1.0).await?;
    }
}

async fn counting<B: Board>(env: Env<B>, n: u32, cancels: bool) -> Ended {
    let group = Cancellables::new(&env.ev);
    let add_one = async {
        sleep(&env, 1.0).await?;
        Ok::<_, TaskError>(n + 1)
    };
    let result = group.cancellable(0, add_one).run().await?;
    say!(env, "Result:  {result}");
    group.cancellable(0, forever(env.clone(), result)).create_task()?;
    sleep(&env, 7.5).await?;
    if cancels {
        group.cancel_all(0, false).await?;
    }
    say!(env, "Done");
    Ok(())
}

async fn foo<B: Board>(env: Env<B>, arg: u32) -> Ended {
    running(&env, "foo", &arg.to_string()).await
}

async fn running<B: Board>(env: &Env<B>, what: &str, arg: &str) -> Ended {
    loop {
        sleep(env, 1.0).await?;
        say!(env, "{what} running, arg {arg}");
    }
}

async fn method_test<B: Board>(env: Env<B>) -> Ended {
    let group = Cancellables::new(&env.ev);
    for arg in 1..4 {
        group.cancellable(0, foo(env.clone(), arg)).create_task()?;
    }
    let own = env.clone();
    group.named("my bar", async move { running(&own, "bar", "4").await })?.create_task()?;
    say!(env, "bar running status is {}", flag(group.is_running("my bar")));
    env.ev.sleep(4.5).await?;
    group.cancel("my bar", true).await?;
    say!(env, "bar instance scheduled for cancellation.");
    group.cancel_all(0, false).await?;
    say!(env, "foo instances have been cancelled.");
    env.ev.sleep(0.2).await?;
    say!(env, "bar running status is {}", flag(group.is_running("my bar")));
    say!(env, "Done");
    Ok(())
}

//! A delay that is a stream beside tasks that hog the CPU (tutorial section 6.4, `ms_timer_test.py`).
//!
//! # Wiring
//!
//! None.
//!
//! # What you should see
//!
//! Three tasks measure delays of 30 ms and print their number, the milliseconds and the microseconds that one took: 30
//! where nobody else runs. Beside ten tasks that keep the CPU for 10 ms at a time, a delay takes 200 ms under
//! `uasyncio-v2`, 300 ms under `fast-io`, and 30 to 40 ms with an I/O queue. Part `test` is the original's own: it runs for
//! 10 s, prints milliseconds of the loop's clock only, and its hogs yield before they begin.
//!
//! # How it works
//!
//! The timer is a device that is readable when its time is up. Devices are asked once a pass, or with an I/O
//! queue before every step.

use vpyb_core::drivers::MillisecTimer;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top, ticks};

use crate::env::{Ended, Env, Main, no_part};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "hogs", default: ArgDefault::Int(10), help: "how many tasks hog the CPU" },
    ArgSpec { name: "part", default: ArgDefault::Text("measure"), help: "`measure` or `test`: for 10 s" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "foo", "measure", "timer_test"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    for _ in 0..args.int("hogs") {
        main.ev.create_task(foo(main.env(), args.text("part") == "test"))?;
    }
    let pauses = [500, 700, 900].into_iter().enumerate();
    match args.text("part") {
        "measure" => {
            for (number, pause_ms) in pauses {
                main.ev.create_task(measure(main.env(), number, pause_ms))?;
            }
            Ok(main.run_for_ms(4000).await?)
        }
        "test" => {
            for (number, pause_ms) in pauses {
                main.ev.create_task(timer_test(main.env(), number, pause_ms))?;
            }
            Ok(main.run_for(10.0).await?)
        }
        other => Err(no_part(other, &["measure", "test"])),
    }
}

async fn foo<B: Board>(env: Env<B>, yields_first: bool) -> Ended {
    if yields_first {
        env.ev.sleep_ms(0).await?;
    }
    loop {
        env.board.delay_us(10_000);
        env.ev.sleep_ms(0).await?;
    }
}

async fn measure<B: Board>(env: Env<B>, number: usize, pause_ms: i32) -> Ended {
    let timer = MillisecTimer::named(&env.ev, alloc::format!("MillisecTimer#{}", number + 1));
    for _ in 0..20 {
        let begin = env.board.ticks_us();
        timer.wait_ms(30).await?;
        let took = ticks::ticks_diff(env.board.ticks_us(), begin);
        say!(env, "{number} {} {took}", took / 1000);
        env.ev.sleep_ms(pause_ms).await?;
    }
    Ok(())
}

async fn timer_test<B: Board>(env: Env<B>, number: usize, pause_ms: i32) -> Ended {
    let timer = MillisecTimer::named(&env.ev, alloc::format!("MillisecTimer#{}", number + 1));
    loop {
        let begin = env.time();
        timer.wait_ms(30).await?;
        say!(env, "{number} {}", ticks::ticks_diff(env.time(), begin));
        env.ev.sleep(f64::from(pause_ms) / 1000.0).await?;
    }
}

//! A UART that a task asks at each turn (tutorial sections 6 and 6.2).
//!
//! # Wiring
//!
//! Somebody sends on X4, the RX of UART 2.
//!
//! # What you should see
//!
//! Nothing on the console: the interesting thing is how often the task `reader` runs, and how much of the time the
//! loop idles; beside the program `uart_reader`, whose reader waits for its stream.
//!
//! # How it works
//!
//! The task asks and pauses. With a zero delay it is ready in every pass, and the loop never idles; with a longer
//! one it costs less, and sees later what has come.

use alloc::vec;

use vpyb_core::stream::StreamRead;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top, Uart, UartConfig};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] =
    &[ArgSpec { name: "every_ms", default: ArgDefault::Int(0), help: "how often the reader asks" }];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["reader"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or the board has no UART 2.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let every_ms = i32::try_from(args.int("every_ms")).unwrap_or(0);
    main.ev.create_task_named("reader", reader(main.env(), every_ms))?;
    Ok(main.run_forever().await?)
}

async fn reader<B: Board>(env: Env<B>, every_ms: i32) -> Ended {
    let uart = env.board.uart("uart2", UartConfig::baud(9600))?;
    loop {
        let count = uart.any();
        if count > 0 {
            uart.read(&mut vec![0; count]);
        }
        env.ev.sleep_ms(every_ms).await?;
    }
}

//! A read that blocks until its bytes are there, and one that lets others run meanwhile (tutorial section 8.2).
//!
//! # Wiring
//!
//! Somebody sends eight characters on X4, the RX of UART 2.
//!
//! # What you should see
//!
//! `tick` each 100 ms, and `read` with the eight characters when the last of them has come. Part `blocking`: no tick
//! from when the read begins, at 250 ms, until it ends. Part `stream`: all ticks.
//!
//! # How it works
//!
//! A driver that waits in a loop of its own keeps the CPU. A stream is asked by the event loop, and its task is in no
//! queue until there is something to read.

use alloc::rc::Rc;
use alloc::vec::Vec;

use vpyb_core::stream::StreamRead;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, StreamReader, TaskError, Top, Uart, UartConfig};

use crate::env::{Ended, Env, Main, no_part};
use crate::text::Bytes;

/// What the program can be told.
pub const ARGS: &[ArgSpec] =
    &[ArgSpec { name: "part", default: ArgDefault::Text("stream"), help: "`stream` or `blocking`" }];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "ticker"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, the board has no UART 2, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let uart = Rc::new(main.board.uart("uart2", UartConfig::baud(9600))?);
    main.ev.create_task(ticker(main.env()))?;
    match args.text("part") {
        "stream" => main.run(stream(main.env(), uart)).await?,
        "blocking" => main.run(blocking(main.env(), uart)).await?,
        other => return Err(no_part(other, &["stream", "blocking"])),
    }
    Ok(())
}

async fn ticker<B: Board>(env: Env<B>) -> Ended {
    loop {
        say!(env, "tick");
        env.ev.sleep_ms(100).await?;
    }
}

async fn stream<B: Board>(env: Env<B>, uart: Rc<B::Uart>) -> Ended {
    env.ev.sleep_ms(250).await?;
    say!(env, "reading");
    let reader = StreamReader::new(&env.ev, uart);
    let mut data = Vec::new();
    while data.len() < 8 {
        // Asked for several at once, the driver would wait between them.
        data.extend(reader.read(1).await?);
    }
    say!(env, "read {}", Bytes(&data));
    Ok(())
}

async fn blocking<B: Board>(env: Env<B>, uart: Rc<B::Uart>) -> Ended {
    env.ev.sleep_ms(250).await?;
    say!(env, "reading");
    let mut data = Vec::new();
    while data.len() < 8 {
        if uart.any() > 0 {
            let mut byte = [0];
            uart.read(&mut byte);
            data.extend(byte);
        }
    }
    say!(env, "read {}", Bytes(&data));
    Ok(())
}

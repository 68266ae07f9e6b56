//! A task that reads a UART, to be watched while others hog the CPU (tutorial section 6.1).
//!
//! # Wiring
//!
//! Somebody outside sends on the RX pin of the UART; with UART 2, on X4.
//!
//! # What you should see
//!
//! Nothing on the console: the interesting thing is when the task `reader` runs, and whether a byte was
//! lost. At the end of a run the counters `uart2.rx.…` say so.
//!
//! # How it works
//!
//! The reader takes all that is in the ring whenever the loop makes it ready. A byte arrives each 1.04 ms at
//! 9600 baud, and the ring holds 64: the reader must have its turn within 67.7 ms, or bytes are lost.
//!
//! Each of the `hogs` keeps the CPU for so long, and yields, and so on for ever. A scenario may add tasks of its own
//! instead.

use alloc::rc::Rc;

use vpyb_core::{
    ArgDefault, ArgSpec, Args, Board, Config, EventLoop, StreamReader, TaskError, Top, UartConfig,
};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "uart", default: ArgDefault::Text("uart2"), help: "the UART that is read" },
    ArgSpec { name: "baud", default: ArgDefault::Int(9600), help: "its speed, in baud" },
    ArgSpec { name: "read_buf_len", default: ArgDefault::Int(64), help: "its ring, in bytes" },
    ArgSpec { name: "hogs", default: ArgDefault::Int(0), help: "how many tasks hog the CPU" },
    ArgSpec {
        name: "busy_us",
        default: ArgDefault::Int(8000),
        help: "for how long each of them, at each turn",
    },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["reader", "hog"];

/// The firmware's top level.
///
/// # Errors
///
/// If the board has no such UART, or a task fails.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let event_loop = top.event_loop(Config::default());
    let config = UartConfig {
        read_buf_len: u16::try_from(args.int("read_buf_len")).unwrap_or(0),
        ..UartConfig::baud(u32::try_from(args.int("baud")).unwrap_or(0))
    };
    let busy_us = u32::try_from(args.int("busy_us")).unwrap_or(0);
    for _ in 0..args.int("hogs") {
        event_loop.create_task(hog(event_loop.clone(), top.board().clone(), busy_us))?;
    }
    let uart = Rc::new(top.board().uart(args.text("uart"), config)?);
    let stream = StreamReader::new(&event_loop, uart);
    event_loop.create_task_named("reader", reader::<B>(stream))?;
    top.run_forever().await?;
    Ok(())
}

async fn reader<B: Board>(stream: StreamReader<B::Uart>) -> Result<(), TaskError> {
    loop {
        // Takes all that is in the ring at each turn, and does not wait between characters as `read` does.
        stream.readline().await?;
    }
}

async fn hog<B: Board>(event_loop: EventLoop, board: B, busy_us: u32) -> Result<(), TaskError> {
    loop {
        board.delay_us(busy_us);
        event_loop.sleep_ms(0).await?;
    }
}

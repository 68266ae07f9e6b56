//! A task that sends text on a UART and one that receives it (tutorial section 6.3).
//!
//! # Wiring
//!
//! A link from the sender's TX to the receiver's RX; with UART 4 for both, from X1 to X2.
//!
//! # What you should see
//!
//! `Received b'Hello uart\n'` after 11.5 ms, which is what eleven characters take at 9600 baud, and then
//! every two seconds and 11.5 ms: the write keeps the CPU until the last character has left.
//!
//! # How it works
//!
//! The receiver waits for its stream: the event loop asks the UART at the end of each pass and makes the
//! task ready when there is something in the ring. Meanwhile the receive interrupt fills the ring, also
//! while the sender keeps the CPU.

use alloc::rc::Rc;
use alloc::string::ToString;

use vpyb_core::{
    ArgDefault, ArgSpec, Args, Board, Config, EventLoop, StreamReader, StreamWriter, TaskError, Top,
    UartConfig,
};

use crate::text::Bytes;

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "sender", default: ArgDefault::Text("uart4"), help: "the UART that sends" },
    ArgSpec { name: "receiver", default: ArgDefault::Text("uart4"), help: "the UART that receives" },
    ArgSpec { name: "baud", default: ArgDefault::Int(9600), help: "the speed of both, in baud" },
    ArgSpec { name: "text", default: ArgDefault::Text("Hello uart"), help: "the line that is sent" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["sender", "receiver"];

/// The firmware's top level.
///
/// # Errors
///
/// If the board has no such UART, or a task fails.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let event_loop = top.event_loop(Config::default());
    let board = top.board();
    let config = UartConfig::baud(u32::try_from(args.int("baud")).unwrap_or(0));
    let transmitting = Rc::new(board.uart(args.text("sender"), config)?);
    let receiving = if args.text("receiver") == args.text("sender") {
        transmitting.clone()
    } else {
        Rc::new(board.uart(args.text("receiver"), config)?)
    };
    let line = args.text("text").to_string() + "\n";
    let writer = StreamWriter::new(&event_loop, transmitting);
    event_loop.create_task(sender::<B>(event_loop.clone(), writer, line))?;
    let reader = StreamReader::new(&event_loop, receiving);
    event_loop.create_task(receiver(reader, board.clone()))?;
    top.run_forever().await?;
    Ok(())
}

async fn sender<B: Board>(
    event_loop: EventLoop,
    writer: StreamWriter<B::Uart>,
    line: alloc::string::String,
) -> Result<(), TaskError> {
    loop {
        writer.awrite(line.as_bytes()).await?;
        event_loop.sleep(2.0).await?;
    }
}

async fn receiver<B: Board>(reader: StreamReader<B::Uart>, board: B) -> Result<(), TaskError> {
    loop {
        let line = reader.readline().await?;
        board.println(format_args!("Received {}", Bytes(&line)));
    }
}

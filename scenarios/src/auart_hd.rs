//! A half-duplex device that answers with lines, and a master that does not know how many (tutorial section 6.3.1,
//! `auart_hd.py`).
//!
//! # Wiring
//!
//! The master has UART 2, the device UART 4: a link from X3 to X2 and one from X1 to X4.
//!
//! # What you should see
//!
//! `Command sent: Run`; after five seconds the four lines of the answer; and four seconds later that nothing came,
//! for the second command is never sent.
//!
//! # How it works
//!
//! Each line of the answer triggers a delay anew. When the delay runs out, the answer is taken to be complete: 4 s
//! after the last line, or after the command if there is none. The master looks at it once a second.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use vpyb_core::asyn::DelayMs;
use vpyb_core::{
    ArgDefault, ArgSpec, Args, Board, Config, StreamReader, StreamWriter, TaskError, Top, UartConfig,
};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[ArgSpec {
    name: "timeout_ms",
    default: ArgDefault::Int(4000),
    help: "how long after a line the answer is taken to be complete",
}];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "_recv", "_run", "killer"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or a UART is in use.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let timeout_ms = i32::try_from(args.int("timeout_ms")).unwrap_or(0);
    let master = Rc::new(Master::new(main.env(), timeout_ms)?);
    main.ev.create_task(_recv(master.clone()))?;
    main.ev.create_task(_run(main.env()))?;
    Ok(main.run(test(main.env(), master)).await?)
}

/// The device: four lines for each line that it receives, each a while after the one before.
async fn _run<B: Board>(env: Env<B>) -> Ended {
    let uart = Rc::new(env.board.uart("uart4", UartConfig::baud(9600))?);
    let (reader, writer) = (StreamReader::new(&env.ev, uart.clone()), StreamWriter::new(&env.ev, uart));
    loop {
        reader.readline().await?;
        for line in ["Line 1\r\n", "Line 2\r\n", "Line 3\r\n", "Goodbye\r\n"] {
            writer.awrite(line.as_bytes()).await?;
            env.ev.sleep_ms(300).await?;
        }
    }
}

/// Who sends commands, and takes an answer to be over when no line has come for a while.
struct Master<B: Board> {
    env: Env<B>,
    uart: Rc<B::Uart>,
    delay: DelayMs,
    timeout_ms: i32,
    answer: RefCell<Vec<String>>,
}

impl<B: Board> Master<B> {
    fn new(env: Env<B>, timeout_ms: i32) -> Result<Self, TaskError> {
        let uart = Rc::new(env.board.uart("uart2", UartConfig::baud(9600))?);
        let delay = DelayMs::new(&env.ev, timeout_ms);
        Ok(Self { env, uart, delay, timeout_ms, answer: RefCell::default() })
    }

    /// Waits until nothing has come for a while; gives the lines that did.
    async fn answer(&self) -> Result<Vec<String>, TaskError> {
        self.answer.borrow_mut().clear();
        self.delay.trigger(self.timeout_ms)?;
        while self.delay.running() {
            self.env.ev.sleep(1.0).await?;
        }
        Ok(self.answer.take())
    }
}

async fn _recv<B: Board>(master: Rc<Master<B>>) -> Ended {
    let reader = StreamReader::new(&master.env.ev, master.uart.clone());
    loop {
        let line = reader.readline().await?;
        master.answer.borrow_mut().push(String::from_utf8_lossy(&line).into_owned());
        master.delay.trigger(master.timeout_ms)?;
    }
}

async fn test<B: Board>(env: Env<B>, master: Rc<Master<B>>) -> Ended {
    say!(env, "This test takes 10s to complete.");
    say!(env, "");
    StreamWriter::new(&env.ev, master.uart.clone()).awrite(b"Run\r\n").await?;
    say!(env, "Command sent: Run");
    report(&env, &master.answer().await?);
    say!(env, "");
    say!(env, "Timeout test.");
    report(&env, &master.answer().await?);
    Ok(())
}

/// Prints the lines as they came, with their ends.
fn report<B: Board>(env: &Env<B>, answer: &[String]) {
    if answer.is_empty() {
        say!(env, "Timed out waiting for result.");
        return;
    }
    say!(env, "Result is:");
    for line in answer {
        env.board.print(format_args!("{line}"));
    }
}

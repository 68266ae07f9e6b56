//! Commands and replies on one serial line, the end of a reply being silence (tutorial section 6.3.1, `auart_hd.py`).
//!
//! Owns the wait for silence. The line is any stream.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::future::Future;

use crate::error::{Interrupt, QueueFull, TaskError};
use crate::event_loop::EventLoop;
use crate::stream::{StreamRead, StreamReader, StreamWrite, StreamWriter};
use crate::sync::DelayMs;

/// The side that asks. Its task `half_duplex#n` gathers what comes.
///
/// In the original the one that asks looks once a second whether the silence has lasted long enough; here it goes on when
/// it has.
pub struct HalfDuplex<U> {
    writer: StreamWriter<U>,
    reply: Rc<Reply>,
}

/// What has come since the last command, and how long nothing more has.
struct Reply {
    lines: RefCell<Vec<Vec<u8>>>,
    silence: DelayMs,
    timeout_ms: u32,
}

impl<U: StreamRead + StreamWrite + 'static> HalfDuplex<U> {
    /// Takes a line; a reply is over when nothing has come for `timeout_ms`.
    ///
    /// # Errors
    ///
    /// [`QueueFull`] if the run queue has no place for the task.
    pub fn new(event_loop: &EventLoop, uart: Rc<U>, timeout_ms: u32) -> Result<Self, QueueFull> {
        let silence = DelayMs::new(event_loop);
        let reply = Rc::new(Reply { lines: RefCell::default(), silence, timeout_ms });
        event_loop.create_task(half_duplex(StreamReader::new(event_loop, uart.clone()), reply.clone()))?;
        Ok(Self { writer: StreamWriter::new(event_loop, uart), reply })
    }

    /// Sends a command and a carriage return with a line feed, and gives the lines that come, when there is silence. No line
    /// at all is a time-out. Lines keep their ends; what came before the command is forgotten.
    ///
    /// # Cancellation
    ///
    /// Safe: lines that come are forgotten at the next command.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn send_command(&self, command: &[u8]) -> impl Future<Output = Result<Vec<Vec<u8>>, Interrupt>> {
        let unawaited = self.writer.event_loop.unawaited(|| "HalfDuplex::send_command");
        async move {
            unawaited.begins();
            let framed: Vec<u8> = command.iter().chain(b"\r\n").copied().collect();
            self.reply.lines.take();
            self.writer.awrite(&framed).await?;
            self.reply.silence.trigger(self.reply.timeout_ms);
            self.reply.silence.expired().await?;
            Ok(self.reply.lines.take())
        }
    }
}

async fn half_duplex<U: StreamRead + 'static>(
    reader: StreamReader<U>,
    reply: Rc<Reply>,
) -> Result<(), TaskError> {
    loop {
        let line = reader.readline().await?;
        if line.is_empty() {
            return Ok(());
        }
        reply.lines.borrow_mut().push(line);
        if reply.silence.running() {
            reply.silence.trigger(reply.timeout_ms);
        }
    }
}

//! Records on a serial line, each ended by a zero byte (tutorial section 6.2, `RecordOrientedUart`).
//!
//! Owns the cutting of what arrives into records. The line is any stream.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::future::Future;

use crate::error::Interrupt;
use crate::event_loop::EventLoop;
use crate::stream::{Readiness, StreamRead, StreamReader, StreamWrite, StreamWriter};

/// Ends a record.
const DELIMITER: u8 = 0;
/// After each record the sender pauses.
const PAUSE_MS: i32 = 100;

/// A line that carries records.
///
/// The original asks at each of its turns whether something has come, and takes all there is until that ends with a
/// delimiter: two records in one go become one. Here the task waits for the device, and what comes after a delimiter is
/// left for the next record.
pub struct RecordUart<U> {
    event_loop: EventLoop,
    uart: Rc<U>,
    reader: StreamReader<U>,
    writer: StreamWriter<U>,
    /// What has come of the next record.
    begun: RefCell<Vec<u8>>,
}

impl<U: StreamRead + StreamWrite + 'static> RecordUart<U> {
    /// Takes a line. One task may wait for records, and any may send.
    pub fn new(event_loop: &EventLoop, uart: Rc<U>) -> Self {
        Self {
            event_loop: event_loop.clone(),
            reader: StreamReader::new(event_loop, uart.clone()),
            writer: StreamWriter::new(event_loop, uart.clone()),
            uart,
            begun: RefCell::default(),
        }
    }

    /// Sends a record, and pauses for 100 ms. It should have no zero byte in it: that would make two of it.
    ///
    /// # Cancellation
    ///
    /// What was written stays written: the record may be without its end, so that the next one is taken for its rest.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn send(&self, record: &[u8]) -> impl Future<Output = Result<(), Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "RecordUart::send");
        async move {
            unawaited.begins();
            let framed: Vec<u8> = record.iter().copied().chain([DELIMITER]).collect();
            self.writer.awrite(&framed).await?;
            self.event_loop.sleep_ms(PAUSE_MS).await
        }
    }

    /// Waits for a record; gives it without its delimiter. At the end of the stream it gives what has come.
    ///
    /// # Cancellation
    ///
    /// Safe: what has come of a record is kept for the next call.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn record(&self) -> impl Future<Output = Result<Vec<u8>, Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "RecordUart::record");
        async move {
            unawaited.begins();
            loop {
                // One byte, so that the device does not wait for more; then what else is there.
                let first = self.reader.read(1).await?;
                let mut came = Some(first.first().copied());
                while let Some(next) = came {
                    match next {
                        Some(byte) if byte != DELIMITER => self.begun.borrow_mut().push(byte),
                        _ => return Ok(self.begun.take()),
                    }
                    came = self.next_byte();
                }
            }
        }
    }

    /// The next byte, if it is there; `Some(None)` at the end of the stream.
    fn next_byte(&self) -> Option<Option<u8>> {
        let mut byte = [0];
        let ready = !self.uart.poll(Readiness::READ).is_empty();
        let count = if ready { self.uart.read(&mut byte)? } else { return None };
        Some((count > 0).then_some(byte[0]))
    }
}

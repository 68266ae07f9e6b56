//! Streams (tutorial sections 6.3 and 6.4): devices whose readiness the loop asks for its tasks.
//!
//! Owns the driver's side: [`Pollable`], [`StreamRead`], [`StreamWrite`]. A program holds a [`StreamReader`] or a
//! [`StreamWriter`]. When devices are asked is the loop's business.
//!
//! Streams and the traits of `embedded-io` go together both ways:
//!
//! | from | to | by |
//! |---|---|---|
//! | a device of `embedded-io` that says when it is ready | a stream | [`FromIo`] |
//! | a stream | `embedded_io::{Read, Write, ReadReady, WriteReady}`, which keep the CPU while they wait | [`ToIo`] |
//! | a stream | `embedded_io_async::{Read, Write}` | [`StreamReader`] and [`StreamWriter`] themselves |
//! | a device of `embedded-io-async` | an await of a task | [`EventLoop::interruptible`](crate::EventLoop::interruptible) |
//!
//! A device of one's own, as in section 6.4: readable when somebody has left something in it, always writable.
//!
//! ```
//! use std::cell::RefCell;
//! use std::rc::Rc;
//!
//! use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};
//! use vpyb_core::{EventLoop, StreamReader, StreamWriter, TaskError};
//!
//! #[derive(Default)]
//! struct Mailbox(RefCell<Vec<u8>>);
//!
//! impl Pollable for Mailbox {
//!     fn name(&self) -> &str {
//!         "mailbox"
//!     }
//!
//!     fn poll(&self, interest: Readiness) -> Readiness {
//!         let readable = if self.0.borrow().is_empty() { Readiness::NONE } else { Readiness::READ };
//!         interest.and(readable.or(Readiness::WRITE))
//!     }
//! }
//!
//! impl StreamRead for Mailbox {
//!     fn read(&self, buf: &mut [u8]) -> Option<usize> {
//!         let mut left = self.0.borrow_mut();
//!         let n = buf.len().min(left.len());
//!         buf[..n].copy_from_slice(&left[..n]);
//!         left.drain(..n);
//!         (n > 0).then_some(n)
//!     }
//! }
//!
//! impl StreamWrite for Mailbox {
//!     fn write(&self, data: &[u8]) -> Option<usize> {
//!         self.0.borrow_mut().extend(data);
//!         Some(data.len())
//!     }
//! }
//!
//! async fn echo(ev: EventLoop, mailbox: Rc<Mailbox>) -> Result<(), TaskError> {
//!     let (reader, writer) = (StreamReader::new(&ev, mailbox.clone()), StreamWriter::new(&ev, mailbox));
//!     writer.awrite(b"a line\n").await?;
//!     assert_eq!(reader.readline().await?, b"a line\n");
//!     Ok(())
//! }
//! ```

mod from_io;
mod reader;
mod to_io;
mod writer;

use alloc::vec::Vec;

pub use from_io::FromIo;
pub use reader::StreamReader;
pub use to_io::ToIo;
pub use writer::StreamWriter;

use crate::event_loop::Shared;

/// What a device is asked for, and what it answers; the bits of the tutorial's `ioctl`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Readiness(u8);

impl Readiness {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// There is something to read.
    pub const READ: Self = Self(1);
    /// There is room to write.
    pub const WRITE: Self = Self(4);

    /// What both say.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What either says.
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What this says and `other` does not.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it says nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// A device that the loop can ask whether it is ready: a UART, but also a timer or a pin.
///
/// # For driver authors
///
/// - `poll` is called once a pass, and MUST return at once.
/// - `poll` MUST NOT call back into the loop. It MAY change the device, as the tutorial's `PinCall` does.
/// - Methods take `&self`: one object may be read by one task and written by another.
pub trait Pollable {
    /// The name in reports, e.g. `uart4`.
    fn name(&self) -> &str;

    /// The part of `interest` that the device is ready for now.
    fn poll(&self, interest: Readiness) -> Readiness;

    /// Whether readiness can change without an interrupt, so that it has to be asked at each tick. False
    /// for a device whose readiness changes in an interrupt handler.
    fn sampled(&self) -> bool {
        true
    }

    /// Closes the device: `aclose` of a reader or writer calls it. What that means is the driver's business; of
    /// itself it does nothing.
    fn close(&self) {}
}

/// A device that can be read as a stream.
///
/// # For driver authors
///
/// These are called only when the loop found the device ready.
pub trait StreamRead: Pollable {
    /// Reads up to `buf.len()` bytes; `Some(0)` is the end of the stream, `None` nothing at present.
    fn read(&self, buf: &mut [u8]) -> Option<usize>;

    /// Appends up to and including the next newline to `line`, or what there is at present; gives the number
    /// of bytes. Does not wait.
    fn read_line(&self, line: &mut Vec<u8>) -> Option<usize> {
        let mut count = 0;
        let mut byte = [0];
        while !self.poll(Readiness::READ).is_empty() {
            match self.read(&mut byte) {
                Some(0) => return Some(count),
                None => break,
                Some(_) => {
                    line.push(byte[0]);
                    count += 1;
                    if byte[0] == b'\n' {
                        break;
                    }
                }
            }
        }
        (count > 0).then_some(count)
    }
}

/// A device that can be written as a stream.
pub trait StreamWrite: Pollable {
    /// Takes as much of `data` as it can at present; `None` is nothing.
    fn write(&self, data: &[u8]) -> Option<usize>;
}

impl Shared {
    /// Whether a device is ready, asked outside of a poll.
    pub(crate) fn is_ready(&self, device: u32, interest: Readiness) -> bool {
        let device = self.device(device);
        !device.poll(interest).and(interest).is_empty()
    }
}

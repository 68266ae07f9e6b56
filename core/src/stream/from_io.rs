//! A device of `embedded-io` as a stream.
//!
//! Owns [`FromIo`]. It asks the device whether it is ready and never calls one that is not.

use alloc::borrow::Cow;
use core::cell::{Cell, RefCell};
use core::fmt;

use embedded_io::{Read, ReadReady, Write, WriteReady};

use super::{Pollable, Readiness, StreamRead, StreamWrite};

/// A device that implements the blocking traits of `embedded-io`, and says when it can be read or written without
/// blocking, as a stream that tasks read and write.
///
/// One task may read while another writes. An error of the device ends the stream for the task that meets it: it
/// reads nothing, or what it writes is dropped; only a line that has begun goes on after it. What the error was stands in
/// [`take_error`](Self::take_error).
///
/// ```
/// use std::rc::Rc;
///
/// use embedded_io::{Read, ReadReady};
/// use vpyb_core::stream::FromIo;
/// use vpyb_core::{EventLoop, Interrupt, StreamReader};
///
/// async fn first_line<T>(ev: &EventLoop, device: T) -> Result<Vec<u8>, Interrupt>
/// where
///     T: Read + ReadReady + 'static,
/// {
///     let stream = Rc::new(FromIo::reader("modem", device));
///     StreamReader::new(ev, stream).readline().await
/// }
/// ```
pub struct FromIo<T: embedded_io::ErrorType> {
    name: Cow<'static, str>,
    device: RefCell<T>,
    error: Cell<Option<T::Error>>,
    readable: Ask<T>,
    writable: Ask<T>,
}

/// Asks a device whether it is ready, if it can be asked.
type Ask<T> = Option<fn(&mut T) -> Result<bool, <T as embedded_io::ErrorType>::Error>>;

impl<T: Read + ReadReady> FromIo<T> {
    /// A stream to be read.
    pub fn reader(name: impl Into<Cow<'static, str>>, device: T) -> Self {
        Self::with(name.into(), device, Some(T::read_ready), None)
    }
}

impl<T: Write + WriteReady> FromIo<T> {
    /// A stream to be written.
    pub fn writer(name: impl Into<Cow<'static, str>>, device: T) -> Self {
        Self::with(name.into(), device, None, Some(T::write_ready))
    }
}

impl<T: Read + ReadReady + Write + WriteReady> FromIo<T> {
    /// A stream to be read and written.
    pub fn both(name: impl Into<Cow<'static, str>>, device: T) -> Self {
        Self::with(name.into(), device, Some(T::read_ready), Some(T::write_ready))
    }
}

impl<T: embedded_io::ErrorType> FromIo<T> {
    fn with(name: Cow<'static, str>, device: T, readable: Ask<T>, writable: Ask<T>) -> Self {
        Self { name, device: RefCell::new(device), error: Cell::new(None), readable, writable }
    }

    /// The error that the device answered with last, once.
    pub fn take_error(&self) -> Option<T::Error> {
        self.error.take()
    }

    /// The device itself.
    pub fn into_inner(self) -> T {
        self.device.into_inner()
    }

    /// A device that fails is ready: whoever waits for it has to learn of it.
    fn is_ready(&self, ask: Ask<T>) -> bool {
        ask.is_some_and(|ask| ask(&mut self.device.borrow_mut()).unwrap_or(true))
    }

    fn keep<V>(&self, result: Result<V, T::Error>, failed: V) -> V {
        result.unwrap_or_else(|error| {
            self.error.set(Some(error));
            failed
        })
    }
}

impl<T: embedded_io::ErrorType> fmt::Debug for FromIo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FromIo({})", self.name)
    }
}

impl<T: embedded_io::ErrorType> Pollable for FromIo<T> {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let mut ready = Readiness::NONE;
        for (direction, ask) in [(Readiness::READ, self.readable), (Readiness::WRITE, self.writable)] {
            if !interest.and(direction).is_empty() && self.is_ready(ask) {
                ready = ready.or(direction);
            }
        }
        ready
    }
}

impl<T: Read + ReadReady> StreamRead for FromIo<T> {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        if !self.is_ready(self.readable) {
            return None;
        }
        let read = self.device.borrow_mut().read(buf);
        Some(self.keep(read, 0))
    }
}

impl<T: Write + WriteReady> StreamWrite for FromIo<T> {
    fn write(&self, data: &[u8]) -> Option<usize> {
        if !self.is_ready(self.writable) {
            return None;
        }
        let written = self.device.borrow_mut().write(data);
        Some(self.keep(written, data.len()))
    }
}

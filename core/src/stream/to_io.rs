//! A stream as a device of `embedded-io`.
//!
//! Owns [`ToIo`]. It waits by asking again and again; a task that must not keep the CPU asks first whether it is ready.

use core::convert::Infallible;

use embedded_io::{ErrorType, Read, ReadReady, Write, WriteReady};

use super::{Readiness, StreamRead, StreamWrite};

/// A stream behind the blocking traits of `embedded-io`, for drivers that know no event loop.
///
/// `read` and `write` keep the CPU until the device is ready: nothing but interrupt handlers runs meanwhile. Readiness
/// that only another task brings never comes then. `read_ready` and `write_ready` return at once.
///
/// ```
/// use embedded_io::Read;
/// use vpyb_core::stream::{StreamRead, ToIo};
/// use vpyb_core::Board;
///
/// fn first_byte<B: Board>(board: &B, device: &impl StreamRead) -> u8 {
///     let mut byte = [0];
///     let mut blocking = ToIo::new(device, || board.delay_us(100));
///     blocking.read_exact(&mut byte).expect("a stream does not end here");
///     byte[0]
/// }
/// ```
#[derive(Debug)]
pub struct ToIo<'d, D: ?Sized, W> {
    device: &'d D,
    pause: W,
}

impl<'d, D: ?Sized, W: FnMut()> ToIo<'d, D, W> {
    /// The stream as a blocking device, which does `pause` between two questions whether it is ready: a delay of the
    /// board, so that time goes on.
    pub fn new(device: &'d D, pause: W) -> Self {
        Self { device, pause }
    }
}

impl<D: ?Sized, W> ErrorType for ToIo<'_, D, W> {
    type Error = Infallible;
}

impl<D: StreamRead + ?Sized, W: FnMut()> Read for ToIo<'_, D, W> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Infallible> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            if self.read_ready()?
                && let Some(count) = self.device.read(buf)
            {
                return Ok(count);
            }
            (self.pause)();
        }
    }
}

impl<D: StreamRead + ?Sized, W: FnMut()> ReadReady for ToIo<'_, D, W> {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!self.device.poll(Readiness::READ).and(Readiness::READ).is_empty())
    }
}

impl<D: StreamWrite + ?Sized, W: FnMut()> Write for ToIo<'_, D, W> {
    fn write(&mut self, data: &[u8]) -> Result<usize, Infallible> {
        if data.is_empty() {
            return Ok(0);
        }
        loop {
            if self.write_ready()?
                && let Some(count) = self.device.write(data)
                && count > 0
            {
                return Ok(count);
            }
            (self.pause)();
        }
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl<D: StreamWrite + ?Sized, W: FnMut()> WriteReady for ToIo<'_, D, W> {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!self.device.poll(Readiness::WRITE).and(Readiness::WRITE).is_empty())
    }
}

//! A device as a task reads it (tutorial section 6.3).
//!
//! Owns [`StreamReader`]. It takes no byte before the device is ready.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::future::Future;

use super::{Pollable, StreamRead};
use crate::error::Interrupt;
use crate::event_loop::{EventLoop, Yielded};
use crate::leaf::Leaf;

/// Reads a device for a task (tutorial section 6.3).
pub struct StreamReader<D> {
    event_loop: EventLoop,
    device: Rc<D>,
    pollable: Rc<dyn Pollable>,
}

impl<D: StreamRead + 'static> StreamReader<D> {
    /// A reader of `device`.
    pub fn new(event_loop: &EventLoop, device: Rc<D>) -> Self {
        Self { event_loop: event_loop.clone(), pollable: device.clone(), device }
    }

    fn ready(&self) -> Leaf<'_> {
        let device = self.event_loop.shared().enter_device(&self.pollable);
        Leaf::new(self.event_loop.shared(), Yielded::IoRead(device))
    }

    /// Gives up the registration where the discipline does so.
    async fn finish(&self, end_of_stream: bool) -> Result<(), Interrupt> {
        if self.event_loop.shared().gives_up_devices(end_of_stream) {
            self.done().await?;
        }
        Ok(())
    }

    fn done(&self) -> Leaf<'_> {
        let device = self.event_loop.shared().enter_device(&self.pollable);
        Leaf::new(self.event_loop.shared(), Yielded::IoReadDone(device))
    }

    /// Reads up to `n` bytes; empty at the end of the stream.
    ///
    /// # Cancellation
    ///
    /// The interrupt arrives at once, and nothing is lost: no byte is taken before the device is ready. The
    /// device stays registered, so that later data may wake the task from something else, as in the
    /// original; under `Asyncio3` it does not. Dropped, the registration goes.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn read(&self, n: usize) -> impl Future<Output = Result<Vec<u8>, Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "read");
        async move {
            unawaited.begins();
            let mut data = alloc::vec![0; n];
            let count = self.readinto(&mut data).await?;
            data.truncate(count);
            Ok(data)
        }
    }

    /// Reads up to `buf.len()` bytes into `buf`; gives their number, 0 at the end of the stream. Allocates nothing.
    ///
    /// # Cancellation
    ///
    /// As for [`read`](Self::read).
    #[must_use = "it does nothing unless it is awaited"]
    pub fn readinto(&self, buf: &mut [u8]) -> impl Future<Output = Result<usize, Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "readinto");
        async move {
            unawaited.begins();
            loop {
                self.ready().await?;
                if let Some(count) = self.device.read(buf) {
                    self.finish(count == 0).await?;
                    return Ok(count);
                }
            }
        }
    }

    /// Reads exactly `n` bytes; fewer at the end of the stream.
    ///
    /// # Cancellation
    ///
    /// As for [`read`](Self::read), but bytes read so far are lost.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn readexactly(&self, n: usize) -> impl Future<Output = Result<Vec<u8>, Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "readexactly");
        async move {
            unawaited.begins();
            let mut data = alloc::vec![0; n];
            let (mut filled, mut end) = (0, false);
            while filled < n {
                self.ready().await?;
                match self.device.read(&mut data[filled..]) {
                    None => {}
                    Some(0) => {
                        end = true;
                        break;
                    }
                    Some(count) => filled += count,
                }
            }
            self.finish(end).await?;
            data.truncate(filled);
            Ok(data)
        }
    }

    /// Reads up to and including a newline; without one at the end of the stream.
    ///
    /// # Cancellation
    ///
    /// As for [`read`](Self::read), but a part of the line that was read is lost.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn readline(&self) -> impl Future<Output = Result<Vec<u8>, Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "readline");
        async move {
            unawaited.begins();
            let mut line = Vec::new();
            loop {
                self.ready().await?;
                match self.device.read_line(&mut line) {
                    None => {}
                    Some(count) if count == 0 || line.ends_with(b"\n") => {
                        self.finish(count == 0).await?;
                        return Ok(line);
                    }
                    Some(_) => {}
                }
            }
        }
    }

    /// Gives the device up and closes it.
    ///
    /// # Cancellation
    ///
    /// The interrupt arrives after the turn that giving up costs; the device is not closed then. As in the original,
    /// under `UasyncioV2` closing a reader that has never waited stops the loop.
    pub async fn aclose(self) -> Result<(), Interrupt> {
        if self.event_loop.shared().has_registrations() {
            self.done().await?;
        }
        self.device.close();
        Ok(())
    }
}

impl<D: StreamRead> embedded_io::ErrorType for StreamReader<D> {
    type Error = Interrupt;
}

/// An interrupt of the task is the only error: what a device has to say of its bytes it says itself.
impl<D: StreamRead + 'static> embedded_io_async::Read for StreamReader<D> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Interrupt> {
        if buf.is_empty() {
            return Ok(0);
        }
        self.readinto(buf).await
    }
}

//! A device as a task writes it (tutorial section 6.3).
//!
//! Owns [`StreamWriter`]. What has been written stays written, whatever happens to the task.

use alloc::rc::Rc;
use core::future::Future;

use super::{Pollable, StreamWrite};
use crate::error::Interrupt;
use crate::event_loop::{EventLoop, Yielded};
use crate::leaf::Leaf;

/// Writes a device for a task (tutorial section 6.3).
pub struct StreamWriter<D> {
    pub(crate) event_loop: EventLoop,
    device: Rc<D>,
    pollable: Rc<dyn Pollable>,
}

impl<D: StreamWrite + 'static> StreamWriter<D> {
    /// A writer to `device`.
    pub fn new(event_loop: &EventLoop, device: Rc<D>) -> Self {
        Self { event_loop: event_loop.clone(), pollable: device.clone(), device }
    }

    /// Writes all of `data`. The first part is written without asking whether the device is ready; if that
    /// takes everything, the task does not yield, so a loop of such writes hogs the CPU. Under `Asyncio3` the
    /// device is asked before each part, so that it always yields.
    ///
    /// # Cancellation
    ///
    /// The interrupt arrives at once where the task waits for the device; what was written stays written.
    /// Dropped, the registration goes.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn awrite(&self, mut data: &[u8]) -> impl Future<Output = Result<(), Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "awrite");
        async move {
            unawaited.begins();
            let shared = self.event_loop.shared();
            loop {
                if shared.asks_before_writing() {
                    self.wait(Yielded::IoWrite).await?;
                }
                let taken = self.device.write(data).unwrap_or(0);
                data = &data[taken.min(data.len())..];
                if data.is_empty() {
                    if shared.gives_up_devices(false) {
                        self.wait(Yielded::IoWriteDone).await?;
                    }
                    return Ok(());
                }
                if !shared.asks_before_writing() {
                    self.wait(Yielded::IoWrite).await?;
                }
            }
        }
    }

    fn wait(&self, how: impl FnOnce(u32) -> Yielded) -> Leaf<'_> {
        let device = self.event_loop.shared().enter_device(&self.pollable);
        Leaf::new(self.event_loop.shared(), how(device))
    }

    /// Writes one piece after the other, each as [`awrite`](Self::awrite) does.
    ///
    /// # Cancellation
    ///
    /// As for [`awrite`](Self::awrite); pieces that were not begun are not taken from `pieces`.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn awriteiter<P: AsRef<[u8]>>(
        &self,
        pieces: impl IntoIterator<Item = P>,
    ) -> impl Future<Output = Result<(), Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "awriteiter");
        async move {
            unawaited.begins();
            for piece in pieces {
                self.awrite(piece.as_ref()).await?;
            }
            Ok(())
        }
    }

    /// Gives the device up and closes it.
    ///
    /// # Cancellation
    ///
    /// The interrupt arrives after the turn that giving up costs; the device is not closed then.
    pub async fn aclose(self) -> Result<(), Interrupt> {
        if self.event_loop.shared().has_registrations() {
            self.wait(Yielded::IoWriteDone).await?;
        }
        self.device.close();
        Ok(())
    }
}

impl<D: StreamWrite> embedded_io::ErrorType for StreamWriter<D> {
    type Error = Interrupt;
}

/// All of what is given is written, as by [`awrite`](StreamWriter::awrite); there is nothing to flush.
impl<D: StreamWrite + 'static> embedded_io_async::Write for StreamWriter<D> {
    async fn write(&mut self, data: &[u8]) -> Result<usize, Interrupt> {
        self.awrite(data).await.map(|()| data.len())
    }

    async fn flush(&mut self) -> Result<(), Interrupt> {
        Ok(())
    }
}

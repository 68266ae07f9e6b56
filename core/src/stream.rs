//! Streams (tutorial sections 6.3 and 6.4): devices whose readiness the loop asks for its tasks.
//!
//! Owns the driver's side ([`Pollable`], [`StreamRead`], [`StreamWrite`]) and the program's side
//! ([`StreamReader`], [`StreamWriter`]). When devices are asked is the loop's business.

use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::error::Interrupt;
use crate::event_loop::{EventLoop, Shared, Yielded};
use crate::leaf::Leaf;

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
    pub async fn read(&self, n: usize) -> Result<Vec<u8>, Interrupt> {
        let mut data = alloc::vec![0; n];
        loop {
            self.ready().await?;
            if let Some(count) = self.device.read(&mut data) {
                data.truncate(count);
                self.finish(count == 0).await?;
                return Ok(data);
            }
        }
    }

    /// Reads exactly `n` bytes; fewer at the end of the stream.
    ///
    /// # Cancellation
    ///
    /// As for [`read`](Self::read), but bytes read so far are lost.
    pub async fn readexactly(&self, n: usize) -> Result<Vec<u8>, Interrupt> {
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

    /// Reads up to and including a newline; without one at the end of the stream.
    ///
    /// # Cancellation
    ///
    /// As for [`read`](Self::read), but a part of the line that was read is lost.
    pub async fn readline(&self) -> Result<Vec<u8>, Interrupt> {
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

/// Writes a device for a task (tutorial section 6.3).
pub struct StreamWriter<D> {
    event_loop: EventLoop,
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
    pub async fn awrite(&self, mut data: &[u8]) -> Result<(), Interrupt> {
        loop {
            if self.event_loop.shared().asks_before_writing() {
                let device = self.event_loop.shared().enter_device(&self.pollable);
                Leaf::new(self.event_loop.shared(), Yielded::IoWrite(device)).await?;
            }
            let taken = self.device.write(data).unwrap_or(0);
            data = &data[taken.min(data.len())..];
            if data.is_empty() {
                if self.event_loop.shared().gives_up_devices(false) {
                    let device = self.event_loop.shared().enter_device(&self.pollable);
                    Leaf::new(self.event_loop.shared(), Yielded::IoWriteDone(device)).await?;
                }
                return Ok(());
            }
            if !self.event_loop.shared().asks_before_writing() {
                let device = self.event_loop.shared().enter_device(&self.pollable);
                Leaf::new(self.event_loop.shared(), Yielded::IoWrite(device)).await?;
            }
        }
    }
}

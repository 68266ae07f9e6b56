//! A device of `embedded-io` as one of `embedded-io-async`, on the event loop.
//!
//! Owns [`AsyncIo`]. Errors are the device's own.

use alloc::borrow::ToOwned;
use alloc::rc::{Rc, Weak};
use alloc::string::String;
use core::cell::RefCell;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use embedded_io::{ErrorType, Read, ReadReady, Write, WriteReady};

use crate::event_loop::EventLoop;
use crate::slow_wait::SlowWait;
use crate::stream::{Pollable, Readiness};

/// A device that the event loop asks whether it is ready, behind `Read` and `Write` of `embedded-io-async`: a UART with
/// overrun and framing as errors, or a socket.
///
/// Other tasks run until the device is ready; then its own `read` or `write` is called, which does not wait any more.
/// Clone it for a driver that reads and writes in different tasks: each direction is waited for on its own, under
/// every discipline. The device is dropped with the last clone. Where errors are not asked for, a [`StreamReader`](crate::StreamReader) is simpler.
///
/// ```
/// use embedded_io_async::{Read, Write};
/// use vpyb_core::hal::AsyncIo;
/// use vpyb_core::{Board, EventLoop, TaskError, UartConfig};
///
/// /// A driver of another crate.
/// async fn greet<T: Read + Write>(mut line: T) -> Result<u8, T::Error> {
///     line.write_all(b"hello\n").await?;
///     let mut answer = [0];
///     line.read(&mut answer).await?;
///     Ok(answer[0])
/// }
///
/// async fn start<B: Board>(ev: EventLoop, board: B) -> Result<(), TaskError> {
///     let line = AsyncIo::new(&ev, board.uart("uart4", UartConfig::baud(9600))?);
///     match ev.interruptible(greet(line)).await? {
///         Ok(answer) => board.println(format_args!("{answer}")),
///         Err(error) => board.println(format_args!("{error}")),
///     }
///     Ok(())
/// }
/// ```
pub struct AsyncIo<D> {
    event_loop: EventLoop,
    device: Rc<RefCell<D>>,
    readable: Rc<dyn Pollable>,
    writable: Rc<dyn Pollable>,
}

impl<D> Clone for AsyncIo<D> {
    fn clone(&self) -> Self {
        Self {
            event_loop: self.event_loop.clone(),
            device: self.device.clone(),
            readable: self.readable.clone(),
            writable: self.writable.clone(),
        }
    }
}

/// The device as the poller knows it: once for each direction, so that a reader and a writer do not push each other
/// out. The poller keeps whom it has asked once, and must not keep the device.
struct Direction<D> {
    name: String,
    device: Weak<RefCell<D>>,
}

impl<D: Pollable> Pollable for Direction<D> {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        self.device.upgrade().map_or(Readiness::NONE, |device| device.borrow().poll(interest))
    }

    fn sampled(&self) -> bool {
        self.device.upgrade().is_some_and(|device| device.borrow().sampled())
    }
}

impl<D: Pollable + 'static> AsyncIo<D> {
    /// A device of this loop.
    pub fn new(event_loop: &EventLoop, device: D) -> Self {
        let name = device.name().to_owned();
        let device = Rc::new(RefCell::new(device));
        let direction = || -> Rc<dyn Pollable> {
            Rc::new(Direction { name: name.clone(), device: Rc::downgrade(&device) })
        };
        Self { event_loop: event_loop.clone(), readable: direction(), writable: direction(), device }
    }

    fn ready(&self, interest: Readiness) -> Ready<'_> {
        let pollable = if interest == Readiness::READ { &self.readable } else { &self.writable };
        Ready { event_loop: &self.event_loop, pollable, interest, wait: None }
    }
}

/// A wait for a device.
struct Ready<'a> {
    event_loop: &'a EventLoop,
    pollable: &'a Rc<dyn Pollable>,
    interest: Readiness,
    wait: Option<SlowWait>,
}

impl Ready<'_> {
    fn give_up(&mut self) {
        if let Some(wait) = self.wait.take() {
            wait.give_up(self.event_loop.shared());
        }
    }
}

impl Future for Ready<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.event_loop.shared();
        if !self.pollable.poll(self.interest).and(self.interest).is_empty() {
            self.give_up();
            return Poll::Ready(());
        }
        match &self.wait {
            Some(wait) => wait.go_on(shared, cx),
            None => {
                let device = shared.enter_device(self.pollable);
                self.wait = Some(SlowWait::device(shared, device, self.interest, cx));
            }
        }
        Poll::Pending
    }
}

impl Drop for Ready<'_> {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl<D: ErrorType> ErrorType for AsyncIo<D> {
    type Error = D::Error;
}

impl<D: Pollable + Read + 'static> embedded_io_async::Read for AsyncIo<D> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, D::Error> {
        if buf.is_empty() {
            return Ok(0);
        }
        self.ready(Readiness::READ).await;
        self.device.borrow_mut().read(buf)
    }
}

impl<D: Pollable + Write + 'static> embedded_io_async::Write for AsyncIo<D> {
    async fn write(&mut self, data: &[u8]) -> Result<usize, D::Error> {
        if data.is_empty() {
            return Ok(0);
        }
        self.ready(Readiness::WRITE).await;
        self.device.borrow_mut().write(data)
    }

    async fn flush(&mut self) -> Result<(), D::Error> {
        self.device.borrow_mut().flush()
    }
}

impl<D: ReadReady> ReadReady for AsyncIo<D> {
    fn read_ready(&mut self) -> Result<bool, D::Error> {
        self.device.borrow_mut().read_ready()
    }
}

impl<D: WriteReady> WriteReady for AsyncIo<D> {
    fn write_ready(&mut self) -> Result<bool, D::Error> {
        self.device.borrow_mut().write_ready()
    }
}

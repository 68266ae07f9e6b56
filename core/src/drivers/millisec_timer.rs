//! A delay that is a stream (tutorial section 6.4, `ms_timer.py`).
//!
//! Owns [`MillisecTimer`]. A stream is asked whether it is ready where the discipline asks devices; under `FastIo` with
//! an I/O queue that is before every step, so that the delay is late by one step at the most.

use alloc::borrow::Cow;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::future::Future;

use crate::error::Interrupt;
use crate::event_loop::EventLoop;
use crate::stream::{Pollable, Readiness, StreamRead, StreamReader};
use crate::ticks;

/// A delay whose end the loop finds by asking, as it asks devices.
///
/// With ten tasks that keep the CPU for 10 ms each, 30 ms last 200 ms under `UasyncioV2`, 300 ms under `FastIo`, and 30
/// to 34 ms with an I/O queue. Where nobody else runs, a [`sleep_ms`](EventLoop::sleep_ms) is as good and costs less:
/// while a timer runs, the loop looks at it at each tick.
///
/// ```
/// use vpyb_core::drivers::MillisecTimer;
/// use vpyb_core::{EventLoop, Interrupt};
///
/// async fn blink(ev: EventLoop, mut toggle: impl FnMut()) -> Result<(), Interrupt> {
///     let timer = MillisecTimer::new(&ev);
///     loop {
///         timer.wait_ms(30).await?;
///         toggle();
///     }
/// }
/// ```
pub struct MillisecTimer {
    reader: StreamReader<Deadline>,
    deadline: Rc<Deadline>,
}

/// The stream: readable when the time is up.
struct Deadline {
    event_loop: EventLoop,
    name: Cow<'static, str>,
    end: Cell<u32>,
}

impl MillisecTimer {
    /// A timer called `MillisecTimer` in reports.
    pub fn new(event_loop: &EventLoop) -> Self {
        Self::named(event_loop, "MillisecTimer")
    }

    /// A timer under a name of the program's choice.
    pub fn named(event_loop: &EventLoop, name: impl Into<Cow<'static, str>>) -> Self {
        let end = Cell::new(event_loop.time());
        let deadline = Rc::new(Deadline { event_loop: event_loop.clone(), name: name.into(), end });
        Self { reader: StreamReader::new(event_loop, deadline.clone()), deadline }
    }

    /// Waits for `ms` milliseconds from now, up to 2^29 - 1. One task at a time: a second wait moves the end of the
    /// first.
    ///
    /// # Cancellation
    ///
    /// As for [`StreamReader::readline`]: the interrupt arrives at once, and nothing is lost. The timer can be used
    /// again.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn wait_ms(&self, ms: u32) -> impl Future<Output = Result<(), Interrupt>> {
        let unawaited = self.deadline.event_loop.unawaited(|| "MillisecTimer::wait_ms");
        async move {
            unawaited.begins();
            let ms = ms.min(ticks::PERIOD / 2 - 1) as i32;
            self.deadline.end.set(ticks::ticks_add(self.deadline.event_loop.time(), ms));
            self.reader.readline().await?;
            Ok(())
        }
    }
}

impl Pollable for Deadline {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let over = ticks::ticks_diff(self.event_loop.time(), self.end.get()) >= 0;
        if over { Readiness::READ.and(interest) } else { Readiness::NONE }
    }
}

impl StreamRead for Deadline {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        let first = buf.first_mut()?;
        *first = b'\n';
        Some(1)
    }

    fn read_line(&self, line: &mut Vec<u8>) -> Option<usize> {
        line.push(b'\n');
        Some(1)
    }
}

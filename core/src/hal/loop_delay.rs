//! The event loop's time as an async delay of `embedded-hal`.
//!
//! Owns [`LoopDelay`].

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use embedded_hal_async::delay::DelayNs;

use crate::event_loop::EventLoop;
use crate::slow_wait::SlowWait;
use crate::ticks;
use crate::time::{Duration, Instant};

/// Nanoseconds of one tick.
const TICK: u64 = 1_000_000;
/// The longest single wait in ticks.
const LONGEST: u64 = (ticks::PERIOD / 2 - 1) as u64;

/// A delay during which other tasks run: `DelayNs` of `embedded-hal-async` on the event loop.
///
/// It is never short: it ends at the first tick of the loop, a whole millisecond, at which the time is over, and
/// perhaps later as any [`sleep_ms`](EventLoop::sleep_ms). A delay of a few microseconds therefore costs a whole tick;
/// where a driver makes many of them, give it one that keeps the CPU.
///
/// ```
/// use embedded_hal_async::delay::DelayNs;
/// use vpyb_core::hal::LoopDelay;
/// use vpyb_core::{EventLoop, Interrupt};
///
/// /// A driver of another crate.
/// async fn power_up(delay: &mut impl DelayNs) {
///     delay.delay_ms(15).await;
/// }
///
/// async fn start(ev: &EventLoop) -> Result<(), Interrupt> {
///     ev.interruptible(power_up(&mut LoopDelay::new(ev))).await
/// }
/// ```
#[derive(Clone)]
pub struct LoopDelay {
    event_loop: EventLoop,
}

impl LoopDelay {
    /// A delay by this loop's time.
    pub fn new(event_loop: &EventLoop) -> Self {
        Self { event_loop: event_loop.clone() }
    }

    fn pass(&self, span: Duration) -> Passing<'_> {
        let end = self.event_loop.shared().now() + span;
        Passing { event_loop: &self.event_loop, end, wait: None }
    }
}

impl DelayNs for LoopDelay {
    async fn delay_ns(&mut self, ns: u32) {
        self.pass(Duration::from_nanos(ns.into())).await;
    }

    async fn delay_us(&mut self, us: u32) {
        self.pass(Duration::from_micros(us.into())).await;
    }

    async fn delay_ms(&mut self, ms: u32) {
        self.pass(Duration::from_millis(ms.into())).await;
    }
}

/// A delay under way.
struct Passing<'a> {
    event_loop: &'a EventLoop,
    end: Instant,
    wait: Option<SlowWait>,
}

impl Passing<'_> {
    fn give_up(&mut self) {
        if let Some(wait) = self.wait.take() {
            wait.give_up(self.event_loop.shared());
        }
    }
}

impl Future for Passing<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.event_loop.shared();
        let now = shared.now();
        if now >= self.end {
            self.give_up();
            return Poll::Ready(());
        }
        match &self.wait {
            Some(wait) if !wait.is_over(shared) => wait.go_on(shared, cx),
            _ => {
                self.give_up();
                // From the beginning of the present tick to that of the first one at which the time is over.
                let ticks = self.end.as_nanos().div_ceil(TICK) - now.as_nanos() / TICK;
                // Without a place in the wait queue the loop stops, and the task stays where it is.
                self.wait = SlowWait::delay(shared, ticks.min(LONGEST) as i32, cx);
            }
        }
        Poll::Pending
    }
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        self.give_up();
    }
}

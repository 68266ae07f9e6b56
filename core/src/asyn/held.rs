//! Something is held while a body runs, and given back however the body ends.
//!
//! Owns the order: body, give back, then perhaps one turn. What is held is the caller's.

use core::future::Future;

use super::Error;
use crate::event_loop::EventLoop;

/// Gives back when it is dropped with its future, unless that was done by hand.
struct Held<'a, R: Fn() -> Result<(), Error>> {
    give_back: R,
    event_loop: &'a EventLoop,
    given_back: bool,
}

impl<R: Fn() -> Result<(), Error>> Drop for Held<'_, R> {
    fn drop(&mut self) {
        if !self.given_back && !self.event_loop.shared().is_closed() {
            (self.give_back)().ok();
        }
    }
}

/// Whether a turn is given up after giving back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// As `async with`: `sleep(0)`.
    Turn,
    /// As `with`.
    AtOnce,
}

/// Runs `body` while something is held. As in Python, an error while leaving takes the place of the body's own.
pub(super) async fn held<T, E: From<Error>>(
    event_loop: &EventLoop,
    exit: Exit,
    give_back: impl Fn() -> Result<(), Error>,
    body: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let mut held = Held { give_back, event_loop, given_back: false };
    let ended = body.await;
    // By hand, so that an error is seen.
    held.given_back = true;
    (held.give_back)()?;
    drop(held);
    if exit == Exit::Turn {
        event_loop.sleep(0.0).await.map_err(Error::from)?;
    }
    ended
}

//! A sleep in parts (tutorial section 5.2.1), so that an interrupt arrives soon where it has to wait for a sleep's end.
//!
//! Owns [`sleep`].

use core::future::Future;

use super::Error;
use crate::event_loop::{EventLoop, whole_ms};

/// Sleeps for `seconds`, in parts of `granularity_ms`. The last part is what is left, even if that is 0: such a sleep
/// gives up one turn more.
///
/// # Errors
///
/// `Granularity` if that is not more than 0.
///
/// # Cancellation
///
/// The interrupt arrives at the end of the present part. Dropped, nothing is lost.
#[must_use = "it does nothing unless it is awaited"]
pub fn sleep(
    event_loop: &EventLoop,
    seconds: f64,
    granularity_ms: i32,
) -> impl Future<Output = Result<(), Error>> {
    let unawaited = event_loop.unawaited(|| "asyn::sleep");
    async move {
        unawaited.begins();
        if granularity_ms <= 0 {
            return Err(Error::Granularity);
        }
        let ms = whole_ms(seconds);
        if ms <= granularity_ms {
            return Ok(event_loop.sleep_ms(ms).await?);
        }
        for _ in 0..ms / granularity_ms {
            event_loop.sleep_ms(granularity_ms).await?;
        }
        Ok(event_loop.sleep_ms(ms % granularity_ms).await?)
    }
}

//! Drivers of the tutorial's devices, on the traits of `embedded-hal` and the event loop.
//!
//! Each runs on any board that has those traits; none knows one. What can be worked out without a device is a function
//! of its own.
//!
//! | driver | tutorial | for |
//! |---|---|---|
//! | [`MillisecTimer`] | 6.4 | a delay that is a stream, so that it is as prompt as I/O |
//! | [`PinCall`] | 6.4 | callbacks at the edges of a pin, found by asking |
//! | [`mma7660`] | 6.2 | the Pyboard's accelerometer |

mod millisec_timer;
pub mod mma7660;
mod pin_call;

pub use millisec_timer::MillisecTimer;
pub use pin_call::PinCall;

//! Drivers of the tutorial's devices, on the traits of `embedded-hal` and the event loop.
//!
//! Each runs on any board that has those traits; none knows one. What can be worked out without a device is a function
//! of its own.
//! What they are for is in the tutorial's section 6, and the LED's in section 8.3.
//!
//! | driver | tutorial | for |
//! |---|---|---|
//! | [`Led`] | 8.3 | an LED that flashes by itself |
//! | [`Switch`], [`Pushbutton`] | 3 | contacts that bounce; double clicks and long presses |
//! | [`RecordUart`] | 6.2 | records on a serial line |
//! | [`HalfDuplex`] | 6.3.1 | commands and replies on a serial line |
//! | [`MillisecTimer`] | 6.4 | a delay that is a stream, so that it is as prompt as I/O |
//! | [`PinCall`] | 6.4 | callbacks at the edges of a pin, found by asking |
//! | [`nec_ir`] | 6.5 | an infrared remote control |
//! | [`htu21d`] | 6.6 | a humidity and temperature sensor |
//! | [`mma7660`] | 6.2 | the Pyboard's accelerometer |
//!
//! Each is tested on a mock, on the virtual board, and with whatever may come: `docs/drivers.md` says where. An LED and a
//! [`DelayMs`](crate::sync::DelayMs) have nothing to decode; a delay, and the interrupts of a pin that [`nec_ir`] listens to,
//! are no traits of `embedded-hal`, so that there is no mock of them.

mod half_duplex;
pub mod htu21d;
mod led;
mod millisec_timer;
pub mod mma7660;
pub mod nec_ir;
mod pin_call;
mod pushbutton;
mod record_uart;
mod switch;

pub use half_duplex::HalfDuplex;
pub use led::Led;
pub use millisec_timer::MillisecTimer;
pub use pin_call::PinCall;
pub use pushbutton::Pushbutton;
pub use record_uart::RecordUart;
pub use switch::Switch;

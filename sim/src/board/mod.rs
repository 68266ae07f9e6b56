//! The virtual board: what a program is handed on a laptop.
//!
//! Owns the Pyboard as data, its CPU's prices, and the implementation of the core's `Board`. It knows
//! worlds, peripherals and devices; it does not know how runs are driven or judged.

mod actors;
mod machine;
mod part;
mod profile;
mod pyboard;
mod recorder;
mod virtual_board;
mod virtual_uart;

pub use machine::{Abort, Bound, Machine};
pub use part::Part;
pub use profile::Profile;
pub use pyboard::{LEDS, MODEL, PINS, UARTS};
pub use recorder::Recorder;
pub use virtual_board::{VirtualBoard, VirtualClock, VirtualLed, VirtualPin};
pub use virtual_uart::VirtualUart;

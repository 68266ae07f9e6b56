//! The virtual board: what a program is handed on a laptop.
//!
//! Owns the Pyboard as data, its CPU's prices, and the implementation of the core's `Board`. It knows
//! worlds, peripherals and devices; it does not know how runs are driven or judged.

mod actors;
mod alarms;
mod bench_devices;
mod cancels;
mod console;
mod faults;
mod i2c_units;
mod interrupts;
mod machine;
mod part;
mod pinout;
mod pins;
mod profile;
mod pyboard;
mod recorder;
mod uarts;
mod virtual_board;
mod virtual_i2c;
mod virtual_net;
mod virtual_pin;
mod virtual_uart;
mod watch;
mod wiring;

pub use bench_devices::ACCEL;
pub use machine::{Abort, Bound, Machine};
pub use part::Part;
pub use pinout::{PinUse, pinout, render_pinout};
pub use pins::{BoardPin, PINS, alternate_number};
pub use profile::Profile;
pub use pyboard::{BUSES, I2cUnit, MODEL, SWITCHES, UARTS, UartUnit};
pub use recorder::Recorder;
pub use virtual_board::{VirtualBoard, VirtualClock};
pub use virtual_i2c::VirtualI2c;
pub use virtual_net::{VirtualListener, VirtualNetwork, VirtualSocket};
pub use virtual_pin::{VirtualLed, VirtualPin};
pub use virtual_uart::VirtualUart;
pub use watch::Watcher;

//! What was so at an instant: a fold over the records up to it.
//!
//! [`State`] owns the fold and sends each record to the part it changes: [`Scheduling`] (tasks and
//! queues), [`Sharing`] (locks and their like), [`Wires`] (nets and pins), [`IrqLine`], [`Uart`], [`I2cBus`],
//! [`DeviceState`], [`Socket`]. [`render_state`] shows it. Nothing here knows the live world; a test compares the two at
//! every record.

mod bench_picture;
mod device;
mod fold;
mod i2c_bus;
mod irq_line;
mod network;
mod picture;
mod scheduling;
mod sharing;
mod uart;
mod waits;
mod wires;

pub use device::{DeviceState, POWER_OFF, POWER_ON, Told};
pub use fold::State;
pub use i2c_bus::{I2cBus, I2cCounters, Transfer};
pub use irq_line::IrqLine;
pub use network::{Socket, Standing};
pub use picture::{render_pin, render_state, render_tasks};
pub use scheduling::{Armed, Cpu, Phase, Queued, Scheduling, TaskState};
pub use sharing::{Shared, Sharing, Wait};
pub use uart::{Counters, Uart};
pub use waits::{Waiting, waiting};
pub use wires::{NetState, PinState, Wires};

//! What was so at an instant: a fold over the records up to it.
//!
//! [`State`] owns the fold and sends each record to the part it changes: [`Scheduling`] (tasks and
//! queues), [`Sharing`] (locks and their like), [`Wires`] (nets and pins), [`IrqLine`], [`Uart`]. [`render_state`]
//! shows it. Nothing here knows the
//! live world; a property test compares the two.

mod fold;
mod irq_line;
mod picture;
mod scheduling;
mod sharing;
mod uart;
mod waits;
mod wires;

pub use fold::State;
pub use irq_line::IrqLine;
pub use picture::{render_pin, render_state, render_tasks};
pub use scheduling::{Armed, Cpu, Phase, Queued, Scheduling, TaskState};
pub use sharing::{Shared, Sharing, Wait};
pub use uart::{Counters, Uart};
pub use waits::{Waiting, waiting};
pub use wires::{NetState, PinState, Wires};

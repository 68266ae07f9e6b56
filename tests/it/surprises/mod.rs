//! Surprising behaviour of the originals that is kept: one test for each, which says what it is.
//!
//! Owns what the vectors, the primitives' scenarios and the interrupts do not show already. Each test runs under every
//! discipline. `docs/surprises.md` lists every surprise with its test, wherever that is.
//!
//! | file | owns |
//! |---|---|
//! | `scheduling` | queues, delays, runs |
//! | `interrupting` | cancellations and time-outs |
//! | `sharing` | what tasks share |
//! | `streaming` | devices |
//! | `drivers` | drivers of the tutorial's devices |
//! | `undefined` | what depends on chance or corrupts memory on a real interpreter, and is defined here |

mod drivers;
mod interrupting;
mod scheduling;
mod sharing;
mod streaming;
mod undefined;

//! A scenario as the runner takes it: validated, defaults filled in, one value per variant.
//!
//! Owns the lowered form. It knows neither TOML nor the world: the parser makes it from a file, and a
//! test may write it by hand. Times are [`Duration`](vpyb_core::time::Duration)s and
//! [`Instant`](vpyb_core::time::Instant)s except in [`Op`], whose units are those of the library that it scripts.

mod expect;
mod exposure;
mod fault;
mod objects;
mod part;
mod scenario;
mod script;
mod serial;

pub use expect::*;
pub use exposure::{Exposure, Row};
pub use fault::{Fault, FaultPlace, Strikes};
pub use objects::*;
pub use part::*;
pub use scenario::*;
pub use script::*;
pub use serial::*;

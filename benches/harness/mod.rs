//! The harness: every case in every round, and what the rounds say together.
//!
//! Owns how the cases are interleaved and timed. It knows no executor: a case is a name and a function.
//!
//! | file | owns |
//! |---|---|
//! | `rounds` | [`Case`], [`Plan`]; the order of the runs |
//! | `report` | [`Table`]; minimum, ratios, the table and its JSON |
//! | `command` | what the command line may ask for |

mod command;
mod report;
mod rounds;

pub use command::run;
pub use report::{Report, Table};
pub use rounds::{Case, Plan, Samples, measure};

//! The harness: every case in every round, and what the rounds say together.
//!
//! Owns how the cases are interleaved and timed, and what is made of the times. It knows no executor: a case is a name, a
//! role and a function.
//!
//! | file | owns |
//! |---|---|
//! | `rounds` | [`Case`], [`Role`], [`Plan`]; the order of the runs |
//! | `work` | [`Work`], [`Aim`]; what is compared, and with what it is to compare well |
//! | `report` | [`Report`]; least and median times, ratios, the table of one work and its JSON |
//! | `summary` | the table of all works |
//! | `command` | what the command line may ask for |

mod command;
mod report;
mod rounds;
mod summary;
mod work;

pub use command::run;
pub use report::Report;
pub use rounds::{Case, Plan, Role, Round, Samples, measure};
pub use summary::Summary;
pub use work::{Aim, Measured, Unit, Work};

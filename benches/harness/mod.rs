//! The harness: every case in every round, and what the rounds say together.
//!
//! Owns how the cases are interleaved and timed. It knows no executor: a case is a name and a function.
//!
//! | file | owns |
//! |---|---|
//! | `rounds` | [`Case`], [`Plan`]; the order of the runs |
//! | `report` | minimum, ratios, the table and its JSON |

mod report;
mod rounds;

pub use report::Report;
pub use rounds::{Case, Plan, Samples, measure};

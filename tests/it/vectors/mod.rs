//! The conformance vectors of the behavioural specification: one test for each row, under every discipline.
//!
//! Owns the rows that a program can show, each as all that happens and when, at no cost. The specification has columns
//! for `uasyncio-v2` and `fast-io`; what `asyncio-v3` makes of a row stands beside them. `docs/surprises.md` lists all
//! rows, and says why some have no test here.
//!
//! | file | owns |
//! |---|---|
//! | `order` | who runs when, and what a queue refuses |
//! | `interrupts` | cancellations and time-outs |

mod interrupts;
mod order;

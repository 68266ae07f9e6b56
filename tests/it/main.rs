//! The tests of the whole, one module for each guarantee.

mod bench;
mod checked_in;
mod combinators;
mod determinism;
mod diagnostics;
mod docs;
mod lowering;
mod mutated;
mod named;
mod one_byte;
mod oracle;
mod properties;
mod report;
mod runs;
mod sync;
mod sync_irq;
mod sync_model;
mod sync_timed;
mod tidy;
mod trace;
mod trace_export;
mod trace_file;

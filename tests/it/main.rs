//! The tests of the whole, one module for each guarantee.

mod checked_in;
mod determinism;
mod diagnostics;
mod lowering;
mod mutated;
mod one_byte;
mod oracle;
mod report;
mod tidy;
mod trace;
mod trace_export;
mod trace_file;

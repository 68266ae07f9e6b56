//! The tests of the whole, one module for each guarantee.

mod bench;
mod checked_in;
mod determinism;
mod diagnostics;
mod docs;
mod lowering;
mod mutated;
mod one_byte;
mod oracle;
mod properties;
mod report;
mod runs;
mod tidy;
mod trace;
mod trace_export;
mod trace_file;

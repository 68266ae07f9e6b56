//! The tests of the whole, one module for each guarantee.

mod one_byte;
mod report;
mod trace;
mod trace_export;
mod trace_file;
//! Tests of the whole through its public API; one module for each concern.
mod diagnostics;
mod lowering;

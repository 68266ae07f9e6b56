//! The tests of the whole, one module for each guarantee.

mod diagnostics;
mod lowering;
mod one_byte;
mod oracle;
mod report;
mod trace;
mod trace_export;
mod trace_file;

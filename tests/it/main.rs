//! The tests of the whole, one module for each guarantee.

mod asyncio3;
mod bench;
mod checked_in;
mod combinators;
mod determinism;
mod diagnostics;
mod docs;
mod interrupts;
mod lowering;
mod mutated;
mod named;
mod one_byte;
mod oracle;
mod properties;
mod report;
mod runs;
mod second_opinion;
mod sync;
mod sync_irq;
mod sync_model;
mod sync_timed;
mod tidy;
mod trace;
mod trace_export;
mod trace_file;

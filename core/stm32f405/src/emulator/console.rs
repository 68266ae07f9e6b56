//! The console: what the program prints, on the host's standard output.
//!
//! Owns the two forms of the output. Plain, it is the program's text. Watched, each line is something that happened:
//! when, a blank, and what: the millisecond tick, or the nanosecond where time passes by prices.

use alloc::string::String;
use core::cell::{Cell, RefCell};
use core::fmt::{self, Write as _};

use semihosting::io;
use vpyb_core::ticks::ticks_ms;
use vpyb_core::time::Instant;

use crate::clock;

/// How it is said when something happened.
#[derive(Clone, Copy)]
pub enum Stamp {
    /// By the millisecond tick.
    Tick,
    /// By the nanosecond.
    Nanos,
}

/// Where a run is printed.
pub struct Console {
    watch: Option<Stamp>,
    out: RefCell<Option<io::Stdout>>,
    /// A piece of text on its way: each call of the host takes it whole.
    piece: RefCell<String>,
    /// What was printed and is not a whole line yet; only if watched.
    begun: RefCell<String>,
    /// Something happened since somebody asked.
    touched: Cell<bool>,
}

impl Console {
    /// A console on the host's standard output.
    pub fn new(watch: Option<Stamp>) -> Self {
        let out = RefCell::new(io::stdout().ok());
        let (piece, begun, touched) = Default::default();
        Self { watch, out, piece, begun, touched }
    }

    fn write(&self, text: fmt::Arguments<'_>) {
        let mut piece = self.piece.borrow_mut();
        piece.clear();
        let _ = piece.write_fmt(text);
        if let Some(out) = &mut *self.out.borrow_mut() {
            // A host that does not listen is no reason for the chip to stop.
            let _ = io::Write::write_all(out, piece.as_bytes());
        }
    }

    /// Prints what the program says. The host's part takes no time of the chip's.
    pub fn print(&self, text: fmt::Arguments<'_>) {
        clock::standing_still(|| self.print_now(text));
    }

    fn print_now(&self, text: fmt::Arguments<'_>) {
        if self.watch.is_none() {
            return self.write(text);
        }
        let mut begun = self.begun.borrow_mut();
        let _ = begun.write_fmt(text);
        while let Some(end) = begun.find('\n') {
            self.note(format_args!("prints {}", &begun[..end]));
            begun.drain(..=end);
        }
    }

    /// Notes that something happened, if anybody watches.
    pub fn note(&self, what: fmt::Arguments<'_>) {
        self.touch();
        self.note_at(clock::now(), what);
    }

    /// Notes what happened at an instant, if anybody watches. It does not count as touched.
    pub fn note_at(&self, at: Instant, what: fmt::Arguments<'_>) {
        match self.watch {
            Some(Stamp::Tick) => self.write(format_args!("{} {what}\n", ticks_ms(at))),
            Some(Stamp::Nanos) => self.write(format_args!("{} {what}\n", at.as_nanos())),
            None => {}
        }
    }

    /// Something happened that is not noted.
    pub fn touch(&self) {
        self.touched.set(true);
    }

    /// Whether anything happened since the last call.
    pub fn take_touched(&self) -> bool {
        self.touched.take()
    }

    /// Says how the run ended.
    pub fn end(&self, how: fmt::Arguments<'_>) {
        let begun = self.begun.take();
        if !begun.is_empty() {
            self.note(format_args!("prints {begun}"));
        }
        if self.watch.is_some() {
            self.note(format_args!("end {how}"));
        } else {
            self.write(format_args!("({how}, after {} ms)\n", clock::now().as_millis()));
        }
    }
}

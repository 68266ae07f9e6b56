//! `vpyb view`: a run on the terminal, with a cursor that moves in it.
//!
//! Owns the picture and what each key does. It knows traces and the cells of a screen; which terminal it is, and where
//! keys come from, is handed in.
//!
//! Invariant **cursor-is-visible**: after every key the cursor's record lies in the stretch that is shown, and the
//! selected strip is on the screen.

mod cursor;
mod draw;
mod keys;
mod lines;
mod scale;

pub use cursor::View;

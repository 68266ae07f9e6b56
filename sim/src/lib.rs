//! The virtual Pyboard: a board on a laptop whose time is virtual and whose wires carry real edges.

pub mod board;
pub mod cli;
pub mod devices;
pub mod expect;
pub mod mcu;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod script;
pub mod trace;
pub mod world;

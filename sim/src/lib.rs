//! The virtual Pyboard: a board on a laptop whose time is virtual and whose wires carry real edges.

pub mod board;
pub mod devices;
pub mod mcu;
pub mod scenario;
pub mod trace;
pub mod world;

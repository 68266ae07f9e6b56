//! The virtual Pyboard: a board on a laptop whose time is virtual and whose wires carry real edges.

pub mod scenario;
pub mod trace;

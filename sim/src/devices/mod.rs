//! Devices on the bench beside the board, as models that see only wires and alarms.

mod serial_peer;

pub use serial_peer::SerialPeer;

//! Devices on the bench beside the board, as models that see only wires and alarms.

mod button;
mod climate;
mod feed;
mod htu21d;
mod htu21d_code;
mod i2c_target;
mod lm75;
mod logic_source;
mod mma7660;
mod mma7660_chip;
mod nec_remote;
mod network;
mod sensor;
mod serial_peer;

pub use button::{Bounce, Button};
pub use climate::Air;
pub use logic_source::LogicSource;
pub use mma7660::{AccelPins, Mma7660};
pub use mma7660_chip::Vector;
pub use nec_remote::NecRemote;
pub use network::{End, EndId, LinkSettings, LookUp, Network, NetworkSettings, Phase};
pub use sensor::{I2cSensor, SENSORS};
pub use serial_peer::{PeerPins, PeerReply, SerialPeer};

//! Everything on the bench that acts on its own, as one type.
//!
//! Owns the list of models. The world delivers to it without knowing which is which.

use crate::devices::{Button, I2cSensor, LogicSource, Mma7660, NecRemote, Network, SerialPeer};
use crate::mcu::{Exti, I2c, Timers, Uart};
use crate::trace::record::NetLevel;
use crate::world::{Bench, Device, DeviceId, PinId};

/// A peripheral of the chip or a device on the bench.
#[derive(Debug)]
pub enum Part {
    /// The chip's interrupt lines.
    Exti(Exti),
    /// The chip's timers.
    Timers(Timers),
    /// A UART of the chip.
    Uart(Uart),
    /// A peer on a serial line.
    SerialPeer(SerialPeer),
    /// An I2C unit of the chip.
    I2c(I2c),
    /// The accelerometer.
    Mma7660(Mma7660),
    /// A sensor of air.
    Sensor(I2cSensor),
    /// A remote control with its receiver.
    NecRemote(NecRemote),
    /// A network.
    Network(Network),
    /// A push button.
    Button(Button),
    /// A source of levels.
    LogicSource(LogicSource),
}

impl Device for Part {
    fn alarm(&mut self, me: DeviceId, number: u32, bench: &mut Bench) {
        match self {
            Self::Exti(exti) => exti.alarm(me, number, bench),
            Self::Timers(timers) => timers.alarm(me, number, bench),
            Self::Uart(uart) => uart.alarm(me, number, bench),
            Self::SerialPeer(peer) => peer.alarm(me, number, bench),
            Self::I2c(unit) => unit.alarm(me, number, bench),
            Self::Mma7660(accel) => accel.alarm(me, number, bench),
            Self::Sensor(sensor) => sensor.alarm(me, number, bench),
            Self::NecRemote(remote) => remote.alarm(me, number, bench),
            Self::Network(network) => network.alarm(me, number, bench),
            Self::Button(button) => button.alarm(me, number, bench),
            Self::LogicSource(source) => source.alarm(me, number, bench),
        }
    }

    fn edge(&mut self, me: DeviceId, pin: PinId, level: NetLevel, bench: &mut Bench) {
        match self {
            Self::Exti(exti) => exti.edge(me, pin, level, bench),
            Self::Timers(timers) => timers.edge(me, pin, level, bench),
            Self::Uart(uart) => uart.edge(me, pin, level, bench),
            Self::SerialPeer(peer) => peer.edge(me, pin, level, bench),
            Self::I2c(unit) => unit.edge(me, pin, level, bench),
            Self::Mma7660(accel) => accel.edge(me, pin, level, bench),
            Self::Sensor(sensor) => sensor.edge(me, pin, level, bench),
            Self::NecRemote(remote) => remote.edge(me, pin, level, bench),
            Self::Network(network) => network.edge(me, pin, level, bench),
            Self::Button(button) => button.edge(me, pin, level, bench),
            Self::LogicSource(source) => source.edge(me, pin, level, bench),
        }
    }
}

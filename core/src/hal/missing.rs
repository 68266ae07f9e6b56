//! What a HAL has and no board here hands out.
//!
//! Owns [`Missing`], a type without values that stands in its place: a driver compiles against it, and nobody can
//! have one.

use core::convert::Infallible;
use core::net::{IpAddr, SocketAddr};

use embedded_hal::{pwm, spi};

use crate::net::{Listener, NetError, Network, Socket};
use crate::stream::{Pollable, Readiness, StreamRead, StreamWrite};

/// An SPI bus, an SPI device, a PWM channel, an analogue input or a network that does not exist.
///
/// [`Board::spi`](crate::Board::spi) and its sisters give an error instead of it, so that firmware says at its start what
/// it misses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {}

impl spi::ErrorType for Missing {
    type Error = Infallible;
}

impl spi::SpiBus for Missing {
    fn read(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        match *self {}
    }

    fn write(&mut self, _: &[u8]) -> Result<(), Infallible> {
        match *self {}
    }

    fn transfer(&mut self, _: &mut [u8], _: &[u8]) -> Result<(), Infallible> {
        match *self {}
    }

    fn transfer_in_place(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        match *self {}
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        match *self {}
    }
}

impl spi::SpiDevice for Missing {
    fn transaction(&mut self, _: &mut [spi::Operation<'_, u8>]) -> Result<(), Infallible> {
        match *self {}
    }
}

impl pwm::ErrorType for Missing {
    type Error = Infallible;
}

impl pwm::SetDutyCycle for Missing {
    fn max_duty_cycle(&self) -> u16 {
        match *self {}
    }

    fn set_duty_cycle(&mut self, _: u16) -> Result<(), Infallible> {
        match *self {}
    }
}

impl Network for Missing {
    type Socket = Self;
    type Listener = Self;

    fn look_up(&self, _: &str) -> Result<IpAddr, NetError> {
        match *self {}
    }

    fn connect(&self, _: SocketAddr) -> Result<Self, NetError> {
        match *self {}
    }

    fn begin_connect(&self, _: SocketAddr) -> Self {
        match *self {}
    }

    fn listen(&self, _: u16) -> Result<Self, NetError> {
        match *self {}
    }
}

impl Listener for Missing {
    type Socket = Self;

    fn accept(&self) -> Option<Self> {
        match *self {}
    }
}

impl Socket for Missing {
    fn error(&self) -> Option<NetError> {
        match *self {}
    }
}

impl Pollable for Missing {
    fn name(&self) -> &str {
        match *self {}
    }

    fn poll(&self, _: Readiness) -> Readiness {
        match *self {}
    }
}

impl StreamRead for Missing {
    fn read(&self, _: &mut [u8]) -> Option<usize> {
        match *self {}
    }
}

impl StreamWrite for Missing {
    fn write(&self, _: &[u8]) -> Option<usize> {
        match *self {}
    }
}

impl embedded_io::ErrorType for Missing {
    type Error = NetError;
}

impl embedded_io::Read for Missing {
    fn read(&mut self, _: &mut [u8]) -> Result<usize, NetError> {
        match *self {}
    }
}

impl embedded_io::ReadReady for Missing {
    fn read_ready(&mut self) -> Result<bool, NetError> {
        match *self {}
    }
}

impl embedded_io::Write for Missing {
    fn write(&mut self, _: &[u8]) -> Result<usize, NetError> {
        match *self {}
    }

    fn flush(&mut self) -> Result<(), NetError> {
        match *self {}
    }
}

impl embedded_io::WriteReady for Missing {
    fn write_ready(&mut self) -> Result<bool, NetError> {
        match *self {}
    }
}

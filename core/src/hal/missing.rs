//! What a HAL has and no board here hands out.
//!
//! Owns [`Missing`], a type without values that stands in its place: a driver compiles against it, and nobody can
//! have one.

use core::convert::Infallible;

use embedded_hal::{pwm, spi};

/// An SPI bus, an SPI device, a PWM channel or an analogue input that does not exist.
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

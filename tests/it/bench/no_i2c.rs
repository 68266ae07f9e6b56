//! The I2C units of the bench: there are none, and the type says so.

use embedded_hal::i2c::{ErrorType, Operation};
use vpyb_core::{I2c, I2cError};

/// A unit that cannot be had.
pub enum NoI2c {}

impl ErrorType for NoI2c {
    type Error = I2cError;
}

impl embedded_hal::i2c::I2c for NoI2c {
    fn transaction(&mut self, _address: u8, _operations: &mut [Operation<'_>]) -> Result<(), I2cError> {
        match *self {}
    }
}

impl embedded_hal_async::i2c::I2c for NoI2c {
    async fn transaction(&mut self, _address: u8, _operations: &mut [Operation<'_>]) -> Result<(), I2cError> {
        match *self {}
    }
}

impl I2c for NoI2c {
    fn recover(&mut self) -> Result<(), I2cError> {
        match *self {}
    }
}

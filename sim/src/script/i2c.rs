//! The operations of scripts on I2C.
//!
//! Owns what they mean: transfers that keep the CPU, as in MicroPython, and the accelerometer by way of the core's
//! driver. An error of a bus is an `OSError`.

use std::error::Error;
use std::rc::Rc;

use embedded_hal::i2c::I2c;
use vpyb_core::drivers::mma7660::Mma7660;
use vpyb_core::{Board, BoardDelay, I2cConfig, PinMode, i2c};

use super::Notes;
use super::error::ScriptError;
use super::repr::repr;
use super::run::{Ended, Scripts};
use crate::scenario::model::{ErrorKind, Op};

/// The unit that the accelerometer is on, and the pin that supplies it.
const ACCEL: (&str, &str) = ("i2c1", "PB5");

impl<B: Board + Notes> Scripts<B> {
    pub(super) fn i2c_op(self: &Rc<Self>, op: &Op) -> Ended {
        match op {
            Op::I2cWrite { bus, address, bytes } => {
                self.with_bus(bus, |bus| bus.write(*address, bytes))?;
                Ok(None)
            }
            Op::I2cRead { bus, address, write, n } => {
                let mut data = vec![0; *n];
                self.with_bus(bus, |bus| match write {
                    Some(byte) => bus.write_read(*address, &[*byte], &mut data),
                    None => bus.read(*address, &mut data),
                })?;
                Ok(Some(repr(&data)))
            }
            Op::I2cScan(bus) => {
                let found = self.with_bus(bus, i2c::scan)?;
                let addresses: Vec<String> = found.iter().map(|address| format!("{address:#04x}")).collect();
                Ok(Some(format!("[{}]", addresses.join(", "))))
            }
            Op::I2cRecover(bus) => {
                self.with_bus(bus, vpyb_core::I2c::recover)?;
                Ok(None)
            }
            _ => self.accel().map(Some),
        }
    }

    fn with_bus<T, E: Error>(
        &self,
        name: &str,
        f: impl FnOnce(&mut B::I2c) -> Result<T, E>,
    ) -> Result<T, ScriptError> {
        let mut buses = self.objects.buses.borrow_mut();
        if !buses.contains_key(name) {
            let bus = self.board.i2c(name, I2cConfig::default()).map_err(os_error)?;
            buses.insert(name.to_owned(), bus);
        }
        f(buses.get_mut(name).expect("inserted above")).map_err(os_error)
    }

    fn accel(&self) -> Result<String, ScriptError> {
        let mut accel = self.objects.accel.borrow_mut();
        if accel.is_none() {
            let (bus, supply) = ACCEL;
            let bus = self.board.i2c(bus, I2cConfig::default()).map_err(os_error)?;
            let supply = self.board.pin(supply, PinMode::Output).map_err(os_error)?;
            let woken = Mma7660::new(bus, supply, &mut BoardDelay(self.board.clone()));
            *accel = Some(woken.map_err(os_error)?);
        }
        let [x, y, z] = accel.as_mut().expect("woken above").xyz().map_err(os_error)?;
        Ok(format!("({x}, {y}, {z})"))
    }
}

fn os_error(error: impl Error) -> ScriptError {
    ScriptError::Raised { kind: ErrorKind::OsError, text: error.to_string() }
}

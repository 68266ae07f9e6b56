//! I2C as a board hands it out.
//!
//! Owns the trait [`I2c`], its settings and its errors. Transfers are those of `embedded-hal`, blocking or not; here
//! stands what these traits leave out: the recovery of a stuck bus and the scan.
//! The tutorial's sensor (section 6.6) sits on it.

use alloc::vec::Vec;
use core::fmt;

use embedded_hal::i2c::{Error, ErrorKind, NoAcknowledgeSource};

/// How an I2C unit is set up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct I2cConfig {
    /// Clocks a second, up to 400 000. The unit's divider makes the nearest one that is not faster: on the Pyboard
    /// 100 kHz is exact, and 400 kHz becomes 336 kHz.
    pub hertz: u32,
    /// A transfer is given up when it waits for so many milliseconds for a free bus, or for a device that holds the
    /// clock low. At least 1.
    pub timeout_ms: u32,
}

impl Default for I2cConfig {
    /// 400 kHz and 50 ms, as in MicroPython.
    fn default() -> Self {
        Self { hertz: 400_000, timeout_ms: 50 }
    }
}

/// Why a transfer failed. What was sent before stays sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum I2cError {
    /// No device acknowledged the address.
    NoAddress,
    /// The device did not acknowledge a byte.
    NoData,
    /// Another master was faster, or something holds SDA low.
    ArbitrationLoss,
    /// The bus was never free within the time-out.
    Busy,
    /// A device held the clock low for longer than the time-out.
    Timeout,
    /// SDA is held low, so that no STOP could be sent.
    Stuck,
}

impl fmt::Display for I2cError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAddress => "no device acknowledges the address",
            Self::NoData => "the device does not acknowledge a byte",
            Self::ArbitrationLoss => "arbitration lost",
            Self::Busy => "the bus is never free",
            Self::Timeout => "a device holds the clock low for too long",
            Self::Stuck => "SDA is held low",
        })
    }
}

impl core::error::Error for I2cError {}

impl Error for I2cError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoAddress => ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address),
            Self::NoData => ErrorKind::NoAcknowledge(NoAcknowledgeSource::Data),
            Self::ArbitrationLoss => ErrorKind::ArbitrationLoss,
            Self::Busy | Self::Stuck => ErrorKind::Bus,
            Self::Timeout => ErrorKind::Other,
        }
    }
}

/// An I2C unit as a board hands it out: master of a bus.
///
/// # For driver authors
///
/// Take `embedded_hal::i2c::I2c` or its async sister instead: they are all that a device needs. A blocking transfer
/// keeps the CPU while interrupts are served. The other one lets other tasks run, and is interrupted through
/// [`EventLoop::interruptible`](crate::EventLoop::interruptible).
///
/// # For board authors
///
/// - An async transfer that is dropped MUST leave the bus free: it ends with a STOP after the present byte.
/// - A transfer that begins while such a one comes to its end MUST wait for that.
pub trait I2c:
    embedded_hal::i2c::I2c<Error = I2cError> + embedded_hal_async::i2c::I2c<Error = I2cError> + 'static
{
    /// Frees a bus whose SDA a device holds low: clocks until it lets go, nine at the most, and a STOP. It keeps the
    /// CPU, for about 100 us.
    ///
    /// # Errors
    ///
    /// `Stuck` if SDA is still low, `Timeout` if SCL is held low, which no master can cure.
    fn recover(&mut self) -> Result<(), I2cError>;
}

/// Which addresses are acknowledged, of those that are not reserved: MicroPython's `scan`. It keeps the CPU.
///
/// # Errors
///
/// What the bus says other than that nobody acknowledges.
pub fn scan<B: embedded_hal::i2c::I2c>(bus: &mut B) -> Result<Vec<u8>, B::Error> {
    let mut found = Vec::new();
    for address in 0x08..0x78 {
        match bus.write(address, &[]) {
            Ok(()) => found.push(address),
            Err(error) if matches!(error.kind(), ErrorKind::NoAcknowledge(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

//! The Pyboard's accelerometer, an MMA7660FC: MicroPython's `pyb.Accel` (tutorial section 6.2).
//!
//! Owns the sequence that wakes the chip, and what its registers mean. Each call keeps the CPU, as in the original.

use core::error::Error;
use core::fmt;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::OutputPin;
use embedded_hal::i2c::I2c;

/// Its address on the bus.
pub const ADDRESS: u8 = 0x4C;

const XOUT: u8 = 0;
const TILT: u8 = 3;
const MODE: u8 = 7;
/// MODE: samples are taken.
const ACTIVE: u8 = 1;

/// The register was being updated while it was read.
const ALERT: u8 = 1 << 6;
/// An update takes far less time than two reads.
const READS: usize = 4;
/// `pyb.Accel` asks so often whether the chip is there.
const KNOCKS: usize = 4;
const SETTLE_MS: u32 = 30;

/// An accelerometer, awake.
#[derive(Debug)]
pub struct Mma7660<B, P> {
    bus: B,
    supply: P,
    /// The last samples, for [`filtered_xyz`](Self::filtered_xyz).
    history: [[i8; 3]; 4],
}

/// Why the accelerometer gave no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Mma7660Error<E> {
    /// Nobody acknowledged the address.
    NotFound,
    /// The bus failed.
    Bus(E),
    /// Its supply pin failed.
    Pin,
    /// The register was being updated at each of several reads.
    Alert,
}

impl<E: fmt::Debug> fmt::Display for Mma7660Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("accelerometer not found"),
            Self::Bus(error) => write!(f, "the bus of the accelerometer failed: {error:?}"),
            Self::Pin => f.write_str("the supply pin of the accelerometer failed"),
            Self::Alert => f.write_str("the accelerometer was updating its output at each read"),
        }
    }
}

impl<E: fmt::Debug> Error for Mma7660Error<E> {}

/// The six bits of an output register, two's complement, in counts of 1/21.33 g; `None` if the alert bit says that it
/// was being updated.
pub const fn counts(register: u8) -> Option<i8> {
    if register & ALERT != 0 { None } else { Some((register << 2) as i8 >> 2) }
}

impl<B: I2c, P: OutputPin> Mma7660<B, P> {
    /// Wakes the accelerometer: supply off and on, 30 ms each, up to four knocks, active mode, 30 ms.
    ///
    /// # Errors
    ///
    /// `NotFound` if no knock is acknowledged; `Bus` and `Pin`.
    pub fn new(bus: B, mut supply: P, delay: &mut impl DelayNs) -> Result<Self, Mma7660Error<B::Error>> {
        supply.set_low().map_err(|_| Mma7660Error::Pin)?;
        delay.delay_ms(SETTLE_MS);
        supply.set_high().map_err(|_| Mma7660Error::Pin)?;
        delay.delay_ms(SETTLE_MS);
        let mut accel = Self { bus, supply, history: [[0; 3]; 4] };
        if !(0..KNOCKS).any(|_| accel.bus.write(ADDRESS, &[]).is_ok()) {
            return Err(Mma7660Error::NotFound);
        }
        accel.write(MODE, ACTIVE)?;
        delay.delay_ms(SETTLE_MS);
        Ok(accel)
    }

    /// The acceleration along X, Y and Z, each -32 to 31 counts. All three are read in one transfer.
    ///
    /// # Errors
    ///
    /// `Bus`, and `Alert` if the outputs were being updated at each of four reads.
    pub fn xyz(&mut self) -> Result<[i8; 3], Mma7660Error<B::Error>> {
        for _ in 0..READS {
            let mut registers = [0; 3];
            self.bus.write_read(ADDRESS, &[XOUT], &mut registers).map_err(Mma7660Error::Bus)?;
            if let [Some(x), Some(y), Some(z)] = registers.map(counts) {
                return Ok([x, y, z]);
            }
        }
        Err(Mma7660Error::Alert)
    }

    /// The sum of the last four readings of this method along each axis.
    ///
    /// # Errors
    ///
    /// As for [`xyz`](Self::xyz).
    pub fn filtered_xyz(&mut self) -> Result<[i16; 3], Mma7660Error<B::Error>> {
        self.history.rotate_left(1);
        self.history[3] = self.xyz()?;
        let sum = |axis: usize| self.history.iter().map(|sample| i16::from(sample[axis])).sum();
        Ok([sum(0), sum(1), sum(2)])
    }

    /// The TILT register: shake, alert, tap, and orientation. Reading it releases the interrupt output.
    ///
    /// # Errors
    ///
    /// As for [`xyz`](Self::xyz).
    pub fn tilt(&mut self) -> Result<u8, Mma7660Error<B::Error>> {
        for _ in 0..READS {
            let tilt = self.read(TILT)?;
            if tilt & ALERT == 0 {
                return Ok(tilt);
            }
        }
        Err(Mma7660Error::Alert)
    }

    /// Reads a register.
    ///
    /// # Errors
    ///
    /// `Bus`.
    pub fn read(&mut self, register: u8) -> Result<u8, Mma7660Error<B::Error>> {
        // A STOP would set the register pointer back to 0, so this must be one transfer.
        let mut value = [0];
        self.bus.write_read(ADDRESS, &[register], &mut value).map_err(Mma7660Error::Bus)?;
        Ok(value[0])
    }

    /// Writes a register. While the chip is active only MODE takes it.
    ///
    /// # Errors
    ///
    /// `Bus`.
    pub fn write(&mut self, register: u8, value: u8) -> Result<(), Mma7660Error<B::Error>> {
        self.bus.write(ADDRESS, &[register, value]).map_err(Mma7660Error::Bus)
    }

    /// Turns the supply off and gives back the bus and the pin.
    ///
    /// # Errors
    ///
    /// `Pin`.
    pub fn release(mut self) -> Result<(B, P), Mma7660Error<B::Error>> {
        self.supply.set_low().map_err(|_| Mma7660Error::Pin)?;
        Ok((self.bus, self.supply))
    }
}

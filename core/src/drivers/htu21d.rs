//! A humidity and temperature sensor HTU21D on an I2C bus (tutorial section 6.6, `htu21d_mc.py`).
//!
//! Owns its commands, the wait for a conversion, the checksum and the formulas. A transfer keeps the CPU, as in the
//! original; the wait for a conversion does not.

use alloc::rc::Rc;
use core::cell::{Cell, RefCell};
use core::error::Error;
use core::fmt;
use core::future::Future;

use embedded_hal::i2c::I2c;

use crate::error::{Interrupt, TaskError};
use crate::event_loop::EventLoop;
use crate::sync::Event;

/// Its address on the bus.
pub const ADDRESS: u8 = 0x40;

/// Measure without holding the bus, read the user register.
const TEMPERATURE: u8 = 0xF3;
const HUMIDITY: u8 = 0xF5;
const READ_USER: u8 = 0xE7;
/// A conversion of 14 bits takes 50 ms at the most.
const CONVERSION_MS: i32 = 60;

/// Why the sensor gave no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Htu21dError<E> {
    /// Nobody acknowledged the address.
    NotFound,
    /// The bus failed: the sensor refuses a read while it converts.
    Bus(E),
    /// The checksum does not fit the data.
    Crc,
}

impl<E: fmt::Debug> fmt::Display for Htu21dError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("no HTU21D device found"),
            Self::Bus(error) => write!(f, "the bus of the HTU21D failed: {error:?}"),
            Self::Crc => f.write_str("HTU21D CRC fail"),
        }
    }
}

impl<E: fmt::Debug> Error for Htu21dError<E> {}

/// The checksum over data and their own: 0 if they fit. Polynomial x^8 + x^5 + x^4 + 1, the highest bit first.
pub fn crc8(data: &[u8]) -> u8 {
    data.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { crc << 1 ^ 0x31 })
    })
}

/// A result without its two status bits, which belong to the checksum; `None` if that does not fit.
pub fn word(data: [u8; 3]) -> Option<u16> {
    (crc8(&data) == 0).then_some(u16::from_be_bytes([data[0], data[1]]) & !3)
}

/// Degrees Celsius, -46.85 to 128.86.
pub fn celsius(word: u16) -> f32 {
    -46.85 + 175.72 * f32::from(word) / 65_536.0
}

/// Percent of relative humidity, -6 to 118.99. Outside of 0 to 100 it is the error of the sensor.
pub fn percent(word: u16) -> f32 {
    -6.0 + 125.0 * f32::from(word) / 65_536.0
}

/// A sensor that is measured again and again.
pub struct Htu21d<B> {
    event_loop: EventLoop,
    bus: RefCell<B>,
    temperature: Cell<f32>,
    humidity: Cell<f32>,
    measured: Event,
}

impl<B: I2c + 'static> Htu21d<B> {
    /// Looks for the sensor, and makes the task `htu21d#n`, which measures temperature and humidity, waits for `read_delay`
    /// seconds, and begins anew. Its failure stops the loop, with [`Htu21dError`].
    ///
    /// # Errors
    ///
    /// `NotFound` if nobody acknowledges its address; `QueueFull` if the run queue has no place for the task.
    pub fn new(event_loop: &EventLoop, mut bus: B, read_delay: f64) -> Result<Rc<Self>, TaskError> {
        bus.write(ADDRESS, &[]).map_err(|_| TaskError::failed(Htu21dError::<B::Error>::NotFound))?;
        let sensor = Rc::new(Self {
            event_loop: event_loop.clone(),
            bus: RefCell::new(bus),
            temperature: Cell::new(0.0),
            humidity: Cell::new(0.0),
            measured: Event::new(),
        });
        event_loop.create_task(htu21d(sensor.clone(), read_delay))?;
        Ok(sensor)
    }

    /// Waits for the first measurement.
    ///
    /// # Cancellation
    ///
    /// Safe: the interrupt arrives at once, and the sensor goes on.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn ready(&self) -> impl Future<Output = Result<(), Interrupt>> {
        let unawaited = self.event_loop.unawaited(|| "Htu21d::ready");
        async move {
            unawaited.begins();
            self.event_loop.interruptible(self.measured.wait()).await
        }
    }

    /// The last temperature, degrees Celsius; 0 before the first one.
    pub fn temperature(&self) -> f32 {
        self.temperature.get()
    }

    /// The last relative humidity, percent; 0 before the first one.
    pub fn humidity(&self) -> f32 {
        self.humidity.get()
    }

    /// Its user register, 2 unless somebody has changed it. While the sensor converts it refuses.
    ///
    /// # Errors
    ///
    /// `Bus`.
    pub fn user_register(&self) -> Result<u8, Htu21dError<B::Error>> {
        let mut user = [0];
        self.bus.borrow_mut().write_read(ADDRESS, &[READ_USER], &mut user).map_err(Htu21dError::Bus)?;
        Ok(user[0])
    }

    async fn measure(&self, command: u8) -> Result<u16, TaskError> {
        let failed = |error| TaskError::failed(Htu21dError::Bus(error));
        self.bus.borrow_mut().write(ADDRESS, &[command]).map_err(failed)?;
        self.event_loop.sleep_ms(CONVERSION_MS).await?;
        let mut data = [0; 3];
        self.bus.borrow_mut().read(ADDRESS, &mut data).map_err(failed)?;
        word(data).ok_or_else(|| TaskError::failed(Htu21dError::<B::Error>::Crc))
    }
}

async fn htu21d<B: I2c + 'static>(sensor: Rc<Htu21d<B>>, read_delay: f64) -> Result<(), TaskError> {
    loop {
        sensor.temperature.set(celsius(sensor.measure(TEMPERATURE).await?));
        sensor.humidity.set(percent(sensor.measure(HUMIDITY).await?));
        sensor.measured.set(());
        sensor.event_loop.sleep(read_delay).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The data sheet's vector: 24.7 C, of which the status bits are no part.
    #[test]
    fn the_words_of_the_data_sheet() {
        assert_eq!(word([0x68, 0x3A, 0x7C]), Some(0x6838));
        assert_eq!(word([0x68, 0x3A, 0x7D]), None);
        assert!((celsius(0x6838) - 24.686).abs() < 0.001);
        assert!((percent(0x7C80) - 54.791).abs() < 0.001);
    }
}

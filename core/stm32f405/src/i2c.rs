//! A master of an I2C bus on two open-drain pins.
//!
//! Owns the bits: START, bytes with their acknowledgements, STOP, a device that holds the clock, and the recovery of a bus
//! whose SDA is held low. The bits are made by the CPU and not by the chip's I2C unit. So the same code runs in the
//! emulator, which has no such unit, and each error is told by its cause; a byte keeps the CPU for its nine clocks. An
//! async transfer lets others run between bytes.
//!
//! Invariant **bus-left-free**: a transfer ends with a STOP, also if it fails or is dropped.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::{Cell, RefCell, RefMut};
use core::future::{Future, poll_fn};
use core::ops::RangeInclusive;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_hal::digital::{InputPin, OutputPin};
use embedded_hal::i2c::{ErrorType, Operation};
use vpyb_core::time::Duration;
use vpyb_core::{BoardError, I2c, I2cConfig, I2cError, PinMode, Pull};

use crate::clock;
use crate::target::ChipPin;

/// Units: their names, and the pins of clock and data.
const UNITS: [(&str, &str, &str); 2] = [("i2c1", "X9", "X10"), ("i2c2", "Y9", "Y10")];
/// Clocks a second that can be asked for, as on the virtual board.
const HERTZ: RangeInclusive<u32> = 5129..=400_000;
/// Clocks after which every device has let go of SDA.
const RECOVERY_CLOCKS: u32 = 9;

/// An open I2C unit.
#[derive(Clone)]
pub struct ChipI2c {
    bus: Rc<RefCell<Bus>>,
    /// A transfer is under way.
    taken: Rc<Cell<bool>>,
}

struct Bus {
    scl: ChipPin,
    sda: ChipPin,
    /// Half of a clock.
    half: Duration,
    timeout: Duration,
    /// Somebody else has the bus.
    lost: bool,
}

type Result<T> = core::result::Result<T, I2cError>;

impl Bus {
    fn half(&self) {
        clock::wait_until(clock::now() + self.half);
    }

    fn scl_low(&mut self) {
        let Ok(()) = self.scl.set_low();
    }

    fn set_sda(&mut self, high: bool) {
        let Ok(()) = self.sda.set_state(high.into());
    }

    fn sda_is_high(&mut self) -> bool {
        let Ok(high) = self.sda.is_high();
        high
    }

    /// Lets the clock go, and waits until nobody holds it any more.
    fn scl_high(&mut self) -> Result<()> {
        let Ok(()) = self.scl.set_high();
        let until = clock::now() + self.timeout;
        loop {
            let Ok(high) = self.scl.is_high();
            if high {
                return Ok(());
            }
            if clock::now() >= until {
                return Err(I2cError::Timeout);
            }
        }
    }

    /// START, on a bus that is free, or again within a transfer.
    fn start(&mut self, again: bool) -> Result<()> {
        self.set_sda(true);
        if again {
            self.half();
        }
        self.scl_high()?;
        self.half();
        let until = clock::now() + self.timeout;
        while !self.sda_is_high() {
            if clock::now() >= until {
                return Err(I2cError::Busy);
            }
        }
        self.set_sda(false);
        self.half();
        self.scl_low();
        Ok(())
    }

    /// STOP, unless the bus is another master's.
    fn stop(&mut self) -> Result<()> {
        if core::mem::take(&mut self.lost) {
            return Ok(());
        }
        self.set_sda(false);
        self.half();
        self.scl_high()?;
        self.half();
        self.set_sda(true);
        self.half();
        if self.sda_is_high() { Ok(()) } else { Err(I2cError::Stuck) }
    }

    /// One clock with this level of SDA; gives what SDA shows while the clock is high.
    fn clock(&mut self, sda: bool) -> Result<bool> {
        self.set_sda(sda);
        self.half();
        self.scl_high()?;
        self.half();
        let shown = self.sda_is_high();
        self.scl_low();
        Ok(shown)
    }

    /// Sends a byte; whether it was acknowledged.
    fn send(&mut self, byte: u8) -> Result<bool> {
        for place in (0..8).rev() {
            let bit = byte >> place & 1 == 1;
            if self.clock(bit)? != bit {
                self.lost = true;
                self.set_sda(true);
                self.scl_high()?;
                return Err(I2cError::ArbitrationLoss);
            }
        }
        Ok(!self.clock(true)?)
    }

    /// Receives a byte, and acknowledges it if another one is wanted.
    fn receive(&mut self, more: bool) -> Result<u8> {
        let mut byte = 0;
        for _ in 0..8 {
            byte = byte << 1 | u8::from(self.clock(true)?);
        }
        self.clock(!more)?;
        Ok(byte)
    }

    fn recover(&mut self) -> Result<()> {
        self.set_sda(true);
        for _ in 0..RECOVERY_CLOCKS {
            if self.sda_is_high() {
                break;
            }
            self.scl_low();
            self.half();
            self.scl_high()?;
            self.half();
        }
        if !self.sda_is_high() {
            return Err(I2cError::Stuck);
        }
        self.scl_low();
        self.stop()
    }
}

/// A transfer under way. Dropped, it leaves the bus free.
struct Transfer<'a> {
    unit: &'a ChipI2c,
    lets_others: bool,
    /// The device was told to send another byte.
    owed: bool,
    stopped: bool,
}

impl Transfer<'_> {
    fn bus(&self) -> RefMut<'_, Bus> {
        self.unit.bus.borrow_mut()
    }

    async fn between_bytes(&self) {
        if self.lets_others {
            pause().await;
        }
    }

    async fn begin(&mut self, address: u8, reading: bool, again: bool) -> Result<()> {
        self.bus().start(again)?;
        if !self.bus().send(address << 1 | u8::from(reading))? {
            return Err(I2cError::NoAddress);
        }
        self.owed = reading;
        self.between_bytes().await;
        Ok(())
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<()> {
        for &byte in bytes {
            if !self.bus().send(byte)? {
                return Err(I2cError::NoData);
            }
            self.between_bytes().await;
        }
        Ok(())
    }

    async fn receive(&mut self, buffer: &mut [u8], ends: bool) -> Result<()> {
        let count = buffer.len();
        for (i, byte) in buffer.iter_mut().enumerate() {
            let more = !(ends && i + 1 == count);
            *byte = self.bus().receive(more)?;
            self.owed = more;
            self.between_bytes().await;
        }
        Ok(())
    }

    /// Takes the byte that a device holds SDA for, without asking for another one, and stops.
    fn stop(&mut self) -> Result<()> {
        self.stopped = true;
        if core::mem::take(&mut self.owed) {
            self.bus().receive(false)?;
        }
        self.bus().stop()
    }

    fn finish(mut self) -> Result<()> {
        self.stop()
    }
}

impl Drop for Transfer<'_> {
    fn drop(&mut self) {
        if !self.stopped {
            // What goes wrong here has nobody to be told.
            let _ = self.stop();
        }
        self.unit.taken.set(false);
    }
}

/// Lets others run.
async fn pause() {
    let mut paused = false;
    poll_fn(|cx| {
        if core::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl ChipI2c {
    /// Opens the unit of this name on its two pins, which the board gives for it.
    ///
    /// # Errors
    ///
    /// `Unknown`, `Setting`, or what the board says of the pins.
    fn open(
        name: &str,
        config: I2cConfig,
        pin: impl Fn(&str, PinMode) -> core::result::Result<ChipPin, BoardError>,
    ) -> core::result::Result<Self, BoardError> {
        let Some((_, scl, sda)) = UNITS.iter().find(|(known, ..)| *known == name) else {
            return Err(BoardError::Unknown { what: format!("I2C unit `{name}`") });
        };
        let setting = |why| BoardError::Setting { what: name.into(), why };
        if !HERTZ.contains(&config.hertz) {
            return Err(setting(format!("an I2C clock is 5129 to 400000 Hz, not {}", config.hertz)));
        }
        if config.timeout_ms == 0 {
            return Err(setting("its time-out is at least 1 ms".into()));
        }
        let mode = PinMode::OpenDrain(Pull::Up);
        let bus = Bus {
            scl: pin(scl, mode)?,
            sda: pin(sda, mode)?,
            half: Duration::from_nanos(500_000_000_u64.div_ceil(config.hertz.into())),
            timeout: Duration::from_millis(config.timeout_ms.into()),
            lost: false,
        };
        Ok(Self { bus: Rc::new(RefCell::new(bus)), taken: Rc::default() })
    }

    /// A whole transfer, which lets others run between bytes, or keeps the CPU.
    async fn transfer(&self, address: u8, operations: &mut [Operation<'_>], lets_others: bool) -> Result<()> {
        if operations.is_empty() {
            return Ok(());
        }
        while self.taken.get() {
            if !lets_others {
                return Err(I2cError::Busy);
            }
            pause().await;
        }
        self.taken.set(true);
        let mut transfer = Transfer { unit: self, lets_others, owed: false, stopped: false };
        let mut direction = None;
        for place in 0..operations.len() {
            let reading = reads(&operations[place]);
            if direction != Some(reading) {
                let again = direction.replace(reading).is_some();
                transfer.begin(address, reading, again).await?;
            }
            // Neighbours of one direction are one: only the last byte of the last one ends it.
            let ends = operations.get(place + 1).is_none_or(|next| reads(next) != reading);
            match &mut operations[place] {
                Operation::Write(bytes) => transfer.send(bytes).await?,
                Operation::Read(buffer) => transfer.receive(buffer, ends).await?,
            }
        }
        transfer.finish()
    }
}

/// The units that are open, by their names.
#[derive(Default)]
pub(crate) struct Units(RefCell<BTreeMap<String, ChipI2c>>);

impl Units {
    /// The unit of this name, as [`ChipI2c::open`] opens it; one that is open already is given again as it is.
    pub fn get(
        &self,
        name: &str,
        config: I2cConfig,
        pin: impl Fn(&str, PinMode) -> core::result::Result<ChipPin, BoardError>,
    ) -> core::result::Result<ChipI2c, BoardError> {
        if let Some(unit) = self.0.borrow().get(name) {
            return Ok(unit.clone());
        }
        let unit = ChipI2c::open(name, config, pin)?;
        self.0.borrow_mut().insert(name.into(), unit.clone());
        Ok(unit)
    }
}

fn reads(operation: &Operation<'_>) -> bool {
    matches!(operation, Operation::Read(_))
}

impl I2c for ChipI2c {
    fn recover(&mut self) -> Result<()> {
        self.bus.borrow_mut().recover()
    }
}

impl ErrorType for ChipI2c {
    type Error = I2cError;
}

impl embedded_hal::i2c::I2c for ChipI2c {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<()> {
        let transfer = pin!(self.transfer(address, operations, false));
        match transfer.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => unreachable!("a transfer that keeps the CPU does not wait"),
        }
    }
}

impl embedded_hal_async::i2c::I2c for ChipI2c {
    async fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<()> {
        self.transfer(address, operations, true).await
    }
}

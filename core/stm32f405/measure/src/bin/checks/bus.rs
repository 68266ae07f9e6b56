//! Checks of the I2C master, against a device that listens to the same two pins.
//!
//! Owns them.

use alloc::format;
use core::future::Future;
use core::pin::pin;
use core::sync::atomic::Ordering;
use core::task::{Context, Waker};

use embedded_hal_async::i2c::I2c as AsyncI2c;
use vpyb_core::time::Duration;
use vpyb_core::{Board, I2c, I2cConfig, I2cError};
use vpyb_stm32f405::clock;
use vpyb_stm32f405::i2c::ChipI2c;
use vpyb_stm32f405::target::board;

use crate::target::{ADDRESS, HOLDS_US, READ_ONLY, STUCK, attach};
use crate::{Found, expect};

const CONFIG: I2cConfig = I2cConfig { hertz: 100_000, timeout_ms: 5 };

/// The bus as one that keeps the CPU.
struct Bus(ChipI2c);

impl Bus {
    fn write(&mut self, address: u8, bytes: &[u8]) -> Result<(), I2cError> {
        embedded_hal::i2c::I2c::write(&mut self.0, address, bytes)
    }

    fn write_read(&mut self, address: u8, bytes: &[u8], read: &mut [u8]) -> Result<(), I2cError> {
        embedded_hal::i2c::I2c::write_read(&mut self.0, address, bytes, read)
    }
}

/// Lets a check use a bus with the device on it.
fn with_bus(check: impl FnOnce(&mut Bus) -> Found) -> Found {
    let board = board();
    let _device = attach(&board);
    let bus = board.i2c("i2c1", CONFIG).map_err(|error| format!("{error}"))?;
    check(&mut Bus(bus))
}

pub fn writes_and_reads() -> Found {
    with_bus(|bus| {
        let mut read = [0; 3];
        let wrote = bus.write(ADDRESS, &[0x10, 1, 0xA5, 255]);
        expect(wrote == Ok(()), || format!("{wrote:?}"))?;
        let got = bus.write_read(ADDRESS, &[0x10], &mut read);
        expect(got == Ok(()) && read == [1, 0xA5, 255], || format!("{got:?} {read:?}"))
    })
}

/// Nobody is on the second bus, so that nobody's handlers take time: nine clocks of 10 us, START and STOP, and what the
/// CPU does beside waiting.
pub fn keeps_its_speed() -> Found {
    let mut bus = Bus(board().i2c("i2c2", CONFIG).map_err(|error| format!("{error}"))?);
    let began = clock::now();
    let nobody = bus.write(ADDRESS, &[0]);
    let took = (clock::now() - began).as_nanos() / 1000;
    expect(nobody == Err(I2cError::NoAddress), || format!("{nobody:?}"))?;
    expect((110..300).contains(&took), || format!("a byte with START and STOP took {took} us"))
}

pub fn tells_who_does_not_acknowledge() -> Found {
    with_bus(|bus| {
        let nobody = bus.write(ADDRESS + 1, &[0]);
        expect(nobody == Err(I2cError::NoAddress), || format!("{nobody:?}"))?;
        let refused = bus.write(ADDRESS, &[READ_ONLY, 1]);
        expect(refused == Err(I2cError::NoData), || format!("{refused:?}"))?;
        let again = bus.write(ADDRESS, &[0x20, 7]);
        expect(again == Ok(()), || format!("after that {again:?}"))
    })
}

pub fn waits_for_the_clock() -> Found {
    with_bus(|bus| {
        HOLDS_US.store(300, Ordering::Relaxed);
        let (mut read, waited) = ([0], bus.write(ADDRESS, &[0x30, 9]));
        HOLDS_US.store(0, Ordering::Relaxed);
        expect(waited == Ok(()), || format!("{waited:?}"))?;
        let got = bus.write_read(ADDRESS, &[0x30], &mut read);
        expect(got == Ok(()) && read == [9], || format!("{got:?} {read:?}"))
    })
}

pub fn is_recovered() -> Found {
    with_bus(|bus| {
        STUCK.store(true, Ordering::Relaxed);
        // A transfer makes the device drive SDA; from then on it holds it.
        let lost = bus.write(ADDRESS, &[0]);
        expect(lost.is_err(), || "a stuck bus was written".into())?;
        let busy = bus.write(ADDRESS, &[0]);
        expect(busy == Err(I2cError::Busy), || format!("on a stuck bus {busy:?}"))?;
        STUCK.store(false, Ordering::Relaxed);
        let freed = bus.0.recover();
        expect(freed == Ok(()), || format!("the recovery: {freed:?}"))?;
        let again = bus.write(ADDRESS, &[0x40, 1]);
        expect(again == Ok(()), || format!("after that {again:?}"))
    })
}

/// Dropped after so many polls: in the address, in what is written, in what is read.
pub fn is_left_free() -> Found {
    with_bus(|bus| {
        for polls in 1..9 {
            let mut read = [0; 4];
            {
                let mut transfer = pin!(AsyncI2c::write_read(&mut bus.0, ADDRESS, &[0x10, 0], &mut read));
                for _ in 0..polls {
                    let _ = transfer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                }
            }
            clock::wait_until(clock::now() + Duration::from_micros(20));
            let again = bus.write_read(ADDRESS, &[0x11], &mut read[..1]);
            expect(again == Ok(()) && read[0] == 0xA5, || {
                format!("after {polls} polls {again:?} {:#x}", read[0])
            })?;
        }
        Ok(())
    })
}

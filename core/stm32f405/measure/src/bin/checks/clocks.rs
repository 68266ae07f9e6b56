//! Checks of the clock.
//!
//! Owns them. The other clock is the emulator's timer, which counts its nanoseconds, and agrees only while the CPU does not
//! sleep: QEMU 7.2 lets time pass twice in a sleep.

use alloc::format;

use cortex_m::asm;
use vpyb_core::time::{Duration, Instant};
use vpyb_measure::instructions;
use vpyb_stm32f405::clock::{now, standing_still, wait_until, wake_by};

use crate::{Found, expect};

/// How often a period is cut short.
const CUTS: u32 = 200;
/// Nanoseconds by which the clock may be wrong for each cut.
const FOR_EACH_CUT: i64 = 100;

/// Wraps come every 30 µs, while the CPU reads the clock without end.
pub fn agrees() -> Found {
    let (began, other) = (now(), instructions());
    let (mut last, mut next) = (began, began);
    for _ in 0..CUTS {
        next += Duration::from_micros(30);
        critical_section::with(|cs| wake_by(cs, next));
        while last < next {
            let read = now();
            expect(read >= last, || format!("it went back from {} to {}", last.as_nanos(), read.as_nanos()))?;
            last = read;
        }
    }
    let (passed, really) = ((now() - began).as_nanos() as i64, i64::from(instructions().wrapping_sub(other)));
    let wrong = (passed - really).abs();
    expect(wrong <= i64::from(CUTS) * FOR_EACH_CUT, || format!("{passed} ns for {really}"))
}

/// From the instant that was asked for to the one at which the CPU was awake.
pub fn alarm_is_exact() -> Found {
    for micros in [50, 1_000, 20_000, 99_000] {
        let at = now() + Duration::from_micros(micros);
        critical_section::with(|cs| {
            wake_by(cs, at);
            asm::wfi();
        });
        let late = now().as_nanos() as i64 - at.as_nanos() as i64;
        expect((-20..2_000).contains(&late), || format!("{late} ns late after {micros} us"))?;
    }
    Ok(())
}

pub fn goes_beyond_32_bits() -> Found {
    let until = Instant::from_millis(10_000);
    wait_until(until);
    let late = now().as_nanos() as i64 - until.as_nanos() as i64;
    expect((0..2_000).contains(&late), || format!("{late} ns late after ten seconds"))
}

pub fn stands_still() -> Found {
    let began = now();
    standing_still(|| asm::delay(1_000_000));
    let passed = (now() - began).as_nanos();
    expect(passed < 2_000, || format!("{passed} ns went by"))
}

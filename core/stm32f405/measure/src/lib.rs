//! What the measuring firmwares have in common: a counter of instructions, and how an event loop is run.
//!
//! Owns the counter. In the emulator a timer counts nanoseconds of its time, and each instruction takes one.
#![no_std]

extern crate alloc;

use alloc::rc::Rc;
use core::future::Future;

use stm32_metapac::TIM2;
use vpyb_core::{Discipline, EventLoop, Firmware, Overrides, Setup, TaskError, Top};
use vpyb_stm32f405::clock::SysTick;

/// Instructions so far; wraps.
#[inline(always)]
pub fn instructions() -> u32 {
    TIM2.cnt().read()
}

/// Starts the chip and its counter.
pub fn begin() {
    vpyb_stm32f405::target::begin();
    TIM2.cr1().modify(|w| w.set_cen(true));
}

/// A firmware whose top level is this, without a board and without an observer.
pub fn firmware<M>(discipline: Discipline, main: impl FnOnce(Top<()>) -> M) -> Firmware
where
    M: Future<Output = Result<(), TaskError>> + 'static,
{
    let overrides = Overrides { discipline: Some(discipline), ..Overrides::default() };
    let setup = Setup { clock: Rc::new(SysTick), observer: None, overrides, started: None };
    Firmware::new(setup, (), main)
}

/// Yields so often.
pub async fn yields(event_loop: EventLoop, turns: u32) -> Result<(), TaskError> {
    for _ in 0..turns {
        event_loop.yield_now().await?;
    }
    Ok(())
}

/// Sleeps a millisecond so often.
pub async fn sleeps(event_loop: EventLoop, times: u32) -> Result<(), TaskError> {
    for _ in 0..times {
        event_loop.sleep_ms(1).await?;
    }
    Ok(())
}

//! Checks of the idle rule: nothing that happens before a sleep is slept through.
//!
//! Owns them. A device makes something happen just when the loop has looked at it, which is the moment that could be lost.

use alloc::format;
use alloc::rc::Rc;
use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m::asm;
use cortex_m::peripheral::NVIC;
use stm32_metapac::{Interrupt, interrupt};
use vpyb_core::stream::{Pollable, Readiness, StreamRead};
use vpyb_core::sync::IrqFlag;
use vpyb_core::{Config, Discipline, EventLoop, StreamReader, TaskError};
use vpyb_measure::firmware;
use vpyb_stm32f405::{clock, idle};

use crate::{Found, expect};

/// A sleep through it would last until the clock wraps, nearly 100 ms.
const SOON_US: u64 = 500;

static READY: AtomicBool = AtomicBool::new(false);
static FLAG: IrqFlag = IrqFlag::new();

#[interrupt]
fn TIM3() {
    READY.store(true, Ordering::Relaxed);
    idle::rouse();
}

#[interrupt]
fn TIM4() {
    FLAG.set();
}

/// Says whether it is ready, and then makes the interrupt happen.
struct Provoking {
    with: Interrupt,
    asked: Cell<u32>,
}

impl Pollable for Provoking {
    fn name(&self) -> &str {
        "provoking"
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let ready = READY.load(Ordering::Relaxed);
        self.asked.set(self.asked.get() + 1);
        NVIC::pend(self.with);
        asm::dsb();
        asm::isb();
        if ready { Readiness::READ.and(interest) } else { Readiness::NONE }
    }

    fn sampled(&self) -> bool {
        false
    }
}

impl StreamRead for Provoking {
    fn read(&self, _: &mut [u8]) -> Option<usize> {
        Some(0)
    }
}

async fn reads(event_loop: EventLoop, with: Interrupt) -> Result<(), TaskError> {
    let device = Rc::new(Provoking { with, asked: Cell::new(0) });
    StreamReader::new(&event_loop, device).read(1).await?;
    Ok(())
}

async fn waits(event_loop: EventLoop) -> Result<(), TaskError> {
    event_loop.interruptible(FLAG.wait()).await?;
    Ok(())
}

/// Runs until the awaited thing happened; how long that took.
fn run(with: Interrupt, awaits_flag: bool) -> Found {
    // SAFETY: both handlers are in the vector table and touch only atomics.
    unsafe { NVIC::unmask(with) };
    READY.store(false, Ordering::Relaxed);
    let began = clock::now();
    let mut firmware = firmware(Discipline::UasyncioV2, move |top| async move {
        let event_loop = top.event_loop(Config::default());
        if awaits_flag {
            event_loop.create_task(reads(event_loop.clone(), with))?;
            top.run_until_complete(waits(event_loop)).await?;
        } else {
            top.run_until_complete(reads(event_loop, with)).await?;
        }
        Ok(())
    });
    let result = idle::drive(&mut firmware, None, asm::wfi);
    let took = (clock::now() - began).as_nanos() / 1000;
    expect(matches!(result, Some(Ok(()))), || "the run failed".into())?;
    expect(took < SOON_US, || format!("it took {took} us"))
}

pub fn is_roused() -> Found {
    run(Interrupt::TIM3, false)
}

pub fn is_woken() -> Found {
    run(Interrupt::TIM4, true)
}

//! What it costs to be woken, by the clock or by another interrupt: from one sleep of the CPU to the next.
//!
//! Owns the counting of instructions while the CPU is awake.

use alloc::rc::Rc;
use core::cell::Cell;

use cortex_m::asm;
use cortex_m::peripheral::NVIC;
use stm32_metapac::{Interrupt, interrupt};
use vpyb_core::sync::IrqFlag;
use vpyb_core::{Config, Discipline, EventLoop, Firmware, TaskError};
use vpyb_measure::{firmware, instructions, sleeps};
use vpyb_stm32f405::idle;

/// Sleeps that a run has.
const TIMES: u32 = 100;

/// Runs a firmware; gives instructions from sleep to sleep, in tenths. The first two sleeps do not count.
fn from_sleep_to_sleep(firmware: &mut Firmware, before: impl Fn()) -> u32 {
    let (mut woke, mut awake, mut sleeps) = (0, 0, 0_u32);
    idle::drive(firmware, None, || {
        sleeps += 1;
        if sleeps > 2 {
            awake += instructions().wrapping_sub(woke);
        }
        before();
        asm::wfi();
        woke = instructions();
    });
    awake * 10 / (sleeps - 2)
}

fn cycle(discipline: Discipline, tasks: usize) -> u32 {
    let mut firmware = firmware(discipline, move |top| async move {
        let config = Config { runq_len: tasks + 1, waitq_len: tasks + 1, ..Config::default() };
        let event_loop = top.event_loop(config);
        for _ in 1..tasks {
            event_loop.create_task(sleeps(event_loop.clone(), TIMES))?;
        }
        top.run_until_complete(sleeps(event_loop, TIMES)).await?;
        Ok(())
    });
    from_sleep_to_sleep(&mut firmware, || {})
}

/// Three tasks that sleep a millisecond at once: from sleep to sleep; and what one more of them costs.
pub fn per_expiry(discipline: Discipline) -> (u32, u32) {
    let three = cycle(discipline, 3);
    (three, (cycle(discipline, 6) - three) / 3)
}

/// What the interrupt sets.
static FLAG: IrqFlag = IrqFlag::new();

#[interrupt]
fn TIM3() {
    FLAG.set();
}

async fn is_woken(event_loop: EventLoop, times: Rc<Cell<u32>>) -> Result<(), TaskError> {
    while times.get() > 0 {
        event_loop.interruptible(FLAG.wait()).await?;
        times.set(times.get() - 1);
    }
    Ok(())
}

/// A task that waits for an interrupt: from sleep to sleep, the handler included.
pub fn per_wake(discipline: Discipline) -> u32 {
    // SAFETY: the handler is in the vector table and touches only atomics.
    unsafe { NVIC::unmask(Interrupt::TIM3) };
    let mut firmware = firmware(discipline, |top| async move {
        let event_loop = top.event_loop(Config::default());
        top.run_until_complete(is_woken(event_loop, Rc::new(Cell::new(TIMES)))).await?;
        Ok(())
    });
    from_sleep_to_sleep(&mut firmware, || NVIC::pend(Interrupt::TIM3))
}

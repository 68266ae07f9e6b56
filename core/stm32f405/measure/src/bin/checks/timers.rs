//! Checks of the timers.
//!
//! Owns them. A timer's handler notes when it is called.

use alloc::format;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU32, Ordering};

use cortex_m::asm;
use vpyb_core::sync::IrqFlag;
use vpyb_core::ticks::{ticks_diff, ticks_us};
use vpyb_core::time::Duration;
use vpyb_core::{Board, BoardError, Config, Discipline};
use vpyb_measure::firmware;
use vpyb_stm32f405::target::board;
use vpyb_stm32f405::{clock, idle};

use crate::{Found, expect};

const EVERY_MS: u32 = 7;
const CALLS: u32 = 40;
/// Microseconds by which a call may be late.
const LATE: i32 = 30;

/// A call comes at its instant, though the loop sleeps until another one; a timer that was stopped is not called.
pub fn are_called() -> Found {
    let (flag, called) = (Arc::new(IrqFlag::new()), Arc::new(AtomicU32::new(0)));
    let (set, count) = (flag.clone(), called.clone());
    let worst = Arc::new(AtomicU32::new(0));
    let late = worst.clone();
    let board = board();
    let began = ticks_us(clock::now());
    let every = Duration::from_millis(EVERY_MS.into());
    let on = board.on_timer("timer4", every, move |irq| {
        let calls = count.fetch_add(1, Ordering::Relaxed) + 1;
        let after = ticks_diff(irq.ticks_us(), began) - (calls * EVERY_MS * 1000) as i32;
        late.fetch_max(after.unsigned_abs(), Ordering::Relaxed);
        set.set();
    });
    expect(on.is_ok(), || format!("{on:?}"))?;
    let stopped = board.clone();
    let mut firmware = firmware(Discipline::UasyncioV2, move |top| async move {
        let event_loop = top.event_loop(Config::default());
        top.run_until_complete(async move {
            for _ in 0..CALLS {
                event_loop.interruptible(flag.wait()).await?;
            }
            stopped.off_timer("timer4");
            event_loop.sleep_ms(5 * EVERY_MS as i32).await?;
            Ok(())
        })
        .await?;
        Ok(())
    });
    let ended = idle::drive(&mut firmware, None, asm::wfi);
    expect(matches!(ended, Some(Ok(()))), || format!("the run ended with {ended:?}"))?;
    let (calls, late) = (called.load(Ordering::Relaxed), worst.load(Ordering::Relaxed));
    expect(calls == CALLS, || format!("{calls} calls"))?;
    expect(late <= LATE as u32, || format!("one was {late} us off"))
}

/// What is no timer, and what cannot be counted, is refused.
pub fn are_refused() -> Found {
    let on = |name, us| board().on_timer(name, Duration::from_micros(us), |_| {});
    for name in ["timer0", "timer15", "timer04", "timer", "clock"] {
        let refused = on(name, 1000);
        expect(matches!(refused, Err(BoardError::Unknown { .. })), || format!("{name}: {refused:?}"))?;
    }
    let refused = on("timer1", 99);
    expect(matches!(refused, Err(BoardError::Setting { .. })), || format!("99 us: {refused:?}"))
}

//! Prints the figures, one a line: name, number of tasks, discipline, value.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::rc::Rc;
use core::cell::Cell;
use cortex_m_rt::entry;
use vpyb_core::{Config, Discipline};
use vpyb_measure::*;
use vpyb_stm32f405::{heap, idle};

fn turns(discipline: Discipline, tasks: usize, n: u32) -> (u32, u32) {
    let mut fw = firmware(discipline, move |top| async move {
        let ev = top.event_loop(Config { runq_len: tasks + 1, waitq_len: tasks + 1, ..Config::default() });
        for _ in 1..tasks {
            ev.create_task(yields(ev.clone(), n))?;
        }
        top.run_until_complete(yields(ev.clone(), n)).await?;
        Ok(())
    });
    let a = heap::allocations();
    let before = instructions();
    idle::drive(&mut fw, None, cortex_m::asm::wfi);
    (instructions().wrapping_sub(before), heap::allocations() - a)
}

#[entry]
fn main() -> ! {
    begin();
    for d in Discipline::ALL {
        for t in [1, 3, 10] {
            let (one, a1) = turns(*d, t, 1000);
            let (two, a2) = turns(*d, t, 2000);
            semihosting::println!(
                "switch {t} {} {} ({a1} {a2})",
                d.name(),
                (two - one) as f32 / (1000 * t) as f32
            );
        }
    }
    semihosting::process::exit(0)
}

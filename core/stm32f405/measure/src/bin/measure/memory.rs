//! What a task takes of the memory, beside its future.
//!
//! Owns that figure. The queues have their lengths from the beginning.

use alloc::rc::Rc;
use core::cell::Cell;
use core::mem::size_of_val;

use cortex_m::asm;
use vpyb_core::{Config, Discipline};
use vpyb_measure::{firmware, yields};
use vpyb_stm32f405::{heap, idle};

/// Tasks in the smaller and in the larger run; powers of two, as tables grow by doubling.
const TASKS: [usize; 2] = [8, 32];

/// Bytes of the heap that so many tasks take, and of that what one's future takes.
fn taken(discipline: Discipline, tasks: usize) -> (usize, usize) {
    let result = Rc::new(Cell::new((0, 0)));
    let taken = result.clone();
    let mut firmware = firmware(discipline, move |top| async move {
        let lengths = TASKS[1] + 1;
        let event_loop = top.event_loop(Config { discipline, runq_len: lengths, waitq_len: lengths });
        let before = heap::used();
        let future = size_of_val(&yields(event_loop.clone(), 1));
        for _ in 1..tasks {
            event_loop.create_task(yields(event_loop.clone(), 1))?;
        }
        let measured = taken.clone();
        let last = event_loop.clone();
        top.run_until_complete(async move {
            last.yield_now().await?;
            measured.set((heap::used() - before, future.next_multiple_of(8)));
            Ok(())
        })
        .await?;
        Ok(())
    });
    idle::drive(&mut firmware, None, asm::wfi);
    result.get()
}

/// Bytes a task, in tenths.
pub fn per_task(discipline: Discipline) -> u32 {
    let [(few, future), (many, _)] = TASKS.map(|tasks| taken(discipline, tasks));
    ((many - few) * 10 / (TASKS[1] - TASKS[0]) - future * 10) as u32
}

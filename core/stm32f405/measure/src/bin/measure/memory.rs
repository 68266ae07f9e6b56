//! What a task takes of the memory, beside its future.
//!
//! Owns that figure: the task's share of the tables, which have their lengths from the beginning, its place in the run
//! queue and its place in the wait queue.

use alloc::rc::Rc;
use core::cell::Cell;
use core::mem::size_of_val;

use cortex_m::asm;
use vpyb_core::{Config, Discipline};
use vpyb_measure::{firmware, yields};
use vpyb_stm32f405::{heap, idle};

/// Tasks in the smaller and in the larger run.
const TASKS: [usize; 2] = [8, 32];
/// More than the turns that the measuring task has, so that all are there when it measures.
const TURNS: u32 = 9;

/// Bytes of the heap that a loop of so many tasks takes, and what the future of one of them takes of it.
fn taken(discipline: Discipline, tasks: usize) -> (usize, usize) {
    let result = Rc::new(Cell::new((0, 0)));
    let taken = result.clone();
    let before = heap::used();
    let mut firmware = firmware(discipline, move |top| async move {
        let event_loop = top.event_loop(Config { discipline, runq_len: tasks, waitq_len: tasks });
        // The allocator gives multiples of eight bytes.
        let future = size_of_val(&yields(event_loop.clone(), TURNS)).next_multiple_of(8);
        for _ in 1..tasks {
            event_loop.create_task(yields(event_loop.clone(), TURNS))?;
        }
        let last = event_loop.clone();
        top.run_until_complete(async move {
            last.yield_now().await?;
            taken.set((heap::used() - before, future));
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
    ((many - few) * 10 / (TASKS[1] - TASKS[0])).saturating_sub(future * 10) as u32
}

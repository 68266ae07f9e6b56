//! What a turn costs: tasks that do nothing but yield.
//!
//! Owns the figures of switching, of the end of a pass, and of the devices that are asked there.

use alloc::rc::Rc;

use cortex_m::asm;
use vpyb_core::stream::{Pollable, Readiness, StreamRead};
use vpyb_core::{Config, Discipline, EventLoop, StreamReader, TaskError};
use vpyb_measure::{firmware, instructions, yields};
use vpyb_stm32f405::{heap, idle};

/// Passes of the shorter run.
const FEW: u32 = 200;
/// Passes of the longer one.
const MANY: u32 = 1200;

/// A device that is never ready.
struct Silent;

impl Pollable for Silent {
    fn name(&self) -> &str {
        "silent"
    }

    fn poll(&self, _: Readiness) -> Readiness {
        Readiness::NONE
    }

    fn sampled(&self) -> bool {
        false
    }
}

impl StreamRead for Silent {
    fn read(&self, _: &mut [u8]) -> Option<usize> {
        None
    }
}

async fn reads(event_loop: EventLoop) -> Result<(), TaskError> {
    StreamReader::new(&event_loop, Rc::new(Silent)).read(1).await?;
    Ok(())
}

/// Instructions and allocations of a run: tasks that yield so often, beside tasks that wait for a device each.
fn run(discipline: Discipline, tasks: usize, devices: usize, turns: u32) -> (u32, u32) {
    let lengths = tasks + devices + 1;
    let mut firmware = firmware(discipline, move |top| async move {
        let config = Config { discipline, runq_len: lengths, waitq_len: lengths };
        let event_loop = top.event_loop(config);
        for _ in 0..devices {
            event_loop.create_task(reads(event_loop.clone()))?;
        }
        for _ in 1..tasks {
            event_loop.create_task(yields(event_loop.clone(), turns))?;
        }
        top.run_until_complete(yields(event_loop, turns)).await?;
        Ok(())
    });
    let (began, allocated) = (instructions(), heap::allocations());
    idle::drive(&mut firmware, None, asm::wfi);
    (instructions().wrapping_sub(began), heap::allocations() - allocated)
}

/// Instructions a pass, in tenths.
fn per_pass(discipline: Discipline, tasks: usize, devices: usize) -> u32 {
    let spent = |turns| run(discipline, tasks, devices, turns).0;
    (spent(MANY) - spent(FEW)) * 10 / (MANY - FEW)
}

/// A turn of one of so many tasks, with its share of what the loop does once a pass.
pub fn per_switch(discipline: Discipline, tasks: usize) -> u32 {
    per_pass(discipline, tasks, 0) / tasks as u32
}

/// A turn without that: what one more task costs.
pub fn per_turn(discipline: Discipline) -> u32 {
    (per_pass(discipline, 10, 0) - per_pass(discipline, 3, 0)) / 7
}

/// Asking one device.
pub fn per_device(discipline: Discipline) -> u32 {
    (per_pass(discipline, 3, 5) - per_pass(discipline, 3, 1)) / 4
}

/// Allocations while tasks were switched a thousand times more.
pub fn allocations(discipline: Discipline) -> u32 {
    run(discipline, 3, 1, MANY).1 - run(discipline, 3, 1, FEW).1
}

//! What it costs to cancel a task, to call a callback, to receive a byte, and to call the board.
//!
//! Owns these figures. The first two are what one more costs in a run that does some at once.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::future::pending;
use core::hint::black_box;

use cortex_m::asm;
use vpyb_core::stream::StreamRead;
use vpyb_core::time::Instant;
use vpyb_core::{Board, Config, Discipline, EventLoop, TaskError, TaskHandle, UartConfig};
use vpyb_measure::{firmware, instructions};
use vpyb_stm32f405::idle;
use vpyb_stm32f405::target::{board, lines};
use vpyb_stm32f405::uart::ChipUart;

/// How many are done in the smaller and in the larger run.
const SOME: [usize; 2] = [4, 12];

async fn waits(event_loop: EventLoop) -> Result<(), TaskError> {
    event_loop.interruptible(pending::<()>()).await?;
    Ok(())
}

async fn cancels(
    event_loop: EventLoop,
    tasks: Vec<TaskHandle>,
    spent: Rc<Cell<u32>>,
) -> Result<(), TaskError> {
    event_loop.yield_now().await?;
    let began = instructions();
    for task in &tasks {
        event_loop.cancel(task).map_err(TaskError::failed)?;
    }
    while !tasks.iter().all(TaskHandle::is_finished) {
        event_loop.yield_now().await?;
    }
    spent.set(instructions().wrapping_sub(began));
    Ok(())
}

async fn calls(event_loop: EventLoop, count: usize, spent: Rc<Cell<u32>>) -> Result<(), TaskError> {
    let called = Rc::new(Cell::new(0));
    let began = instructions();
    for _ in 0..count {
        let called = called.clone();
        event_loop.call_soon(move || called.set(called.get() + 1))?;
    }
    while called.get() < count {
        event_loop.yield_now().await?;
    }
    spent.set(instructions().wrapping_sub(began));
    Ok(())
}

fn run(discipline: Discipline, count: usize, cancel: bool) -> u32 {
    let spent = Rc::new(Cell::new(0));
    let result = spent.clone();
    let mut firmware = firmware(discipline, move |top| async move {
        let config = Config { runq_len: 2 * count + 2, waitq_len: 2 * count + 2, ..Config::default() };
        let event_loop = top.event_loop(config);
        if !cancel {
            top.run_until_complete(calls(event_loop, count, spent)).await?;
            return Ok(());
        }
        let mut tasks = Vec::with_capacity(count);
        for _ in 0..count {
            tasks.push(event_loop.create_task(waits(event_loop.clone()))?);
        }
        top.run_until_complete(cancels(event_loop, tasks, spent)).await?;
        Ok(())
    });
    idle::drive(&mut firmware, None, asm::wfi);
    result.get()
}

fn one_more(discipline: Discipline, cancel: bool) -> u32 {
    let [few, many] = SOME.map(|count| run(discipline, count, cancel));
    (many - few) * 10 / (SOME[1] - SOME[0]) as u32
}

/// A cancellation: from the call to the end of its task, which waited for a waker.
pub fn per_cancellation(discipline: Discipline) -> u32 {
    one_more(discipline, true)
}

/// A callback: made, queued, called and freed.
pub fn per_callback(discipline: Discipline) -> u32 {
    one_more(discipline, false)
}

/// The receive interrupt, without the exception's entry and exit: from the data register to the ring.
pub fn per_byte() -> u32 {
    let times = 20;
    let receive = |unit| {
        let began = instructions();
        for byte in 0..times {
            critical_section::with(|cs| lines::receive(cs, unit, byte, Instant::ZERO));
        }
        instructions().wrapping_sub(began)
    };
    let Ok(uart) = ChipUart::open("uart4", UartConfig::baud(9600)) else { return 0 };
    let (open, closed) = (receive(3), receive(2));
    while uart.read(&mut [0; 8]).is_some() {}
    (open - closed) * 10 / u32::from(times)
}

/// A call of the board: the microseconds.
pub fn per_access() -> u32 {
    let board = board();
    let began = instructions();
    for _ in 0..16 {
        black_box(board.ticks_us());
    }
    instructions().wrapping_sub(began) * 10 / 16
}

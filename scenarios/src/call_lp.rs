//! Callbacks at low priority (benchmark `call_lp.py`).
//!
//! # Wiring
//!
//! None. Under `fast-io` with a low-priority queue.
//!
//! # What you should see
//!
//! `500ms has elapsed.` and `One second has elapsed.` at their times, and after two seconds how many random numbers
//! were drawn meanwhile, one each 20 ms, with their mean.
//!
//! # How it works
//!
//! A callback at low priority is called when it is due and nothing else is ready. The random numbers are those of a
//! linear congruence, so that they are the same in each run.

use alloc::rc::Rc;
use core::cell::Cell;

use vpyb_core::{ArgSpec, Args, Board, TaskError, Top};

use crate::env::{Ended, Env, Main, low_priority, too_old};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "run_test"];

/// The firmware's top level.
///
/// # Errors
///
/// If the loop has no low priority, or a queue is full.
pub async fn main<B: Board>(top: Top<B>, _args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, low_priority(16));
    if !main.is_fast() {
        return Err(too_old());
    }
    say!(main, "Test runs for 2 seconds");
    let numbers = Rc::new(Numbers { last: Cell::new(12_345), ..Numbers::default() });
    main.ev.create_task(run_test(main.env(), numbers.clone()))?;
    Ok(main.run(report(main.env(), numbers)).await?)
}

/// Random numbers, and what became of them.
#[derive(Default)]
struct Numbers {
    last: Cell<u64>,
    count: Cell<u64>,
    total: Cell<u64>,
}

impl Numbers {
    fn draw(&self) {
        self.last.set((self.last.get() * 1_103_515_245 + 12_345) % (1 << 31));
        self.count.set(self.count.get() + 1);
        self.total.set(self.total.get() + (self.last.get() >> 21));
    }
}

async fn run_test<B: Board>(env: Env<B>, numbers: Rc<Numbers>) -> Ended {
    let (one, other) = (env.clone(), env.clone());
    env.ev.call_after(1.0, move || say!(one, "One second has elapsed."))?;
    env.ev.call_after_ms(500, move || say!(other, "500ms has elapsed."))?;
    say!(env, "Callbacks scheduled.");
    loop {
        let numbers = numbers.clone();
        env.ev.call_after(0.0, move || numbers.draw())?;
        env.ev.yield_ms(20).await?;
    }
}

async fn report<B: Board>(env: Env<B>, numbers: Rc<Numbers>) -> Ended {
    env.ev.after(2.0).await?;
    let (count, mean) = (numbers.count.get(), numbers.total.get() / numbers.count.get().max(1));
    say!(env, "Callback executed {count} times. Expected count 2000/20 = 100 times.");
    say!(env, "Avg. of {count} random numbers in range 0 to 1023 was {mean}");
    Ok(())
}

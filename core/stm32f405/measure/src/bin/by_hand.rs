//! The tasks of `smallest` without an event loop: two futures that a plain loop polls in turn, with a clock to sleep by.
//!
//! What a firmware's author would write for these two and no others: no queue, no cancellation, no errors.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::boxed::Box;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use cortex_m::asm;
use cortex_m_rt::entry;
use vpyb_core::TaskError;
use vpyb_core::time::{Duration, Instant};
use vpyb_measure::begin;
use vpyb_stm32f405::clock;

type Task = Pin<Box<dyn Future<Output = Result<(), TaskError>>>>;

async fn yields(turns: u32) -> Result<(), TaskError> {
    for _ in 0..turns {
        let mut first = true;
        poll_fn(|_| if core::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }).await;
    }
    Ok(())
}

async fn sleeps(times: u32) -> Result<(), TaskError> {
    for _ in 0..times {
        let until = Instant::from_millis(clock::now().as_millis()) + Duration::from_millis(1);
        poll_fn(|_| if clock::now() < until { Poll::Pending } else { Poll::Ready(()) }).await;
    }
    Ok(())
}

#[entry]
fn main() -> ! {
    begin();
    let mut tasks: [Option<Task>; 2] = [Some(Box::pin(yields(10))), Some(Box::pin(sleeps(10)))];
    let mut ended = Ok(());
    while tasks.iter().any(Option::is_some) {
        for task in &mut tasks {
            let Some(future) = task else { continue };
            if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                *task = None;
                ended = ended.and(result);
            }
        }
        critical_section::with(|cs| {
            if clock::wake_by(cs, Instant::from_millis(clock::now().as_millis() + 1)) {
                asm::wfi();
            }
        });
    }
    semihosting::println!("empty");
    semihosting::process::exit(i32::from(ended.is_err()))
}

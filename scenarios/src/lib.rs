//! The tutorial's examples as programs for any board.
//!
//! Each public module is one program: `main`, the firmware's top level; `ARGS`, what it can be told; `TASKS`, the
//! names of the tasks that it makes. Its scenario files lie beside this crate's `src`, in a folder of the same name.
//! A module opens with its wiring, what you should see and how it works.
//!
//! | module | tutorial | shows |
//! |---|---|---|
//! | [`counter`] | 2.1 | one task, for ever |
//! | [`round_robin`] | 2.2 | tasks that take turns, and what a turn costs |
//! | [`callbacks`] | 2.2.2 | callbacks soon and later, and one that takes long |
//! | [`bound_method`] | 2.2.3 | methods as tasks, and their values |
//! | [`lock`] | 3.1 | the official lock among three tasks |
//! | [`event`] | 3.2 | events: cleared by their receiver, acknowledged, and their value |
//! | [`barrier`] | 3.3 | a meeting of tasks, and waiting for their end |
//! | [`semaphore`] | 3.4 | limited access |
//! | [`queue`], [`aqtest`] | 3.5 | producer and consumer |
//! | [`waiting`] | 3 | waiters that ask again and again, and waiters that are woken |
//! | [`asyntest`] | 3 | each synchronisation primitive once |
//! | [`awaitable`] | 4.1 | things that can be awaited |
//! | [`async_iterator`] | 4.2 | a sequence whose next item has to be waited for |
//! | [`context_manager`] | 4.1.1, 4.3 | what is done at the end of a piece of code, however it ends |
//! | [`chain`] | 4.1.2 | awaiting a function and its value |
//! | [`exceptions`] | 5.1 | an error that stops the loop, Ctrl-C, and the clean-up after it |
//! | [`cancel_sleeper`] | 5.2.1 | cancelling a task that sleeps long |
//! | [`cancel_awaited`] | 5.2.1 | cancelling what is awaited |
//! | [`cancel_reader`] | 5.2.1 | cancelling a task that waits for a UART |
//! | [`cancellation`] | 5.2.1 | cancelling tasks that do other things |
//! | [`wait_for`] | 5.2.2 | time-outs |
//! | [`asyn_demos`], [`cantest`] | 5.2 | cancellation by group and by name |
//! | [`uart_reader`] | 6.1 | a reader beside tasks that hog the CPU |
//! | [`uart_loopback`] | 6.3 | a line that is sent and received on one UART |
//!
//! A program knows the core only. It never names the simulator, so that what runs on a laptop runs on the chip.
#![no_std]
#![warn(missing_docs)]

extern crate alloc;

#[macro_use]
mod env;
mod either_lock;
mod text;
mod trap;

pub mod aqtest;
pub mod asyn_demos;
pub mod async_iterator;
pub mod asyntest;
pub mod awaitable;
pub mod barrier;
pub mod bound_method;
pub mod callbacks;
pub mod cancel_awaited;
pub mod cancel_reader;
pub mod cancel_sleeper;
pub mod cancellation;
pub mod cantest;
pub mod chain;
pub mod context_manager;
pub mod counter;
pub mod event;
pub mod exceptions;
pub mod lock;
pub mod queue;
pub mod round_robin;
pub mod semaphore;
pub mod uart_loopback;
pub mod uart_reader;
pub mod wait_for;
pub mod waiting;

//! The tutorial's examples as programs for any board.
//!
//! Each public module is one program: `main`, the firmware's top level; `ARGS`, what it can be told; `TASKS`, the
//! names of the tasks that it makes. Its scenario files lie beside this crate's `src`, in a folder of the same name.
//! A module opens with its wiring, what you should see and how it works.
//!
//! | module | tutorial | shows |
//! |---|---|---|
//! | [`aledflash`] | 1.1 | four LEDs at rates of their own |
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
//! | [`poll_flag`] | 6 | a task that asks for a flag of an interrupt handler |
//! | [`polling`] | 6, 6.2 | a UART that a task asks at each turn |
//! | [`uart_reader`] | 6.1 | a reader beside tasks that hog the CPU |
//! | [`record_uart`] | 6.2, 7.4 | a driver that can be awaited, and the test that it yields |
//! | [`uart_loopback`] | 6.3 | a line that is sent and received on one UART |
//! | [`auart_hd`] | 6.3.1 | a half-duplex device, and a delay that is triggered anew |
//! | [`ms_timer`] | 6.4 | a delay that is a stream |
//! | [`pin_call`] | 6.4 | callbacks at edges, found by asking |
//! | [`iorw`] | 6.4 | a device that is read and written as a stream |
//! | [`aremote`] | 6.5 | an infrared remote control, from an interrupt handler to a task |
//! | [`htu_test`] | 6.6 | a sensor that is read in the background |
//! | [`heartbeat`] | 7.1 | an LED that shows whether the loop runs |
//! | [`loop_args`] | 7.7 | the loop is made as its first user asked |
//! | [`superloop`] | 8.1 | the same without an event loop |
//! | [`blocking_read`] | 8.2 | a read that blocks, and one that lets others run |
//! | [`led_async`] | 8.3 | an LED that flashes in the background |
//! | [`hello`] | 8.4 | a greeting, ten times |
//! | [`busy_wait`] | 8.4 | waiting for a flag so that it can be set, and so that it cannot |
//! | [`long_computation`] | 8.5 | a computation that yields now and then |
//! | [`rate`] | benchmark | turns a second of many tasks |
//! | [`latency`] | benchmark | how long a turn takes beside others |
//! | [`call_lp`] | benchmark | callbacks at low priority |
//! | [`overdue`] | benchmark | starving at low priority, and the limit |
//! | [`fast_can`] | benchmark | cancelling and timing out long pauses |
//! | [`priority_test`] | benchmark | cancelling at low priority |
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

pub mod aledflash;
pub mod apoll;
pub mod aqtest;
pub mod aremote;
pub mod astests;
pub mod asyn_demos;
pub mod async_iterator;
pub mod asyntest;
pub mod auart_hd;
pub mod awaitable;
pub mod barrier;
pub mod blocking_read;
pub mod bound_method;
pub mod busy_wait;
pub mod call_lp;
pub mod callbacks;
pub mod cancel_awaited;
pub mod cancel_reader;
pub mod cancel_sleeper;
pub mod cancellation;
pub mod cantest;
pub mod chain;
pub mod client_server;
pub mod context_manager;
pub mod counter;
pub mod event;
pub mod exceptions;
pub mod fast_can;
pub mod heartbeat;
pub mod hello;
pub mod htu_test;
pub mod iorw;
pub mod latency;
pub mod led_async;
pub mod lock;
pub mod long_computation;
pub mod loop_args;
pub mod ms_timer;
pub mod overdue;
pub mod pin_call;
pub mod poll_flag;
pub mod polling;
pub mod priority_test;
pub mod queue;
pub mod rate;
pub mod record_uart;
pub mod round_robin;
pub mod semaphore;
pub mod superloop;
pub mod uart_loopback;
pub mod uart_reader;
pub mod wait_for;
pub mod waiting;

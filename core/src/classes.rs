//! Designing types for tasks (tutorial section 4): what can be awaited, iterated, and entered and left.
//!
//! Owns no code: this page shows how each of the tutorial's examples is written here. All of them run as tests.
//!
//! # Awaitable types (4.1)
//!
//! A type is awaitable by [`IntoFuture`]. What Python's `__await__` yields are awaits inside an `async` block:
//!
//! ```
//! use std::future::{Future, IntoFuture};
//! use std::pin::Pin;
//!
//! use vpyb_core::{EventLoop, Interrupt};
//!
//! struct Foo(EventLoop);
//!
//! impl IntoFuture for Foo {
//!     type Output = Result<u32, Interrupt>;
//!     type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;
//!
//!     fn into_future(self) -> Self::IntoFuture {
//!         Box::pin(async move {
//!             for _ in 0..5 {
//!                 self.0.sleep(1.0).await?; // Other tasks get their turns here.
//!             }
//!             Ok(42)
//!         })
//!     }
//! }
//!
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
//! # fn main() { run(|ev| async move {
//! let before = ev.time();
//! assert_eq!(Foo(ev.clone()).await?, 42);
//! assert_eq!(ev.time() - before, 5000);
//! # Ok(())
//! # }); }
//! ```
//!
//! The box is allocated at each await. Where that matters, and nearly always where the type has a natural verb, an
//! `async fn` does the same without one: `foo.measure().await`. So do the primitives of this crate (`event.wait()`).
//!
//! # Awaiting an async function (4.1.2)
//!
//! Inside, any `async fn` is awaited as it is; Python's difference between coroutines and generators does not exist:
//!
//! ```
//! use vpyb_core::{EventLoop, Interrupt};
//!
//! async fn times_two(ev: &EventLoop, n: u32) -> Result<u32, Interrupt> {
//!     ev.sleep(1.0).await?;
//!     Ok(2 * n)
//! }
//!
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
//! # fn main() { run(|ev| async move {
//! let mut res = 1;
//! for _ in 0..5 {
//!     res = times_two(&ev, res).await?;
//! }
//! assert_eq!(res, 32);
//! # Ok(())
//! # }); }
//! ```
//!
//! # Asynchronous iterators (4.2)
//!
//! An iterator whose next item has to be waited for has an `async fn next`. `Ok(None)` is `StopAsyncIteration`, and `?`
//! passes interrupts on, which the trait `Stream` of `futures` has no place for:
//!
//! ```
//! use vpyb_core::{EventLoop, Interrupt};
//!
//! struct Readings {
//!     ev: EventLoop,
//!     left: std::vec::IntoIter<u32>,
//! }
//!
//! impl Readings {
//!     /// The next reading.
//!     ///
//!     /// # Cancellation
//!     ///
//!     /// No reading is lost: it is taken after the wait.
//!     async fn next(&mut self) -> Result<Option<u32>, Interrupt> {
//!         self.ev.sleep(0.1).await?; // Other tasks get their turns here.
//!         Ok(self.left.next())
//!     }
//! }
//!
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
//! # fn main() { run(|ev| async move {
//! let mut readings = Readings { ev: ev.clone(), left: vec![1, 2, 3, 4, 5].into_iter() };
//! let mut seen = Vec::new();
//! while let Some(reading) = readings.next().await? {
//!     seen.push(reading);
//! }
//! assert_eq!(seen, [1, 2, 3, 4, 5]);
//! # Ok(())
//! # }); }
//! ```
//!
//! # Context managers (4.1.1)
//!
//! What `with await thing:` leaves without waiting is a guard, a value that undoes in its `Drop` what the await did. It
//! is left however the block ends: at its end, by `?`, by an interrupt, or because the task is dropped.
//!
//! ```
//! use std::cell::Cell;
//!
//! use vpyb_core::{EventLoop, Interrupt};
//!
//! struct Heater(Cell<bool>);
//!
//! /// The heater is on as long as this lives.
//! struct Heating<'a>(&'a Heater);
//!
//! impl Heater {
//!     /// Switches on, and waits until it is warm.
//!     async fn warm(&self, ev: &EventLoop) -> Result<Heating<'_>, Interrupt> {
//!         self.0.set(true);
//!         let heating = Heating(self); // From here on an interrupt switches off, too.
//!         ev.sleep_ms(20).await?;
//!         Ok(heating)
//!     }
//! }
//!
//! impl Drop for Heating<'_> {
//!     fn drop(&mut self) {
//!         self.0.0.set(false);
//!     }
//! }
//!
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
//! # fn main() { run(|ev| async move {
//! let heater = Heater(Cell::new(false));
//! {
//!     let _heating = heater.warm(&ev).await?;
//!     assert!(heater.0.get());
//! }
//! assert!(!heater.0.get());
//! // A time-out on the way leaves it off.
//! assert!(ev.wait_for_ms(heater.warm(&ev), 5).await.is_err());
//! assert!(!heater.0.get());
//! # Ok(())
//! # }); }
//! ```
//!
//! The tutorial's own example is its `Condition`, whose lock is held in the block. Here the block is handed over, as
//! giving the lock back is the last that it does:
//!
//! ```
//! use vpyb_core::asyn::{Condition, Error};
//!
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
//! # fn main() { run(|ev| async move {
//! let cond = Condition::new(&ev);
//! // with await cond:
//! //     cond.notify(2)
//! cond.with(async { cond.notify(2) }).await?;
//! assert!(!cond.locked());
//! assert!(matches!(cond.notify(2), Err(Error::NotifyWithoutLock)));
//! # Ok(())
//! # }); }
//! ```
//!
//! # Asynchronous context managers (4.3)
//!
//! A `Drop` cannot wait. Where leaving takes time, the block is handed to a method, as to
//! [`asyn::Lock::with`](crate::asyn::Lock::with): what stands behind its await runs however it ended, and may await in
//! its turn.
//!
//! ```
//! use vpyb_core::{EventLoop, Interrupt, TaskError};
//!
//! struct Radio(EventLoop);
//!
//! impl Radio {
//!     /// Runs `body` while the radio is on.
//!     ///
//!     /// # Cancellation
//!     ///
//!     /// Before the radio is on, or inside `body`; it is switched off properly all the same. Dropped, it stays on.
//!     async fn with<T>(&self, body: impl Future<Output = Result<T, TaskError>>) -> Result<T, TaskError> {
//!         self.0.sleep_ms(20).await?; // __aenter__
//!         let ended = body.await;
//!         self.0.sleep_ms(30).await?; // __aexit__, which says goodbye
//!         ended
//!     }
//! }
//!
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
//! # fn main() { run(|ev| async move {
//! let radio = Radio(ev.clone());
//! // A normal end, an error, a time-out: each time the exit takes its 30 ms.
//! let before = ev.time();
//! assert_eq!(radio.with(async { Ok(7) }).await?, 7);
//! assert_eq!(ev.time() - before, 50);
//! let failed = radio.with(async { Err::<(), _>(TaskError::failed("no answer")) }).await;
//! assert_eq!(failed.unwrap_err().to_string(), "no answer");
//! assert_eq!(ev.time() - before, 100);
//! let silence = radio.with(async { Ok(ev.sleep_ms(100).await?) });
//! let ended = ev.wait_for_ms(silence, 60).await;
//! assert_eq!(ended.unwrap_err().interrupt(), Some(Interrupt::TimedOut));
//! // Under `UasyncioV2` the time-out arrives when the 100 ms are over; then comes the exit.
//! assert_eq!(ev.time() - before, 100 + 20 + 100 + 30);
//! # Ok(())
//! # }); }
//! ```
//!
//! The tutorial's own example is its `Lock`, which is given back when the block is left, and a turn given up:
//!
//! ```
//! use std::rc::Rc;
//!
//! use vpyb_core::asyn::Lock;
//! use vpyb_core::{EventLoop, TaskError};
//!
//! async fn bar(ev: EventLoop, lock: Rc<Lock>) -> Result<(), TaskError> {
//!     // async with lock:
//!     //     print('bar acquired lock')
//!     lock.with(async {
//!         ev.sleep_ms(10).await?;
//!         println!("bar acquired lock");
//!         Ok(())
//!     })
//!     .await
//! }
//!
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
//! # fn main() { run(|ev| async move {
//! let lock = Rc::new(Lock::new(&ev, 0));
//! ev.create_task(bar(ev.clone(), lock.clone()))?;
//! ev.sleep_ms(5).await?;
//! assert!(lock.locked());
//! ev.sleep_ms(10).await?;
//! assert!(!lock.locked());
//! # Ok(())
//! # }); }
//! ```

//! Small programs under each discipline, for an interpreter that sees undefined behaviour (Miri): tasks that end, are
//! cancelled, timed out and dropped half-way, and wakers that outlive their task, their loop and their thread.
//!
//! What the programs show is shown elsewhere with its times; here their memory is looked at.

mod hand;

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};

use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{
    Config, Discipline, EventLoop, Firmware, Interrupt, Overrides, Setup, Step, StreamReader, StreamWriter,
    TaskError, Top, asyn, official, sync,
};

use hand::Hand;

const DISCIPLINES: [Discipline; 4] = [
    Discipline::UasyncioV2,
    Discipline::FastIo { ioq_len: 0, lp_len: 4, max_overdue_ms: 0 },
    Discipline::FastIo { ioq_len: 4, lp_len: 4, max_overdue_ms: 0 },
    Discipline::Asyncio3,
];

/// A part of a task.
type Member<'a> = Pin<Box<dyn Future<Output = Result<u32, Interrupt>> + 'a>>;

/// Runs a program until it is done or waits for ever, at most a virtual second; gives its result if it has one.
fn run<F>(
    discipline: Discipline,
    main: impl FnOnce(Top<()>, EventLoop) -> F + 'static,
) -> Option<Result<(), TaskError>>
where
    F: Future<Output = Result<(), TaskError>> + 'static,
{
    let clock = Rc::new(Hand(Cell::new(Instant::ZERO)));
    let setup =
        Setup { clock: clock.clone(), observer: None, overrides: Overrides::default(), started: None };
    let mut firmware = Firmware::new(setup, (), move |top| async move {
        let ev = top.event_loop(Config { discipline, ..Config::default() });
        main(top, ev).await
    });
    while clock.0.get() < Instant::from_millis(1000) {
        match firmware.step() {
            Step::Done => return firmware.take_result(),
            Step::Idle { until: Some(until), .. } => clock.0.set(until),
            Step::Idle { until: None, .. } => break,
            _ => clock.0.set(clock.0.get() + Duration::from_micros(50)),
        }
    }
    // Dropped half-way, with whatever waits.
    None
}

/// Runs a task to its end under each discipline.
fn completes<F>(task: fn(EventLoop) -> F)
where
    F: Future<Output = Result<(), TaskError>> + 'static,
{
    for discipline in DISCIPLINES {
        let ended =
            run(discipline, move |top, ev| async move { Ok(top.run_until_complete(task(ev)).await?) });
        assert!(matches!(ended, Some(Ok(()))), "{discipline:?}: {ended:?}");
    }
}

/// Has a byte, or takes one, after it was given one.
#[derive(Default)]
struct Device(Cell<bool>);

impl Pollable for Device {
    fn name(&self) -> &str {
        "device"
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        if self.0.get() { interest } else { Readiness::NONE }
    }
}

impl StreamRead for Device {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        self.0.take().then_some(buf.len())
    }
}

impl StreamWrite for Device {
    fn write(&self, data: &[u8]) -> Option<usize> {
        self.0.take().then_some(data.len())
    }
}

#[test]
fn tasks_end_and_their_places_are_used_again() {
    completes(|ev| async move {
        for round in 0..3 {
            let numbers = Rc::new(RefCell::new(Vec::new()));
            for number in 0..4 {
                let (own, numbers) = (ev.clone(), numbers.clone());
                ev.create_task(async move {
                    own.yield_now().await?;
                    own.sleep_ms(20 - 5 * number).await?;
                    numbers.borrow_mut().push(number);
                    Ok(())
                })?;
            }
            ev.sleep_ms(30).await?;
            assert_eq!(*numbers.borrow(), [3, 2, 1, 0], "round {round}");
        }
        Ok(())
    });
}

#[test]
fn interrupts_arrive_and_what_they_met_is_dropped() {
    completes(|ev| async move {
        let device = Rc::new(Device::default());
        let lock = Rc::new(official::Lock::new(&ev));
        lock.acquire().await?;
        let (own, given) = (ev.clone(), device.clone());
        let reads = ev.create_task(async move {
            let ended = StreamReader::new(&own, given).readinto(&mut [0]).await;
            assert!(ended.is_err());
            own.sleep_ms(1).await?;
            Ok(())
        })?;
        let (own, held) = (ev.clone(), lock.clone());
        let parks = ev.create_task(async move {
            let ended = own.wait_for_ms(held.acquire(), 3).await;
            assert_eq!(ended, Err(Interrupt::TimedOut));
            Ok(())
        })?;
        ev.sleep_ms(2).await?;
        ev.cancel(&reads)?;
        ev.sleep_ms(5).await?;
        lock.release()?;
        ev.sleep_ms(5).await?;
        drop((reads, parks));
        let never = sync::Event::<()>::new();
        assert_eq!(ev.wait_for_ms(ev.interruptible(never.wait()), 2).await, Err(Interrupt::TimedOut));
        assert_eq!(ev.wait_for_ms(ev.sleep_ms(4), 2).await, Err(Interrupt::TimedOut));
        Ok(())
    });
}

#[test]
fn parts_of_a_task_end_and_are_dropped() {
    completes(|ev| async move {
        let event = Rc::new(sync::Event::new());
        let (own, sets) = (ev.clone(), event.clone());
        ev.create_task(async move {
            own.sleep_ms(3).await?;
            sets.set(7);
            Ok(())
        })?;
        let members: [Member<'_>; 3] = [
            Box::pin(async { ev.sleep_ms(5).await.map(|()| 5) }),
            Box::pin(async { ev.interruptible(event.wait()).await }),
            Box::pin(async { Ok(ev.wait_for_ms(ev.sleep_ms(9), 2).await.map_or(2, |()| 9)) }),
        ];
        let ended = sync::gather(members).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        assert_eq!(ended, [5, 7, 2]);
        let (mut long, mut short) = (pin!(ev.sleep_ms(50)), pin!(ev.sleep_ms(2)));
        poll_fn(|cx| match long.as_mut().poll(cx) {
            Poll::Pending => short.as_mut().poll(cx),
            ready => ready,
        })
        .await?;
        Ok(())
    });
}

#[test]
fn what_tasks_share_is_handed_on() {
    completes(|ev| async move {
        let (lock, queue) = (Rc::new(sync::Lock::new()), Rc::new(sync::Queue::bounded(1)));
        for number in 0..3 {
            let (own, lock, queue) = (ev.clone(), lock.clone(), queue.clone());
            ev.create_task(async move {
                let held = lock.acquire().await;
                own.yield_now().await?;
                drop(held);
                queue.put(number).await;
                Ok(())
            })?;
        }
        let mut sum = 0;
        for _ in 0..3 {
            sum += queue.get().await;
        }
        assert_eq!(sum, 3);
        let registry = asyn::Cancellables::new(&ev);
        let own = ev.clone();
        registry.cancellable(0, async move { Ok::<_, TaskError>(own.sleep_ms(100).await?) }).create_task()?;
        ev.sleep_ms(1).await?;
        registry.cancel_all(0, false).await?;
        let delay = sync::DelayMs::new(&ev);
        delay.trigger(5);
        delay.expired().await?;
        Ok(())
    });
}

#[test]
fn devices_are_read_and_written() {
    completes(|ev| async move {
        let device = Rc::new(Device::default());
        let (own, gives) = (ev.clone(), device.clone());
        ev.create_task(async move {
            for _ in 0..4 {
                own.sleep_ms(3).await?;
                gives.0.set(true);
            }
            Ok(())
        })?;
        let (reader, writer) =
            (StreamReader::new(&ev, device.clone()), StreamWriter::new(&ev, device.clone()));
        assert_eq!(reader.readexactly(1).await?.len(), 1);
        writer.awrite(b"x").await?;
        let read = async { reader.readinto(&mut [0]).await.map(drop) };
        let (mut read, mut sleep) = (pin!(read), pin!(ev.sleep_ms(50)));
        poll_fn(|cx| match sleep.as_mut().poll(cx) {
            Poll::Pending => read.as_mut().poll(cx).map(|ended| ended.map_err(TaskError::from)),
            Poll::Ready(ended) => Poll::Ready(ended.map_err(TaskError::from)),
        })
        .await?;
        Ok(())
    });
}

#[test]
fn callbacks_run_and_are_forgotten() {
    completes(|ev| async move {
        let called = Rc::new(Cell::new(0));
        for ms in [0, 1, 500] {
            let called = called.clone();
            ev.call_later_ms(ms, move || called.set(called.get() + 1))?;
        }
        ev.sleep_ms(5).await?;
        assert_eq!(called.get(), 2);
        Ok(())
    });
}

#[test]
fn a_task_is_awaited_and_its_error_told() {
    for discipline in DISCIPLINES {
        let ended = run(discipline, |top, ev| async move {
            let own = ev.clone();
            let fails = ev.create_task(async move {
                own.sleep_ms(2).await?;
                Err(TaskError::failed("it failed"))
            })?;
            Ok(top.run_until_complete(async move { ev.join(&fails).await }).await?)
        });
        assert!(matches!(ended, Some(Err(_))), "{discipline:?}: {ended:?}");
    }
}

/// A program is dropped while its tasks sleep, wait for a device, a lock, a waker and each other.
#[test]
fn a_loop_is_dropped_with_all_that_waits() {
    for discipline in DISCIPLINES {
        let dropped = Rc::new(Cell::new(0));
        struct Counts(Rc<Cell<u32>>);
        impl Drop for Counts {
            fn drop(&mut self) {
                self.0.set(self.0.get() + 1);
            }
        }
        let counts = dropped.clone();
        let ended = run(discipline, move |top, ev| async move {
            let lock = Rc::new(official::Lock::new(&ev));
            let event = Rc::new(sync::Event::<()>::new());
            let device = Rc::new(Device::default());
            let guard = || Counts(counts.clone());
            let (own, kept) = (ev.clone(), guard());
            let sleeper = ev.create_task(async move {
                let _kept = kept;
                Ok(own.sleep_ms(100_000).await?)
            })?;
            let (own, kept) = (ev.clone(), guard());
            ev.create_task(async move {
                let _kept = kept;
                own.join(&sleeper).await
            })?;
            for _ in 0..2 {
                let (held, kept) = (lock.clone(), guard());
                ev.create_task(async move {
                    let _kept = kept;
                    held.acquire().await?;
                    core::future::pending().await
                })?;
            }
            let (own, kept, event) = (ev.clone(), guard(), event.clone());
            ev.create_task(async move {
                let _kept = kept;
                own.interruptible(event.wait()).await?;
                Ok(())
            })?;
            let (own, kept) = (ev.clone(), guard());
            ev.create_task(async move {
                let _kept = kept;
                own.wait_for_ms(StreamReader::new(&own, device).readinto(&mut [0]), 50_000).await?;
                Ok(())
            })?;
            top.run_forever().await?;
            Ok(())
        });
        assert!(ended.is_none(), "{discipline:?}: {ended:?}");
        assert_eq!(dropped.get(), 6, "{discipline:?}");
    }
}

#[test]
fn a_waker_outlives_its_task_its_loop_and_its_thread() {
    for discipline in DISCIPLINES {
        let kept = Rc::new(RefCell::new(Vec::<Waker>::new()));
        let keeps = kept.clone();
        let ended = run(discipline, move |top, ev| async move {
            let keep = keeps.clone();
            ev.create_task(async move {
                poll_fn(|cx| {
                    keep.borrow_mut().push(cx.waker().clone());
                    Poll::Ready(())
                })
                .await;
                Ok(())
            })?;
            let main = async move {
                ev.sleep_ms(2).await?;
                // Its task has ended, and another one has its place.
                let own = ev.clone();
                ev.create_task(async move { Ok(own.sleep_ms(5).await?) })?;
                keeps.borrow().iter().for_each(Waker::wake_by_ref);
                let mut polls = 0;
                poll_fn(|cx| {
                    polls += 1;
                    if polls == 1 {
                        keeps.borrow_mut().push(cx.waker().clone());
                        let waker = cx.waker().clone();
                        std::thread::spawn(move || waker.wake()).join().expect("a waker does not panic");
                        return Poll::Pending;
                    }
                    Poll::Ready(())
                })
                .await;
                ev.sleep_ms(10).await?;
                Ok(())
            };
            Ok(top.run_until_complete(main).await?)
        });
        assert!(matches!(ended, Some(Ok(()))), "{discipline:?}: {ended:?}");
        let wakers = kept.take();
        assert_eq!(wakers.len(), 2);
        let moved = wakers.clone();
        std::thread::spawn(move || moved.into_iter().for_each(Waker::wake)).join().expect("nor here");
        wakers.into_iter().for_each(Waker::wake);
    }
}

//! The waking primitives against models: random arrivals, turns, drops and releases.
//!
//! A model is a plain list of who waits and who was handed what. After each action it says who must have been
//! woken, who must be ready and what is left; in the end nothing is lost.

use std::collections::VecDeque;

use proptest::prelude::*;
use tokio_test::task::{Spawn, spawn};
use vpyb_core::sync::{Permit, Queue, Semaphore};

/// Waiters that can exist at a time.
const WAITERS: usize = 6;

/// What happens; numbers choose a waiter or a permit, modulo how many there are.
#[derive(Clone, Copy, Debug)]
enum Action {
    Arrive(usize),
    Turn(usize),
    Drop(usize),
    GiveBack(usize),
    Try,
    Release,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (0..WAITERS).prop_map(Action::Arrive),
        3 => (0..WAITERS).prop_map(Action::Turn),
        2 => (0..WAITERS).prop_map(Action::Drop),
        2 => (0..WAITERS).prop_map(Action::GiveBack),
        1 => Just(Action::Try),
        1 => Just(Action::Release),
    ]
}

/// A semaphore as a list.
#[derive(Default)]
struct Model {
    free: usize,
    waiting: VecDeque<usize>,
    granted: Vec<usize>,
}

impl Model {
    fn give(&mut self) {
        match self.waiting.pop_front() {
            Some(first) => self.granted.push(first),
            None => self.free += 1,
        }
    }

    fn take(&mut self) -> bool {
        self.free.checked_sub(1).map(|free| self.free = free).is_some()
    }
}

proptest! {
    #[test]
    fn a_semaphore_hands_each_permit_to_who_has_waited_longest(
        value in 0..3usize,
        actions in prop::collection::vec(action(), 1..120),
    ) {
        let semaphore = Semaphore::new(value);
        let mut model = Model { free: value, ..Model::default() };
        let mut total = value;
        let mut waiters: [Option<Spawn<_>>; WAITERS] = [const { None }; WAITERS];
        let mut permits: Vec<Permit<'_>> = Vec::new();
        for action in actions {
            match action {
                Action::Arrive(i) if waiters[i].is_none() => {
                    let mut waiter = spawn(semaphore.acquire());
                    match waiter.poll() {
                        std::task::Poll::Ready(permit) => {
                            prop_assert!(model.take());
                            permits.push(permit);
                        }
                        std::task::Poll::Pending => {
                            prop_assert_eq!(model.free, 0);
                            model.waiting.push_back(i);
                            waiters[i] = Some(waiter);
                        }
                    }
                }
                Action::Turn(i) => if let Some(waiter) = &mut waiters[i] {
                    // Also one that was not woken has its turn: a spurious poll.
                    let granted = model.granted.iter().position(|&granted| granted == i);
                    prop_assert_eq!(waiter.is_woken(), granted.is_some());
                    let polled = waiter.poll();
                    prop_assert_eq!(polled.is_ready(), granted.is_some());
                    if let (std::task::Poll::Ready(permit), Some(at)) = (polled, granted) {
                        model.granted.remove(at);
                        permits.push(permit);
                        waiters[i] = None;
                    }
                },
                Action::Drop(i) => if waiters[i].take().is_some() {
                    model.waiting.retain(|&waiting| waiting != i);
                    if let Some(at) = model.granted.iter().position(|&granted| granted == i) {
                        model.granted.remove(at);
                        model.give();
                    }
                },
                Action::GiveBack(i) if !permits.is_empty() => {
                    drop(permits.swap_remove(i % permits.len()));
                    model.give();
                }
                Action::Try => {
                    let permit = semaphore.try_acquire();
                    prop_assert_eq!(permit.is_some(), model.take());
                    permits.extend(permit);
                }
                Action::Release => {
                    semaphore.release();
                    model.give();
                    total += 1;
                }
                Action::Arrive(_) | Action::GiveBack(_) => {}
            }
            prop_assert_eq!(semaphore.value(), model.free);
            for (i, waiter) in waiters.iter().enumerate() {
                let woken = waiter.as_ref().is_some_and(Spawn::is_woken);
                prop_assert_eq!(woken, model.granted.contains(&i), "waiter {}", i);
            }
        }
        drop(waiters);
        drop(permits);
        prop_assert_eq!(semaphore.value(), total, "nothing is lost");
    }

    /// Of a queue the model keeps only what must hold whatever the order of turns: nothing is lost or doubled,
    /// one producer's items arrive in order at one consumer, nobody sleeps while there is something for it.
    #[test]
    fn a_queue_loses_nothing_and_lets_nobody_sleep(
        capacity in 1..4usize,
        actions in prop::collection::vec((0..8u8, 0..WAITERS), 1..200),
    ) {
        let queue = Queue::bounded(capacity);
        let mut putters: [Option<(u32, Spawn<_>)>; WAITERS] = [const { None }; WAITERS];
        let mut getters: [Option<Spawn<_>>; WAITERS] = [const { None }; WAITERS];
        let (mut next, mut put, mut got) = (0u32, Vec::new(), Vec::new());
        for (what, i) in actions {
            match what {
                0 | 1 if putters[i].is_none() => {
                    let mut putter = spawn(queue.put(next));
                    if putter.poll().is_ready() { put.push(next) } else { putters[i] = Some((next, putter)) }
                    next += 1;
                }
                2 => if let Some((item, putter)) = &mut putters[i] && putter.poll().is_ready() {
                    put.push(*item);
                    putters[i] = None;
                },
                3 => putters[i] = None,
                4 | 5 if getters[i].is_none() => {
                    let mut getter = spawn(queue.get());
                    match getter.poll() {
                        std::task::Poll::Ready(item) => got.push(item),
                        std::task::Poll::Pending => getters[i] = Some(getter),
                    }
                }
                6 => if let Some(getter) = &mut getters[i]
                    && let std::task::Poll::Ready(item) = getter.poll()
                {
                    got.push(item);
                    getters[i] = None;
                },
                7 => getters[i] = None,
                _ => {}
            }
            let sleeping_getters = getters.iter().flatten().filter(|getter| !getter.is_woken()).count();
            let sleeping_putters = putters.iter().flatten().filter(|(_, putter)| !putter.is_woken()).count();
            prop_assert!(sleeping_getters == 0 || queue.is_empty(), "an item, and somebody sleeps for one");
            prop_assert!(sleeping_putters == 0 || queue.is_full(), "a place, and somebody sleeps for one");
            prop_assert!(queue.len() <= capacity);
        }
        drop(putters);
        drop(getters);
        let left: Vec<_> = std::iter::from_fn(|| queue.try_get()).collect();
        prop_assert!(left.is_sorted(), "what meets in the queue leaves in order: {:?}", left);
        got.extend(left);
        got.sort_unstable();
        put.sort_unstable();
        prop_assert_eq!(got, put);
    }
}

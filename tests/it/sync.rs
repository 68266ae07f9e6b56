//! The waking primitives, polled by hand: order, hand-over, drops, and how often a waker is called.
//!
//! Each waiter is a task of `tokio_test`, so these tests also show that a foreign executor may poll them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use tokio_test::task::{Spawn, spawn};
use tokio_test::{assert_pending, assert_ready, assert_ready_eq};
use vpyb_core::sync::*;

/// Which of the waiters were woken since their last poll.
fn woken<F>(waiters: &[&Spawn<F>]) -> Vec<bool> {
    waiters.iter().map(|waiter| waiter.is_woken()).collect()
}

/// A waker that counts its calls.
#[derive(Default)]
pub struct Calls(AtomicUsize);

impl Wake for Calls {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Calls {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

// ---- lock ------------------------------------------------------------------------------------------

#[test]
fn a_released_lock_goes_to_the_first_waiter_and_nobody_barges_in() {
    let lock = Lock::new();
    let held = lock.try_acquire().unwrap();
    let (mut first, mut second) = (spawn(lock.acquire()), spawn(lock.acquire()));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    drop(held);
    assert_eq!(woken(&[&first, &second]), [true, false]);
    // The lock is the first one's already, though it has not had its turn.
    assert!(lock.try_acquire().is_none());
    let mut late = spawn(lock.acquire());
    assert_pending!(late.poll());
    let held = assert_ready!(first.poll());
    assert_pending!(second.poll());
    held.release();
    drop(assert_ready!(second.poll()));
    drop(assert_ready!(late.poll()));
    assert!(!lock.is_locked());
}

#[test]
fn a_waiter_that_is_dropped_leaves_the_list() {
    let lock = Lock::new();
    let held = lock.try_acquire().unwrap();
    let (mut first, mut second) = (spawn(lock.acquire()), spawn(lock.acquire()));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    drop(first);
    drop(held);
    assert!(second.is_woken());
    drop(assert_ready!(second.poll()));
    assert!(!lock.is_locked());
}

#[test]
fn a_waiter_that_is_dropped_with_the_lock_in_hand_passes_it_on() {
    let lock = Lock::new();
    let held = lock.try_acquire().unwrap();
    let (mut first, mut second) = (spawn(lock.acquire()), spawn(lock.acquire()));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    drop(held);
    drop(first);
    assert!(second.is_woken());
    drop(second);
    assert!(!lock.is_locked());
}

#[test]
fn a_waiter_is_woken_once_however_often_it_was_polled_and_by_its_last_waker() {
    let lock = Lock::new();
    let held = lock.try_acquire().unwrap();
    let (old, new) = (Arc::new(Calls::default()), Arc::new(Calls::default()));
    let [old_waker, new_waker] = [&old, &new].map(|calls| Waker::from(calls.clone()));
    let mut waiter = Box::pin(lock.acquire());
    for waker in [&old_waker, &old_waker, &new_waker, &new_waker] {
        assert!(waiter.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
    }
    // The former waker was let go: the test holds two references, the list none.
    assert_eq!((Arc::strong_count(&old), Arc::strong_count(&new)), (2, 3));
    drop(held);
    assert_eq!((old.count(), new.count(), Arc::strong_count(&new)), (0, 1, 2));
    assert!(matches!(waiter.as_mut().poll(&mut Context::from_waker(&new_waker)), Poll::Ready(_)));
    assert_eq!(new.count(), 1);
}

#[test]
fn a_future_that_was_never_polled_waits_for_nothing() {
    let lock = Lock::new();
    let held = lock.try_acquire().unwrap();
    let never = lock.acquire();
    drop(held);
    drop(never);
    assert!(!lock.is_locked());
}

// ---- semaphores --------------------------------------------------------------------------------------

#[test]
fn permits_go_out_in_order_of_arrival() {
    let semaphore = Semaphore::new(0);
    let mut waiters: Vec<_> = (0..4).map(|_| spawn(semaphore.acquire())).collect();
    for waiter in &mut waiters {
        assert_pending!(waiter.poll());
    }
    semaphore.release();
    semaphore.release();
    assert_eq!(woken(&waiters.iter().collect::<Vec<_>>()), [true, true, false, false]);
    // The second one goes before it has its turn; its permit is the third one's.
    drop(waiters.remove(1));
    assert_eq!(woken(&waiters.iter().collect::<Vec<_>>()), [true, true, false]);
    let permits: Vec<_> = waiters[..2].iter_mut().map(|waiter| assert_ready!(waiter.poll())).collect();
    assert_pending!(waiters[2].poll());
    drop(permits);
    assert_eq!(semaphore.value(), 1, "one for the last waiter, one left");
    drop(assert_ready!(waiters[2].poll()));
    assert_eq!(semaphore.value(), 2);
}

#[test]
fn a_bounded_semaphore_never_has_more_than_it_began_with() {
    let semaphore = BoundedSemaphore::new(1);
    assert_eq!(semaphore.release(), Err(ReleasedTooOften));
    let permit = semaphore.try_acquire().unwrap();
    let mut waiter = spawn(semaphore.acquire());
    assert_pending!(waiter.poll());
    assert_eq!(semaphore.release(), Err(ReleasedTooOften), "the permit gives itself back");
    permit.forget();
    assert_eq!(semaphore.release(), Ok(()));
    assert_ready!(waiter.poll()).forget();
    assert_eq!((semaphore.release(), semaphore.release()), (Ok(()), Err(ReleasedTooOften)));
    assert_eq!(semaphore.value(), 1);
}

// ---- event and barrier ---------------------------------------------------------------------------------

#[test]
fn an_event_wakes_all_and_hands_each_its_value_even_if_it_is_cleared_at_once() {
    let event = Event::new();
    let (mut first, mut second) = (spawn(event.wait()), spawn(event.wait()));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    event.set(7);
    event.clear();
    assert_eq!(woken(&[&first, &second]), [true, true]);
    let mut late = spawn(event.wait());
    assert_pending!(late.poll());
    assert_ready_eq!(first.poll(), 7);
    drop(second);
    event.set(8);
    event.set(9);
    assert_ready_eq!(late.poll(), 8);
    assert_ready_eq!(spawn(event.wait()).poll(), 9);
}

#[test]
fn a_barrier_opens_for_the_last_and_can_be_used_again() {
    let barrier = Barrier::new(3);
    for _ in 0..2 {
        let (mut first, mut second) = (spawn(barrier.wait()), spawn(barrier.wait()));
        assert_pending!(first.poll());
        assert_pending!(second.poll());
        assert!(barrier.busy());
        assert_ready_eq!(spawn(barrier.wait()).poll(), true);
        assert!(!barrier.busy());
        // One that arrives for the next time round is not let through.
        let mut early = spawn(barrier.wait());
        assert_pending!(early.poll());
        assert_ready_eq!(first.poll(), false);
        assert_ready_eq!(second.poll(), false);
        drop(early);
        assert!(!barrier.busy(), "the early one has taken its arrival back");
    }
}

#[test]
fn an_arrival_is_taken_back_unless_the_barrier_has_opened() {
    let barrier = Barrier::new(2);
    let mut gone = spawn(barrier.wait());
    assert_pending!(gone.poll());
    drop(gone);
    let mut first = spawn(barrier.wait());
    assert_pending!(first.poll());
    assert!(barrier.trigger());
    drop(first);
    assert!(!barrier.busy());
    assert!(!barrier.trigger(), "the one that was dropped after the opening is not counted again");
}

// ---- condition -----------------------------------------------------------------------------------------

#[test]
fn a_condition_tells_in_order_of_arrival_and_gives_the_lock_back() {
    let (lock, condition) = (Lock::new(), Condition::new());
    let (mut first, mut second) = (
        spawn(condition.wait(lock.try_acquire().unwrap())),
        spawn(async { condition.wait(lock.acquire().await).await }),
    );
    assert_pending!(first.poll());
    assert!(!lock.is_locked(), "a waiter releases the lock");
    assert_pending!(second.poll());
    let held = lock.try_acquire().unwrap();
    assert_eq!(condition.notify(1), 1);
    assert!(first.is_woken() && !second.is_woken());
    assert_pending!(first.poll());
    drop(held);
    let held = assert_ready!(first.poll());
    assert!(!second.is_woken());
    condition.notify_all();
    assert_pending!(second.poll());
    drop(held);
    drop(assert_ready!(second.poll()));
    assert!(!lock.is_locked());
}

#[test]
fn a_notification_that_meets_a_dropped_waiter_goes_to_the_next() {
    // Dropped before its turn, and dropped while it waits for the lock again.
    for polled in [false, true] {
        let (lock, condition) = (Lock::new(), Condition::new());
        let mut first = spawn(condition.wait(lock.try_acquire().unwrap()));
        assert_pending!(first.poll());
        let mut second = spawn(condition.wait(lock.try_acquire().unwrap()));
        assert_pending!(second.poll());
        let held = lock.try_acquire().unwrap();
        condition.notify(1);
        if polled {
            assert_pending!(first.poll());
        }
        drop(first);
        assert!(second.is_woken());
        drop(held);
        assert!(second.poll().is_ready() && !lock.is_locked());
    }
}

#[test]
fn notify_all_is_not_passed_on_to_who_came_later() {
    let (lock, condition) = (Lock::new(), Condition::new());
    let mut first = spawn(condition.wait(lock.try_acquire().unwrap()));
    assert_pending!(first.poll());
    condition.notify_all();
    let mut late = spawn(condition.wait(lock.try_acquire().unwrap()));
    assert_pending!(late.poll());
    drop(first);
    assert!(!late.is_woken());
}

// ---- queue ---------------------------------------------------------------------------------------------

#[test]
fn getters_are_served_in_order_of_arrival_whoever_is_polled_first() {
    let queue = Queue::bounded(2);
    let (mut first, mut second) = (spawn(queue.get()), spawn(queue.get()));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    queue.try_put('a').unwrap();
    queue.try_put('b').unwrap();
    assert_eq!(queue.try_put('c'), Err('c'), "both places are taken until the getters have had their turn");
    assert_eq!(queue.try_get(), None, "nobody barges in");
    assert_ready_eq!(second.poll(), 'b');
    assert_ready_eq!(first.poll(), 'a');
    assert!(queue.is_empty() && !queue.is_full());
}

#[test]
fn an_item_that_a_dropped_getter_had_goes_back_to_its_place() {
    let queue = Queue::bounded(3);
    let (mut first, mut second) = (spawn(queue.get()), spawn(queue.get()));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    for item in [1, 2, 3] {
        queue.try_put(item).unwrap();
    }
    drop(second);
    drop(first);
    assert_eq!([(); 4].map(|()| queue.try_get()), [Some(1), Some(2), Some(3), None]);
}

#[test]
fn a_free_place_goes_to_the_putter_that_waits_longest() {
    let queue = Queue::bounded(1);
    queue.try_put(0).unwrap();
    let (mut first, mut second) = (spawn(queue.put(1)), spawn(queue.put(2)));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    assert_eq!(queue.try_get(), Some(0));
    assert_eq!(woken(&[&first, &second]), [true, false]);
    assert_eq!(queue.try_put(9), Err(9), "the place is promised");
    drop(first);
    assert!(second.is_woken());
    assert_ready!(second.poll());
    assert_eq!((queue.try_get(), queue.try_get()), (Some(2), None), "1 was not put");
}

#[test]
fn items_of_several_putters_leave_in_the_order_of_the_puts() {
    let queue = Queue::bounded(2);
    queue.try_put(0).unwrap();
    queue.try_put(1).unwrap();
    let (mut first, mut second) = (spawn(queue.put(2)), spawn(queue.put(3)));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    assert_eq!((queue.try_get(), queue.try_get()), (Some(0), Some(1)));
    assert_ready!(second.poll());
    assert_ready!(first.poll());
    assert_eq!((queue.try_get(), queue.try_get()), (Some(2), Some(3)));
}

// ---- gather ----------------------------------------------------------------------------------------------

#[test]
fn gather_gives_results_in_the_order_given() {
    let (one, two) = (Event::new(), Event::new());
    let mut both = spawn(gather([one.wait(), two.wait()]));
    assert_pending!(both.poll());
    two.set('b');
    assert_pending!(both.poll());
    one.set('a');
    assert_ready_eq!(both.poll(), vec!['a', 'b']);
}

//! Work on several threads whose results come in order.
//!
//! Owns [`in_order`]. It knows nothing of what is done.

use std::collections::VecDeque;
use std::num::NonZero;
use std::panic;
use std::thread;

/// Does `work` with each item, so many at a time, each on a thread of its own, and gives the results to `take` in the order
/// of the items, on the thread of the caller. At most so many results wait for one before them.
///
/// # Panics
///
/// As `work` does. If the host has no thread.
pub fn in_order<I: Send, T: Send>(
    jobs: NonZero<usize>,
    mut items: impl Iterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
    mut take: impl FnMut(T),
) {
    if jobs.get() == 1 {
        return items.for_each(|item| take(work(item)));
    }
    let work = &work;
    thread::scope(|scope| {
        let mut under_way = VecDeque::new();
        loop {
            let free = jobs.get() - under_way.len();
            under_way.extend(items.by_ref().take(free).map(|item| scope.spawn(move || work(item))));
            let Some(first) = under_way.pop_front() else { return };
            take(first.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for jobs in 1..5 {
            let mut squares = Vec::new();
            in_order(
                NonZero::new(jobs).unwrap(),
                0..10,
                |item: u32| item * item,
                |square| squares.push(square),
            );
            assert_eq!(squares, [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
        }
    }
}

//! Deadlines in a heap, and no tasks: what a timer costs at the least.
//!
//! The standard library's binary heap of due times and numbers. What is due first is taken out, and another pause
//! put in.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use super::tasks::{Delays, Pauses};
use crate::harness::Case;

pub fn pauses(delays: Delays) -> Case {
    let round = move |tasks, turns| round(tasks, turns, delays);
    Case::limit("limit: deadlines in a heap, no tasks", Box::new(round))
}

fn round(tasks: usize, turns: u32, delays: Delays) -> Duration {
    let mut pauses: Vec<Pauses> = (0..tasks).map(delays).collect();
    let mut heap = BinaryHeap::with_capacity(tasks);
    let mut number = 0_u64;
    let mut pause = |task: usize, now: u64, heap: &mut BinaryHeap<_>| {
        let ms = pauses[task].next().expect("there is always another");
        number += 1;
        heap.push(Reverse((now + u64::from(ms), number, task)));
    };
    let start = Instant::now();
    (0..tasks).for_each(|task| pause(task, 0, &mut heap));
    for _ in 0..tasks * turns as usize {
        let Reverse((now, _, task)) = heap.pop().expect("one for each task");
        pause(task, now, &mut heap);
    }
    black_box(heap);
    start.elapsed()
}

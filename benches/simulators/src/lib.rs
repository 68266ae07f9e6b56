//! What the programs of this package have in common: a line in says what to do, a line out says how long it took.
//!
//! ```text
//! turns 10 3000      ten tasks, each yields 3000 times
//! pauses 10 3000     ten tasks, each pauses 3000 times for 1 to 1000 ms
//! bytes 1 3000       one task that pauses 3000 times for the time of a byte
//! ```

use std::io::BufRead;
use std::time::Duration;

#[path = "../../peers/executors/tasks.rs"]
pub mod tasks;

use tasks::{Delays, Pauses};

/// Answers each line of the standard input until it ends.
///
/// # Panics
///
/// For a line that it does not understand.
pub fn answer(turns: impl Fn(usize, u32) -> Duration, pauses: impl Fn(usize, u32, Delays) -> Duration) {
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("whole lines");
        let words: Vec<&str> = line.split(' ').collect();
        let [work, tasks, times] = words[..] else { panic!("`{line}` is no work") };
        let tasks = tasks.parse().expect("a number of tasks");
        let times = times.parse().expect("a number of turns");
        let span = match work {
            "turns" => turns(tasks, times),
            "pauses" => pauses(tasks, times, Pauses::of_task),
            "bytes" => pauses(tasks, times, Pauses::of_bytes),
            _ => panic!("`{work}` is no work"),
        };
        println!("{}", span.as_nanos());
    }
}

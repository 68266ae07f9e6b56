//! madsim: its simulation runtime, in which time is virtual and the next task is drawn by lot.
//!
//! Inside of it the system's clock is the simulated one, so the real one is read outside: the tasks are made and wait for a
//! sign in one run of the runtime; the sign and all that follows is a second one.

use std::future::Future;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use madsim::runtime::Runtime;
use tokio::sync::Notify;
use vpyb_simulators::answer;
use vpyb_simulators::tasks::{Delays, take_turns};

fn main() {
    answer(
        |tasks, turns| round(tasks, move |_| take_turns(turns)),
        |tasks, times, delays| round(tasks, move |task| pauses(task, times, delays)),
    );
}

async fn pauses(task: usize, times: u32, delays: Delays) {
    for ms in delays(task).take(black_box(times) as usize) {
        madsim::time::sleep(Duration::from_millis(ms.into())).await;
    }
}

fn round<F: Future<Output = ()> + Send + 'static>(tasks: usize, make: impl Fn(usize) -> F) -> Duration {
    let runtime = Runtime::new();
    let sign = Arc::new(Notify::new());
    let tasks: Vec<_> = runtime.block_on(async {
        let tasks = (0..tasks).map(|task| {
            let (sign, work) = (sign.clone(), make(task));
            madsim::task::spawn(async move {
                sign.notified().await;
                work.await;
            })
        });
        let tasks = tasks.collect();
        // All have come to their wait.
        madsim::time::sleep(Duration::from_secs(1)).await;
        tasks
    });
    let start = Instant::now();
    runtime.block_on(async {
        sign.notify_waiters();
        for task in tasks {
            task.await.expect("a task without errors");
        }
    });
    start.elapsed()
}

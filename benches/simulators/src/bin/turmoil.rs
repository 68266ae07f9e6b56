//! turmoil: one client without a network, whose tasks are tokio's.
//!
//! The clock runs inside the client, from the first task's first resumption to the last one's end. A tick is a millisecond,
//! as turmoil has it unless told otherwise, and each tick is stepped.

use std::cell::Cell;
use std::future::Future;
use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use vpyb_simulators::answer;
use vpyb_simulators::tasks::Delays;

fn main() {
    answer(
        |tasks, turns| round(tasks, move |_| yields(turns)),
        |tasks, times, delays| round(tasks, move |task| pauses(task, times, delays)),
    );
}

async fn yields(turns: u32) {
    for _ in 0..black_box(turns) {
        tokio::task::yield_now().await;
    }
}

async fn pauses(task: usize, times: u32, delays: Delays) {
    for ms in delays(task).take(black_box(times) as usize) {
        tokio::time::sleep(Duration::from_millis(ms.into())).await;
    }
}

fn round<F: Future<Output = ()> + 'static>(tasks: usize, make: impl Fn(usize) -> F + 'static) -> Duration {
    let took = Rc::new(Cell::new(Duration::ZERO));
    let told = took.clone();
    let mut simulation =
        turmoil::Builder::new().simulation_duration(Duration::from_secs(u32::MAX.into())).build();
    simulation.client("client", async move {
        let tasks: Vec<_> = (0..tasks).map(|task| tokio::task::spawn_local(make(task))).collect();
        let start = Instant::now();
        for task in tasks {
            task.await?;
        }
        told.set(start.elapsed());
        Ok(())
    });
    simulation.run().expect("a client without errors");
    took.get()
}

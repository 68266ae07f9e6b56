//! What a task may be doing when an interrupt comes at 20 ms.
//!
//! Owns one wait for each line of the tables. What could let it go on comes at 60 ms, or at 100.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use vpyb_core::sync::Event;
use vpyb_core::{TaskError, asyn, official};

use crate::trial::{Bench, Gate};

type Ended = Result<(), TaskError>;

pub async fn is_ready(b: Bench) -> Ended {
    b.ev.sleep_ms(20).await?;
    Ok(b.ev.yield_now().await?)
}

/// It is due at 20 ms, and so in the run queue when a time-out of 20 ms comes.
pub async fn is_due(b: Bench) -> Ended {
    Ok(b.ev.sleep_ms(20).await?)
}

pub async fn sleeps(b: Bench) -> Ended {
    Ok(b.ev.sleep_ms(100).await?)
}

pub async fn sleeps_at_low_priority(b: Bench) -> Ended {
    Ok(b.ev.after_ms(100).await?)
}

pub async fn reads(b: Bench) -> Ended {
    Ok(Gate::new("gate").reader(&b).read(1).await.map(drop)?)
}

pub async fn writes(b: Bench) -> Ended {
    Ok(Gate::new("gate").writer(&b).awrite(b"1").await?)
}

/// Waits for a flag by a future that knows no event loop; then comes an await of the core.
pub async fn waits_for_a_waker(b: Bench) -> Ended {
    let (flag, waker) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(None::<Waker>)));
    let (set, wake) = (flag.clone(), waker.clone());
    b.ev.call_later_ms(60, move || {
        set.set(true);
        wake.take().inspect(Waker::wake_by_ref);
    })?;
    poll_fn(|cx| {
        waker.set(Some(cx.waker().clone()));
        if flag.get() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    Ok(b.ev.yield_now().await?)
}

pub async fn is_interruptible(b: Bench) -> Ended {
    Ok(b.ev.interruptible(Event::<()>::new().wait()).await?)
}

pub async fn is_parked(b: Bench) -> Ended {
    let (ev, itself) = (b.ev.clone(), b.ev.current_task().expect("this one"));
    b.ev.call_later_ms(60, move || ev.requeue(&itself).map_err(TaskError::from))?;
    Ok(b.ev.park().await?)
}

pub async fn waits_for_the_official_lock(b: Bench) -> Ended {
    let lock = Rc::new(official::Lock::new(&b.ev));
    lock.acquire().await?;
    let held = lock.clone();
    b.ev.call_later_ms(60, move || held.release().map_err(TaskError::from))?;
    Ok(lock.acquire().await?)
}

pub async fn asks_at_each_turn(b: Bench) -> Ended {
    Ok(asyn::Event::<()>::new(&b.ev, 0).wait().await?)
}

pub async fn asks_every_30_ms(b: Bench) -> Ended {
    Ok(asyn::Event::<()>::new(&b.ev, 30).wait().await?)
}

pub async fn awaits_a_task(b: Bench) -> Ended {
    let child = b.spawn("child", |b| async move {
        let slept = b.ev.sleep_ms(100).await;
        b.tell("child", slept);
        Ok(slept?)
    });
    b.ev.join(&child).await
}

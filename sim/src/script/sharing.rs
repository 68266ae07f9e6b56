//! Operations on what scripted tasks share: locks, events, semaphores, barriers, queues and conditions.
//!
//! Owns their meaning and their notes. The primitives are the core's.

use std::rc::Rc;

use vpyb_core::Board;

use super::Notes;
use super::error::ScriptError;
use super::objects::{Lock, one};
use super::run::{Ended, Scripts};
use super::word::word_of;
use crate::scenario::model::{ErrorKind, Op};

impl<B: Board + Notes> Scripts<B> {
    /// Operations that hold something while their body runs.
    pub(super) async fn held(self: &Rc<Self>, name: &str, op: &Op, at: &str) -> Ended {
        let objects = &self.objects;
        let inside = async |held: &str, body| {
            self.note(at, "acquired", Some(held));
            self.body(name, body, format!("{at}.")).await
        };
        match op {
            Op::Locked { lock, body } => {
                self.locked(lock, inside(lock, body)).await?;
                return Ok(Some("released".into()));
            }
            Op::WithLock { lock, body } => match &objects.locks[lock] {
                Lock::Polled(polled) => polled.with(inside(lock, body)).await?,
                Lock::Official(_) => {
                    return Err(ScriptError::Raised {
                        kind: ErrorKind::TypeError,
                        text: format!("`{lock}` is no context manager"),
                    });
                }
            },
            Op::WithSem { sem, body } => objects.semaphores[sem].with(inside(sem, body)).await?,
            Op::WithBsem { sem, body } => objects.bounded[sem].with(inside(sem, body)).await?,
            _ => unreachable!("{} holds nothing", word_of(op)),
        }
        Ok(None)
    }

    async fn locked(
        &self,
        lock: &str,
        inside: impl Future<Output = Result<(), ScriptError>>,
    ) -> Result<(), ScriptError> {
        match one(&self.objects.locks, lock) {
            Lock::Official(lock) => {
                lock.acquire().await?;
                let ended = inside.await;
                lock.release()?;
                ended
            }
            Lock::Polled(lock) => {
                lock.acquire().await?;
                let ended = inside.await;
                lock.release()?;
                ended
            }
        }
    }

    /// Operations that wait for something.
    pub(super) async fn waits(&self, op: &Op) -> Ended {
        let objects = &self.objects;
        match op {
            Op::EvWait(event) => {
                let event = &objects.events[event];
                event.wait().await?;
                Ok(event.value())
            }
            Op::Barrier(barrier) => {
                objects.barriers[barrier].wait().await?;
                Ok(None)
            }
            Op::QPut { queue, value } => {
                let queue = &objects.queues[queue];
                queue.put(value.clone()).await?;
                Ok(Some(queue.qsize().to_string()))
            }
            Op::QGet(queue) => Ok(Some(objects.queues[queue].get().await?)),
            _ => unreachable!("{} does not wait", word_of(op)),
        }
    }

    /// Operations on what is shared that do not await.
    pub(super) fn shared_at_once(&self, op: &Op) -> Ended {
        let objects = &self.objects;
        match op {
            Op::BsemRelease(sem) => {
                let released = objects.bounded[sem].release();
                return Ok(Some(released.map_or("ValueError", |()| "ok").into()));
            }
            Op::EvSet { event, value } => objects.events[event].set(value.clone()),
            Op::EvClear(event) => objects.events[event].clear(),
            Op::CallSet { after, event, value } => {
                let (board, event, value) =
                    (self.board.clone(), objects.events[event].clone(), value.clone());
                self.event_loop.call_later_ms(*after, move || {
                    board.note(false, "", "callback_set", Some(&value));
                    event.set(value);
                })?;
            }
            Op::BarrierTrigger(barrier) => objects.barriers[barrier].trigger()?,
            Op::BarrierBusy(barrier) => return Ok(Some(objects.barriers[barrier].busy().to_string())),
            Op::QPutNowait { queue, value } => {
                let queue = &objects.queues[queue];
                let put = queue.put_nowait(value.clone());
                return Ok(Some(put.map_or_else(|_| "QueueFull".into(), |()| queue.qsize().to_string())));
            }
            Op::QGetNowait(queue) => {
                return Ok(Some(objects.queues[queue].get_nowait().unwrap_or_else(|_| "QueueEmpty".into())));
            }
            _ => unreachable!("{} awaits", word_of(op)),
        }
        Ok(None)
    }

    /// Operations on conditions, all with the condition's lock.
    pub(super) async fn condition(&self, op: &Op, at: &str) -> Ended {
        let (Op::CondWait(name)
        | Op::CondWaitFor { cond: name, .. }
        | Op::CondNotify { cond: name, .. }
        | Op::CondNotifyAll(name)) = op
        else {
            unreachable!("{} needs no condition", word_of(op))
        };
        let (condition, count) = &self.objects.conditions[name];
        condition
            .with(async {
                match op {
                    Op::CondWait(_) => {
                        self.note(at, "acquired", Some(name));
                        condition.wait().await?;
                        self.note(at, "woken", None);
                        Ok(None)
                    }
                    Op::CondWaitFor { n, .. } => {
                        self.note(at, "acquired", Some(name));
                        condition.wait_for(|| count.get() >= *n).await?;
                        Ok(Some(count.get().to_string()))
                    }
                    notify => {
                        count.set(count.get() + 1);
                        let before = condition.waiting();
                        match notify {
                            Op::CondNotify { n, .. } => condition.notify(*n as usize)?,
                            _ => condition.notify_all()?,
                        }
                        Ok(Some(format!("{} of {before}", before - condition.waiting())))
                    }
                }
            })
            .await
    }
}

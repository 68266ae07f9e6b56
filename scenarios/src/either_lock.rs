//! Either kind of lock, for programs that compare them.
//!
//! Owns [`EitherLock`]. What each kind does is said where it is made.

use alloc::rc::Rc;

use vpyb_core::{EventLoop, Interrupt, asyn, official};

use crate::env::Ended;

/// A lock of the official library, or of the `asyn` library.
#[derive(Clone)]
pub enum EitherLock {
    Official(Rc<official::Lock>),
    Asyn(Rc<asyn::Lock>),
}

impl EitherLock {
    /// A lock whose waiters are parked.
    pub fn official(ev: &EventLoop) -> Self {
        Self::Official(Rc::new(official::Lock::new(ev)))
    }

    /// A lock whose waiters ask at each turn.
    pub fn asyn(ev: &EventLoop) -> Self {
        Self::Asyn(Rc::new(asyn::Lock::new(ev, 0)))
    }

    /// Waits for the lock.
    pub async fn acquire(&self) -> Result<(), Interrupt> {
        match self {
            Self::Official(lock) => lock.acquire().await,
            Self::Asyn(lock) => lock.acquire().await,
        }
    }

    /// Gives it up.
    pub fn release(&self) -> Ended {
        match self {
            Self::Official(lock) => Ok(lock.release()?),
            Self::Asyn(lock) => Ok(lock.release()?),
        }
    }

    /// Whether somebody has it.
    pub fn locked(&self) -> bool {
        match self {
            Self::Official(lock) => lock.locked(),
            Self::Asyn(lock) => lock.locked(),
        }
    }
}

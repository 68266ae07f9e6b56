//! The registry of tasks that can be cancelled by group or by name (tutorial section 5.2.1).
//!
//! Owns who is registered, in which group, and who waits for its end. Invariants: **from-the-start** — a member is
//! registered from its construction to its end, whether it runs or not; **ascending** — groups are walked in order
//! of construction; **confirmed** — a canceller's barrier counts each member that it cancelled, when that has ended.

use alloc::borrow::Cow;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::future::Future;

use super::cancellable::{Cancellable, Member};
use super::{Barrier, Error};
use crate::event_loop::EventLoop;

/// A group of cancellable tasks: a number, or the name of a named task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Group {
    /// A numbered group.
    Number(i32),
    /// The task of this name.
    Name(Cow<'static, str>),
}

impl Group {
    /// What the barrier is called that waits for its end.
    fn name(&self) -> Cow<'static, str> {
        match self {
            Self::Number(number) => alloc::format!("end of group {number}").into(),
            Self::Name(name) => alloc::format!("end of {name}").into(),
        }
    }
}

impl From<i32> for Group {
    fn from(number: i32) -> Self {
        Self::Number(number)
    }
}

impl From<&'static str> for Group {
    fn from(name: &'static str) -> Self {
        Self::Name(name.into())
    }
}

impl From<alloc::string::String> for Group {
    fn from(name: alloc::string::String) -> Self {
        Self::Name(name.into())
    }
}

/// A handle on the registry of cancellable tasks. Cheap to clone; programs pass it around.
///
/// ```
/// # use vpyb_core::{TaskError, asyn::Cancellables};
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/run.inc"));
/// # fn main() { run(|ev| async move {
/// async fn work(ev: vpyb_core::EventLoop) -> Result<(), TaskError> {
///     loop {
///         ev.sleep_ms(100).await?;
///     }
/// }
///
/// let tasks = Cancellables::new(&ev);
/// tasks.cancellable(1, work(ev.clone())).create_task()?;
/// tasks.named("worker", work(ev.clone()))?.create_task()?;
/// assert!(tasks.named("worker", work(ev.clone())).is_err(), "there is one");
/// ev.sleep_ms(10).await?;
/// tasks.cancel_all(1, false).await?; // Waits until all of the group have ended.
/// assert!(tasks.is_running("worker"));
/// assert!(tasks.cancel("worker", false).await?);
/// assert!(!tasks.is_running("worker"));
/// # Ok(())
/// # }); }
/// ```
#[derive(Clone)]
pub struct Cancellables {
    event_loop: EventLoop,
    registry: Rc<RefCell<Registry>>,
}

#[derive(Default)]
struct Registry {
    next_number: u32,
    members: Vec<Rc<Member>>,
    /// Named tasks, each with the barrier that its end is reported to.
    names: Vec<(Group, Option<Rc<Barrier>>)>,
}

impl Cancellables {
    /// An empty registry.
    pub fn new(event_loop: &EventLoop) -> Self {
        Self { event_loop: event_loop.clone(), registry: Rc::default() }
    }

    /// Enters a future in a group, so that it can be cancelled with the others (the original's `Cancellable` and its
    /// decorator in one). It does not run yet.
    pub fn cancellable<F, T, E>(&self, group: impl Into<Group>, future: F) -> Cancellable<F>
    where
        F: Future<Output = Result<T, E>>,
        E: From<Error>,
    {
        let mut registry = self.registry.borrow_mut();
        let member = Rc::new(Member::new::<F>(registry.next_number, group.into()));
        registry.next_number += 1;
        registry.members.push(member.clone());
        drop(registry);
        Cancellable::new(future, self.clone(), member)
    }

    /// Enters a future under a name. It does not run yet, but [`is_running`](Self::is_running) already says so.
    ///
    /// # Errors
    ///
    /// `NameTaken` until the former task of this name has actually ended.
    pub fn named<F, T, E>(
        &self,
        name: impl Into<Cow<'static, str>>,
        future: F,
    ) -> Result<Cancellable<F>, Error>
    where
        F: Future<Output = Result<T, E>>,
        E: From<Error>,
    {
        let name = name.into();
        let group = Group::Name(name.clone());
        if self.registry.borrow().names.iter().any(|(known, _)| *known == group) {
            return Err(Error::NameTaken(name));
        }
        self.registry.borrow_mut().names.push((group.clone(), None));
        Ok(self.cancellable(group, future))
    }

    /// Cancels all of a group, in order of construction. With `nowait` it gives up no turn, and returns before they
    /// have noticed; else it waits until all have ended. For an empty group it does nothing.
    ///
    /// Who waits does so, in reports, for the barrier `end of group 1`, or `end of` and the name.
    ///
    /// A member of the group must not call it. A second call before the first was delivered takes the confirmations
    /// for itself: the first then waits for ever.
    ///
    /// # Errors
    ///
    /// `Cancel` for the first member that has not run yet: those before it are cancelled, it and those behind it are
    /// not.
    ///
    /// # Cancellation
    ///
    /// The interrupt arrives at the next turn; the members stay cancelled. Dropped, likewise.
    #[must_use = "it does nothing unless it is awaited"]
    pub fn cancel_all(
        &self,
        group: impl Into<Group>,
        nowait: bool,
    ) -> impl Future<Output = Result<(), Error>> {
        let unawaited = self.event_loop.unawaited(|| "Cancellables::cancel_all");
        async move {
            unawaited.begins();
            let group = group.into();
            let members = self.members_of(&group);
            let participants = u16::try_from(members.len() + 1).expect("so many tasks fit no run queue");
            let barrier = Rc::new(Barrier::new(&self.event_loop, participants).named(group.name()));
            for member in &members {
                member.confirm_to(barrier.clone());
                member.cancel(&self.event_loop).map_err(Error::Cancel)?;
            }
            drop(members);
            if nowait { barrier.trigger() } else { barrier.wait().await }
        }
    }

    /// Cancels the task of this name; false if there is none. See [`cancel_all`](Self::cancel_all); the original's
    /// default is `nowait`.
    ///
    /// # Errors
    ///
    /// As for [`cancel_all`](Self::cancel_all).
    ///
    /// # Cancellation
    ///
    /// As for [`cancel_all`](Self::cancel_all).
    #[must_use = "it does nothing unless it is awaited"]
    pub fn cancel(
        &self,
        name: impl Into<Cow<'static, str>>,
        nowait: bool,
    ) -> impl Future<Output = Result<bool, Error>> {
        let unawaited = self.event_loop.unawaited(|| "Cancellables::cancel");
        async move {
            unawaited.begins();
            let group = Group::Name(name.into());
            if !self.registry.borrow().names.iter().any(|(known, _)| *known == group) {
                return Ok(false);
            }
            self.cancel_all(group, nowait).await?;
            Ok(true)
        }
    }

    /// Whether the task of this name is registered and not known to have ended.
    pub fn is_running(&self, name: impl Into<Cow<'static, str>>) -> bool {
        self.members_of(&Group::Name(name.into())).iter().any(|member| member.is_running())
    }

    fn members_of(&self, group: &Group) -> Vec<Rc<Member>> {
        let registry = self.registry.borrow();
        registry.members.iter().filter(|member| member.group == *group).cloned().collect()
    }

    /// The loop that members run on.
    pub(super) fn event_loop(&self) -> &EventLoop {
        &self.event_loop
    }

    /// Has the end of a named task reported to `barrier`.
    pub(super) fn report_to(&self, group: &Group, barrier: Rc<Barrier>) {
        let mut registry = self.registry.borrow_mut();
        if let Some((_, known)) = registry.names.iter_mut().find(|(known, _)| known == group) {
            *known = Some(barrier);
        }
    }

    /// A member has ended: tells the barrier of its name, then that of who cancelled it, and strikes it off.
    pub(super) fn stopped(&self, member: &Rc<Member>) -> Result<(), Error> {
        let at = |registry: &Registry| registry.names.iter().position(|(name, _)| *name == member.group);
        let registry = self.registry.borrow();
        let user = at(&registry).and_then(|at| registry.names[at].1.clone());
        drop(registry);
        if let Some(barrier) = user {
            barrier.trigger()?;
        }
        let mut registry = self.registry.borrow_mut();
        if let Some(at) = at(&registry) {
            registry.names.remove(at);
        }
        drop(registry);
        member.confirm()?;
        self.registry.borrow_mut().members.retain(|known| !Rc::ptr_eq(known, member));
        Ok(())
    }
}

//! Operations that make tasks of bodies: gathered ones, named ones, and groups.
//!
//! Owns the labels of such tasks, which the recorded runs number (`N`, `N~2`, …; `g1_`, `g1_~2`, …), and who is in
//! which group. Cancelling is the core's business.

use std::cell::RefCell;
use std::rc::Rc;

use litemap::LiteMap;
use vpyb_core::asyn::{Cancellable, Cancellables, Error, Gatherable, Group, gather};
use vpyb_core::{Board, EventLoop, TaskError};

use super::Notes;
use super::error::ScriptError;
use super::run::{Ended, Scripts};
use super::word::word_of;
use crate::scenario::model::{ErrorKind, Gathered, Op};

/// The cancellable tasks of a scenario's scripts.
pub struct Members {
    registry: Cancellables,
    /// Which group each task is in, by its label.
    groups: RefCell<LiteMap<String, Group>>,
    /// How many tasks were made for each label.
    made: RefCell<LiteMap<String, u32>>,
}

impl Members {
    /// None yet.
    pub fn new(event_loop: &EventLoop) -> Self {
        let registry = Cancellables::new(event_loop);
        Self { registry, groups: RefCell::default(), made: RefCell::default() }
    }

    /// The label of the next task that is made for `base`.
    fn next_label(&self, base: &str) -> String {
        match self.made.borrow().get(base) {
            None => base.to_owned(),
            Some(made) => format!("{base}~{}", made + 1),
        }
    }

    fn enter(&self, base: String, label: &str, group: Group) {
        *self.made.borrow_mut().entry(base).or_default() += 1;
        self.groups.borrow_mut().insert(label.to_owned(), group);
    }
}

impl<B: Board + Notes> Scripts<B> {
    /// Operations that wait for other tasks.
    pub(super) async fn together(self: &Rc<Self>, name: &str, op: &Op, at: &str) -> Ended {
        let (group, nowait) = match op {
            Op::Gather(members) => return self.gather(members, at).await,
            Op::CancelNamed { name, nowait } => (Group::from(name.clone()), *nowait),
            Op::CancelGroup { group, nowait } => (Group::from(*group), *nowait),
            _ => unreachable!("{} waits for no other task", word_of(op)),
        };
        if self.members.groups.borrow().get(name) == Some(&group) {
            return Ok(Some("self".into()));
        }
        self.note(at, word_of(op), Some("begin"));
        let registry = &self.members.registry;
        let cancelled = match group {
            Group::Name(name) => registry.cancel(name, nowait).await.map(|found| found.to_string()),
            group => registry.cancel_all(group, nowait).await.map(|()| "ok".to_owned()),
        };
        match cancelled.map_err(ScriptError::from) {
            Ok(result) => Ok(Some(result)),
            Err(error) if error.is_a(ErrorKind::CancelledError) => Err(error),
            Err(error) => Ok(Some(error.class().into())),
        }
    }

    async fn gather(self: &Rc<Self>, members: &[Gathered], at: &str) -> Ended {
        let mut gatherables = Vec::new();
        for (i, Gathered { body, timeout }) in members.iter().enumerate() {
            let member = self.clone().gathered(body.clone(), format!("{at}[{i}]"), format!("r{i}"));
            let gatherable = Gatherable::new(member);
            gatherables.push(match timeout {
                Some(seconds) => gatherable.timeout(*seconds),
                None => gatherable,
            });
        }
        let results = gather(&self.event_loop, gatherables).await?;
        Ok(Some(format!("[{}]", results.join(", "))))
    }

    async fn gathered(
        self: Rc<Self>,
        body: Vec<Op>,
        at: String,
        result: String,
    ) -> Result<String, TaskError> {
        let task = self.event_loop.current_task().expect("a gathered body runs in a task");
        let name = task.name().to_string();
        self.note(&at, "begin", None);
        match self.body(&name, &body, format!("{at}.")).await {
            Err(error) if error.class() == "TimeoutError" => {
                self.note(&at, "timed_out", None);
                Ok("timeout".into())
            }
            ended => Ok(ended.map(|()| result)?),
        }
    }

    /// Operations on cancellable tasks that do not await.
    pub(super) fn member_op(self: &Rc<Self>, op: &Op, at: &str) -> Ended {
        let members = &self.members;
        match op {
            Op::IsRunning(name) => Ok(Some(members.registry.is_running(name.clone()).to_string())),
            Op::Named { name, body, barrier } => {
                let label = members.next_label(name);
                let task = match members.registry.named(name.clone(), self.member(&label, body, at)) {
                    Ok(task) => task,
                    Err(Error::NameTaken(_)) => return Ok(Some("exists".into())),
                    Err(error) => return Err(error.into()),
                };
                let task = match barrier {
                    Some(barrier) => task.reporting_to(self.objects.barriers[barrier].clone()),
                    None => task,
                };
                self.start(task, name.clone(), label, Group::from(name.clone()))
            }
            Op::Group { group, body } => {
                let base = format!("g{group}_");
                let label = members.next_label(&base);
                let task = members.registry.cancellable(*group, self.member(&label, body, at));
                self.start(task, base, label, Group::from(*group))
            }
            _ => unreachable!("{} makes no task", word_of(op)),
        }
    }

    fn start<F>(&self, task: Cancellable<F>, base: String, label: String, group: Group) -> Ended
    where
        F: Future<Output = Result<(), TaskError>> + 'static,
    {
        self.members.enter(base, &label, group);
        task.create_task_named(label.clone())?;
        Ok(Some(label))
    }

    /// What a cancellable task does.
    fn member(
        self: &Rc<Self>,
        label: &str,
        body: &[Op],
        at: &str,
    ) -> impl Future<Output = Result<(), TaskError>> + use<B> {
        let (this, label, body, path) = (self.clone(), label.to_owned(), body.to_vec(), format!("{at}."));
        async move {
            this.note("", "begin", None);
            match this.body(&label, &body, path).await {
                Ok(()) => this.note("", "left", Some("end")),
                Err(error) => {
                    if error.is_a(ErrorKind::CancelledError) {
                        this.note("", "left", Some(error.class()));
                    }
                    return Err(error.into());
                }
            }
            Ok(())
        }
    }
}

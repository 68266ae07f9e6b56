//! A program and its event loop as one thing that can be stepped.
//!
//! Owns [`Top`], which the program's top level is given, and [`Firmware`], which the owner of a board
//! holds: the simulator, or the start-up code on the chip. Knows nothing of boards beyond handing one over.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{Cell, OnceCell};
use core::future::Future;
use core::hint::cold_path;
use core::task::{Context, Poll, Waker};

use super::EventLoop;
use super::care;
use super::config::{Config, Overrides};
use super::ending::{Ended, Halt};
use super::owner::{Owner, Phase, Step};
use super::run::{RunForever, RunUntilComplete};
use super::shared::{Shared, TaskFuture};
use super::wake::WakeMark;
use crate::clock::Clock;
use crate::error::TaskError;
use crate::observer::{Event, Observer};

/// Called once, as soon as the event loop exists.
pub type Started = Box<dyn FnOnce(&EventLoop)>;

/// What top level and owner have in common before there is a loop.
struct Link {
    clock: Rc<dyn Clock>,
    #[cfg(feature = "observer")]
    observer: Option<Rc<dyn Observer>>,
    overrides: Overrides,
    shared: OnceCell<Rc<Shared>>,
    started: Cell<Option<Started>>,
}

impl Link {
    fn event_loop(&self, config: Config) -> EventLoop {
        let shared = self.shared.get_or_init(|| {
            let config = self.overrides.apply(config);
            #[cfg(feature = "observer")]
            let observer = self.observer.clone();
            #[cfg(not(feature = "observer"))]
            let observer = None;
            Shared::new(self.clock.clone(), observer, config)
        });
        let event_loop = EventLoop { shared: shared.clone() };
        if let Some(started) = self.started.take() {
            started(&event_loop);
        }
        event_loop
    }
}

/// What a program's top level is given: the board, and the means to make and run the event loop.
///
/// ```
/// use vpyb_core::{Board, Config, TaskError, Top};
///
/// pub async fn program<B: Board>(top: Top<B>) -> Result<(), TaskError> {
///     let event_loop = top.event_loop(Config::default());
///     let board = top.board().clone();
///     let ev = event_loop.clone();
///     top.run_until_complete(async move {
///         ev.sleep_ms(500).await?;
///         board.println(format_args!("half a second later"));
///         Ok(())
///     })
///     .await?;
///     Ok(())
/// }
/// ```
pub struct Top<B> {
    board: B,
    link: Rc<Link>,
}

impl<B> Top<B> {
    /// The board that the program runs on.
    pub fn board(&self) -> &B {
        &self.board
    }

    /// The event loop, as `get_event_loop` (tutorial section 7.7): the first call makes it, later ones give
    /// the same and ignore their configuration.
    pub fn event_loop(&self, config: Config) -> EventLoop {
        self.link.event_loop(config)
    }

    /// Runs the loop until `future` is complete (tutorial section 2.1), and gives its value.
    ///
    /// # Errors
    ///
    /// `Failed` if a task or a callback failed meanwhile, or the run queue is full; `Stopped` if another
    /// stop request ended the run. The loop keeps its state and can be run again.
    pub fn run_until_complete<F, T>(&self, future: F) -> RunUntilComplete<F, T>
    where
        F: Future<Output = Result<T, TaskError>> + 'static,
        T: 'static,
    {
        RunUntilComplete::new(self.event_loop(Config::default()).shared, future)
    }

    /// Runs the loop until it is stopped (tutorial section 2.1).
    ///
    /// # Errors
    ///
    /// `Failed` if a task or a callback failed. The loop keeps its state and can be run again.
    pub fn run_forever(&self) -> RunForever {
        RunForever::new(self.event_loop(Config::default()).shared)
    }
}

/// A program with its event loop, driven from outside.
///
/// Dropped, it drops the program's top level and all tasks.
pub struct Firmware {
    main: Option<TaskFuture>,
    link: Rc<Link>,
    /// The event loop, once there is one.
    event_loop: Option<(Rc<Shared>, Owner)>,
    wake_mark: WakeMark,
    main_idle: bool,
    result: Option<Result<(), TaskError>>,
}

/// What a [`Firmware`] is made with.
pub struct Setup {
    /// Where the loop reads the time.
    pub clock: Rc<dyn Clock>,
    /// Who is told what happens. That needs the feature `observer` of this package.
    pub observer: Option<Rc<dyn Observer>>,
    /// What is set in place of what the program asks for.
    pub overrides: Overrides,
    /// Called once, as soon as the event loop exists.
    pub started: Option<Started>,
}

impl Firmware {
    /// A program on a board; nothing of it runs yet.
    ///
    /// # Panics
    ///
    /// If there is an observer, and the feature `observer` is off.
    pub fn new<B, M>(setup: Setup, board: B, main: impl FnOnce(Top<B>) -> M) -> Self
    where
        M: Future<Output = Result<(), TaskError>> + 'static,
    {
        let Setup { clock, observer, overrides, started } = setup;
        let deaf = !cfg!(feature = "observer");
        assert!(!(deaf && observer.is_some()), "an observer needs the feature `observer` of vpyb-core");
        let started = Cell::new(started);
        let link = Rc::new(Link {
            clock,
            #[cfg(feature = "observer")]
            observer,
            overrides,
            shared: OnceCell::new(),
            started,
        });
        let main = Box::pin(main(Top { board, link: link.clone() }));
        Self {
            main: Some(main),
            link,
            event_loop: None,
            wake_mark: WakeMark::new(),
            main_idle: false,
            result: None,
        }
    }

    /// Applies what the last step yielded, reading the clock now, and does one new thing or says that there
    /// is none. Never waits.
    #[inline(always)]
    pub fn step(&mut self) -> Step {
        if let Some((shared, owner)) = &mut self.event_loop
            && let Some(step) = owner.step_quietly(shared)
        {
            return step;
        }
        cold_path();
        self.step_longer()
    }

    /// A step that is no turn.
    #[inline(never)]
    fn step_longer(&mut self) -> Step {
        match &self.event_loop {
            Some((shared, owner)) if owner.only_sleeps(shared) => self.step_to_sleep(),
            _ => self.step_on(Owner::step),
        }
    }

    /// The step after one that left no more than that its task goes to sleep.
    #[inline(never)]
    fn step_to_sleep(&mut self) -> Step {
        if let Some((shared, owner)) = &mut self.event_loop
            && let Some(step) = owner.sleep_quietly(shared)
        {
            return step;
        }
        self.step_on(Owner::step)
    }

    /// Does what calls of [`step`](Self::step) would do, up to the end of the pass: for an owner that charges nothing
    /// between steps, as on the chip. Gives what the owner has to know: [`Step::Polled`] at the end of a pass,
    /// [`Step::Idle`], [`Step::Main`] or [`Step::Done`]; never [`Step::Task`] or [`Step::Callback`]. Never waits.
    ///
    /// While tasks do nothing but take turns, and there are no devices and no timers, the owner can have nothing to know
    /// of a pass. Up to eight such passes are one.
    ///
    /// Under `Asyncio3`, which has no passes, it ends with the poll that comes when as many entries have run as were
    /// queued at its beginning.
    pub fn run_pass(&mut self) -> Step {
        if let Some((shared, owner @ Owner { phase: Phase::Expire, .. })) = &mut self.event_loop
            && owner.quiet_passes(shared)
        {
            return Step::Polled { devices: 0, pass: true };
        }
        self.step_on(Owner::pass)
    }

    /// Has the owner of the event loop do something, if there is a run; else the top level goes on.
    #[inline(never)]
    fn step_on(&mut self, step: impl FnOnce(&mut Owner, &Shared) -> Result<Step, Halt>) -> Step {
        if let Some((shared, owner)) = &mut self.event_loop
            && shared.is_running()
        {
            match step(owner, shared) {
                Ok(step) => return step,
                Err(Halt) => self.end_run(),
            }
        }
        self.step_main()
    }

    /// Ctrl-C: ends the run under way with [`RunError::KeyboardInterrupt`](crate::RunError::KeyboardInterrupt), as
    /// where the original waits for something to do. Tasks do not notice. Without a run it does nothing.
    pub fn keyboard_interrupt(&mut self) {
        if let Some((shared, _)) = &self.event_loop
            && shared.is_running()
        {
            // A failure that is known already is how the run ends.
            if !shared.take_care_of(care::FAILED) {
                shared.halt(Ended::Interrupted);
            }
            self.end_run();
        }
    }

    /// How the program's top level ended, once it has.
    pub fn take_result(&mut self) -> Option<Result<(), TaskError>> {
        self.result.take()
    }

    /// Whether the program waits for a future to be complete, rather than running for ever.
    pub fn awaits_completion(&self) -> bool {
        self.shared().is_none_or(|shared| !shared.forever.get())
    }

    /// Whether a waker was called that no poll point has seen yet. A port asks this, interrupts masked,
    /// before it lets the CPU sleep.
    pub fn woken(&self) -> bool {
        self.event_loop.as_ref().is_some_and(|(_, owner)| owner.woken())
    }

    pub(super) fn shared(&self) -> Option<&Shared> {
        self.event_loop.as_ref().map(|(shared, _)| &**shared)
    }

    fn is_running(&self) -> bool {
        self.shared().is_some_and(Shared::is_running)
    }

    /// The number that calls of wakers note; for observers.
    pub fn wake_mark(&self) -> WakeMark {
        self.wake_mark.clone()
    }

    #[cold]
    fn end_run(&mut self) {
        let Some((shared, owner)) = &mut self.event_loop else { return };
        owner.stop(shared);
        shared.care_for(care::IDLE);
        if let Some(observer) = shared.observer() {
            let ended = shared.ending.take();
            let error = match &ended {
                Some(Ended::Failed { error, .. }) => Some(error),
                _ => None,
            };
            observer.observe(Event::LoopStopped { error });
            shared.ending.set(ended);
        }
        self.main_idle = false;
    }

    #[cold]
    fn step_main(&mut self) -> Step {
        let Some(main) = &mut self.main else { return Step::Done };
        if self.main_idle {
            // The top level awaits something that is no run: nothing here can ever complete it.
            return Step::Idle { until: None, sample: false };
        }
        match main.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => {
                self.main = None;
                self.result = Some(result);
                Step::Done
            }
            Poll::Pending => {
                if let Some(shared) = self.link.shared.get() {
                    self.event_loop
                        .get_or_insert_with(|| (shared.clone(), Owner::new(shared, self.wake_mark.clone())));
                }
                self.main_idle = !self.is_running();
                Step::Main
            }
        }
    }
}

impl Drop for Firmware {
    fn drop(&mut self) {
        let Some(shared) = self.link.shared.get() else { return };
        shared.close();
        self.main = None;
        shared.drop_futures();
    }
}

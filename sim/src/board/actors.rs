//! What the outside world does, step by step.
//!
//! Owns when an actor's next step is due and what each action means on the bench. Actors run side by side; the steps
//! of one run in order.
//!
//! ```text
//!      `at`, `after`: its instant        `on`, then `await`: watch
//!   Scheduled ──────────────▶ act ───────────────────────────────▶ Watching ──look: seen──▶ Seen ──▶ act
//!      ▲                       │ done                                 │
//!      └── the next step ──────┘                                      └── the deadline of an await ──▶ Gone
//! ```
//!
//! Invariant **from-its-beginning**: what a step waits for counts from the instant at which the step began, also if it
//! was recorded earlier at that instant, but not what came before the actor's own step before. A record that one step
//! was waiting for is there for others, too.

use vpyb_core::time::{Duration, Instant};

use super::machine::{Line, Machine};
use super::part::Part;
use super::wiring::drive;
use crate::mcu::{BitClock, Uart};
use crate::scenario::model::{self, Action, Event, NetworkChange, When};
use crate::sight::Eye;
use crate::trace::record::{Drive, NetLevel};
use crate::trace::{Kind, Seq, Trace};
use crate::world::{DeviceId, PinId};

/// An actor on its way.
#[derive(Debug)]
pub(super) struct Acting {
    actor: model::Actor,
    /// The step that is next or under way.
    step: usize,
    /// The record of the step before.
    before: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Its step is in the agenda.
    Scheduled,
    /// Its step waits for an event: that of its `on`, or of its `await`.
    Watching(Box<Watch>, Word),
    /// What its step waited for was seen.
    Seen(Word),
    /// It does nothing any more.
    Gone,
}

/// The word by which a step waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Word {
    On,
    Await,
}

#[derive(Debug)]
struct Watch {
    eye: Eye,
    /// The records before this one were looked at.
    next: usize,
}

impl Watch {
    /// Looks for an event from a record on.
    fn new(event: &Event, from: usize, trace: &Trace) -> Self {
        let mut eye = Eye::new(event);
        for record in trace.records().range(0..from) {
            eye.sees(trace, &record);
        }
        eye.forget();
        Self { eye, next: from }
    }

    /// The record in which it is seen, if it is there by now.
    fn look(&mut self, trace: &Trace) -> Option<Seq> {
        let len = trace.records().len();
        let found = trace.records().range(self.next..len).position(|record| self.eye.sees(trace, &record));
        let seen = found.map(|place| Seq((self.next + place) as u32));
        self.next = len;
        seen
    }
}

/// Something that the outside does later because it did something now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Planned {
    /// A pulse is over: the probe does again what it did.
    Drive(PinId, Drive),
    /// A tap is over: the button is let go.
    LetGo(DeviceId),
    /// A glitch begins, and lasts so long.
    Glitch(PinId, Duration),
    /// A glitch is over.
    Unforce(PinId),
    /// A wire is plugged in again.
    Plug(PinId, PinId),
    /// A device has its supply again.
    Supply(DeviceId),
    /// The network is back.
    NetworkUp,
    /// An await has lasted too long.
    Deadline { actor: u16, step: u16 },
}

impl Machine {
    /// Enters the first step of each actor.
    pub(super) fn start_actors(&mut self, actors: &[model::Actor]) {
        for (i, actor) in actors.iter().enumerate() {
            self.actors.push(Acting { actor: actor.clone(), step: 0, before: 0, state: State::Gone });
            self.schedule_step(i, Instant::ZERO);
        }
    }

    /// Enters an actor's next step; its previous one is over at `from`.
    fn schedule_step(&mut self, index: usize, from: Instant) {
        let acting = &mut self.actors[index];
        let Some(step) = acting.actor.steps.get(acting.step) else {
            acting.state = State::Gone;
            return;
        };
        acting.state = State::Scheduled;
        let at = match step.when {
            When::At(at) => at.max(from),
            When::After(span) => from + span,
            When::On(_) => from,
        };
        self.world.bench.actor_at(at, index as u16);
    }

    /// Has a step wait for an event from now on.
    fn watch(&mut self, index: usize, event: &Event, word: Word) {
        let trace = &self.world.bench.trace;
        let now = self.world.now();
        let began = trace.records().partition_point(|record| record.at < now);
        let watch = Watch::new(event, began.max(self.actors[index].before), trace);
        self.actors[index].state = State::Watching(Box::new(watch), word);
        self.watching += 1;
        self.look();
    }

    /// Looks for what actors wait for in the records that are new.
    #[inline]
    pub fn look(&mut self) {
        if self.watching > 0 {
            self.look_for_all();
        }
    }

    #[inline(never)]
    fn look_for_all(&mut self) {
        for index in 0..self.actors.len() {
            let State::Watching(watch, word) = &mut self.actors[index].state else { continue };
            if let Some(seq) = watch.look(&self.world.bench.trace) {
                self.actors[index].state = State::Seen(*word);
                self.watching -= 1;
                let bench = &mut self.world.bench;
                let context = bench.cause_is(Some(seq));
                bench.actor_at(bench.now(), index as u16);
                bench.cause_is(context);
            }
        }
    }

    /// Does what is due. A step that awaits acts when it has seen what it awaits.
    pub(super) fn act(&mut self, actor: u16, cause: Option<Seq>) {
        let index = usize::from(actor);
        let number = self.actors[index].step;
        let step = self.actors[index].actor.steps[number].clone();
        let seen = match self.actors[index].state {
            State::Seen(word) => Some(word),
            _ => None,
        };
        let context = self.world.bench.cause_is(cause);
        match (&step.when, &step.action) {
            (When::On(event), _) if seen.is_none() => self.watch(index, event, Word::On),
            (_, Action::Await { event, within }) if seen != Some(Word::Await) => {
                self.plan(*within, Planned::Deadline { actor, step: number as u16 });
                self.watch(index, event, Word::Await);
            }
            _ => {
                let bench = &mut self.world.bench;
                let name = bench.trace.name(&self.actors[index].actor.name);
                let mark = step.mark.as_deref().map(|mark| bench.trace.name(mark));
                let seq = bench.record_cause(Kind::Stimulus { actor: name, step: number as u16, mark });
                let over = self.perform(&step.action);
                self.actors[index].before = seq.0 as usize;
                self.actors[index].step += 1;
                self.schedule_step(index, over);
            }
        }
        self.world.bench.cause_is(context);
    }

    /// Holds a net at the other level for so long.
    fn glitch(&mut self, pin: PinId, span: Duration) {
        let other = match self.world.bench.level(pin) {
            NetLevel::High => NetLevel::Low,
            NetLevel::Low | NetLevel::Floating => NetLevel::High,
        };
        self.world.bench.force(pin, Some(other));
        self.plan(span, Planned::Unforce(pin));
    }

    /// Has something done after a span.
    pub(super) fn plan(&mut self, after: Duration, planned: Planned) {
        self.planned.push(planned);
        let at = self.now() + after;
        self.world.bench.planned_at(at, (self.planned.len() - 1) as u32);
    }

    /// Does what was planned.
    pub(super) fn carry_out(&mut self, planned: u32, cause: Option<Seq>) {
        let context = self.world.bench.cause_is(cause);
        let bench = &mut self.world.bench;
        match self.planned[planned as usize] {
            Planned::LetGo(button) => self.press(button, false),
            Planned::Drive(pin, drive) => bench.drive(pin, drive),
            Planned::Glitch(pin, span) => self.glitch(pin, span),
            Planned::Unforce(pin) => bench.force(pin, None),
            Planned::Plug(a, b) => bench.plug(a, b, true),
            Planned::Supply(device) => self.power(device, true),
            Planned::NetworkUp => self.change_network(NetworkChange::Up),
            Planned::Deadline { actor, step } => {
                let acting = &mut self.actors[usize::from(actor)];
                let waits = matches!(acting.state, State::Watching(_, Word::Await));
                if waits && acting.step == usize::from(step) {
                    acting.state = State::Gone;
                    self.watching -= 1;
                    let actor = bench.trace.name(&acting.actor.name);
                    bench.record(Kind::AwaitMissed { actor, step });
                }
            }
        }
        self.world.bench.cause_is(context);
    }

    /// Does something; gives the instant at which it is over.
    fn perform(&mut self, action: &Action) -> Instant {
        let now = self.now();
        match action {
            Action::Send { to, data, times, baud } => return self.send(to, data, *times, *baud),
            Action::Break { to, span } => {
                if let Line::Peer(me) = self.lines[to]
                    && let Part::SerialPeer(peer) = &mut self.world.devices[usize::from(me.0)]
                {
                    peer.send_break(*span, me, &mut self.world.bench);
                }
                return now + *span;
            }
            Action::Drive { pin, level } => {
                let probe = self.probes[pin];
                self.world.bench.drive(probe, drive(*level));
            }
            Action::Pulse { pin, level, span } => {
                let probe = self.probes[pin];
                let before = self.world.bench.drive_of(probe);
                self.world.bench.drive(probe, drive(Some(*level)));
                self.plan(*span, Planned::Drive(probe, before));
                return now + *span;
            }
            Action::Glitch { pin, span } => {
                self.glitch(self.pins[pin.as_str()], *span);
                return now + *span;
            }
            Action::Plug { link: [a, b], plugged } => {
                let (a, b) = (self.pins[a.as_str()], self.pins[b.as_str()]);
                self.world.bench.plug(a, b, *plugged);
            }
            Action::Irq { pin } => self.request_by_software(pin),
            Action::Press { part, pressed } => self.press(self.parts[part], *pressed),
            Action::Tap { part, span } => {
                let button = self.parts[part];
                self.press(button, true);
                self.plan(*span, Planned::LetGo(button));
                return now + *span;
            }
            Action::Stall(span) => {
                self.stall(*span);
                return now + *span;
            }
            Action::Cancel(task) => self.cancel(task),
            Action::CtrlC => self.ctrl_c = true,
            Action::Network(change) => self.change_network(*change),
            Action::Set { part, to } => self.expose(part, *to),
            Action::Feed { part, rows } => self.feed(part, rows),
            Action::Infrared { part, edges, jitter } => return self.send_infrared(part, edges, *jitter),
            Action::Power { part, on } => self.power(self.parts[part], *on),
            Action::Await { .. } | Action::Nothing => {}
        }
        now
    }

    fn send(&mut self, to: &str, data: &[u8], times: u32, baud: u32) -> Instant {
        let bytes: Vec<u8> = data.repeat(times as usize);
        let (now, clock) = (self.now(), BitClock::exact(baud));
        let over = clock.at(now, 20 * bytes.len() as u64);
        let device = match self.lines[to] {
            Line::Peer(device) => device,
            Line::Feed(uart) => {
                for (i, &byte) in bytes.iter().enumerate() {
                    let at = clock.at(now, 20 * (i as u64 + 1));
                    // The original's bench counts in whole microseconds.
                    let at = Instant::from_micros(at.as_micros());
                    self.world.bench.alarm_at(at, uart, Uart::feed_alarm(byte));
                }
                return over;
            }
        };
        if let Part::SerialPeer(peer) = &mut self.world.devices[usize::from(device.0)] {
            peer.send(&bytes, baud, device, &mut self.world.bench);
        }
        over
    }
}

//! What the outside world does, step by step.
//!
//! Owns when an actor's next step is due and what each action means on the bench. Actors run side by
//! side; the steps of one run in order.

use vpyb_core::time::Instant;

use super::machine::{Line, Machine};
use super::part::Part;
use crate::mcu::{BitClock, Uart};
use crate::scenario::model::{Action, Level, When};
use crate::trace::record::Drive;
use crate::trace::{Kind, Seq};

impl Machine {
    /// Enters the first step of each actor.
    pub(super) fn start_actors(&mut self) {
        for actor in 0..self.actors.len() {
            self.schedule_step(actor, Instant::ZERO);
        }
    }

    /// Enters an actor's next step; its previous one is over at `from`.
    fn schedule_step(&mut self, actor: usize, from: Instant) {
        let next = self.next_steps[actor];
        if let Some(step) = self.actors[actor].steps.get(next) {
            let at = match step.when {
                When::At(at) => at.max(from),
                When::After(span) => from + span,
            };
            self.world.bench.actor_at(at, actor as u16);
        }
    }

    /// Does what is due.
    pub(super) fn act(&mut self, actor: u16, cause: Option<Seq>) {
        let index = usize::from(actor);
        let number = self.next_steps[index];
        self.next_steps[index] += 1;
        let step = self.actors[index].steps[number].clone();
        let bench = &mut self.world.bench;
        let context = bench.cause_is(cause);
        let name = bench.trace.name(&self.actors[index].name);
        let mark = step.mark.as_deref().map(|mark| bench.trace.name(mark));
        bench.record_cause(Kind::Stimulus { actor: name, step: number as u16, mark });
        let over = self.perform(&step.action);
        self.schedule_step(index, over);
        self.world.bench.cause_is(context);
    }

    /// Does something; gives the instant at which it is over.
    fn perform(&mut self, action: &Action) -> Instant {
        let now = self.now();
        match action {
            Action::Send { to, data, times, baud } => self.send(to, data, *times, *baud),
            Action::Drive { pin, level } => {
                let drive = match level {
                    Some(Level::Low) => Drive::Low,
                    Some(Level::High) => Drive::High,
                    None => Drive::Released,
                };
                let probe = self.probes[pin];
                self.world.bench.drive(probe, drive);
                now
            }
            Action::Stall(span) => {
                self.stall(*span);
                now + *span
            }
            Action::CtrlC => {
                self.ctrl_c = true;
                now
            }
            Action::Set { part, to } => {
                self.expose(part, *to);
                now
            }
            Action::Feed { part, rows } => {
                self.feed(part, rows);
                now
            }
            Action::Power { part, on } => {
                self.power(part, *on);
                now
            }
            Action::Nothing => now,
        }
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

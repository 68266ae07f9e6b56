//! The faults of a scenario on this board.
//!
//! Owns where each of them can strike, and how those are carried out that no device carries out itself. When one
//! strikes is the world's business.

use vpyb_core::time::{Duration, Instant};

use super::actors::Planned;
use super::machine::Machine;
use super::pyboard::BUSES;
use crate::scenario::model::{self, FaultPlace, NetworkChange};
use crate::trace::Seq;
use crate::trace::record::{Drive, NetLevel};
use crate::world::{DeviceId, Fault, FaultKind, Faults, PinId, Place, Strikes};

/// How long a glitch lasts if nobody says.
const GLITCH: Duration = Duration::from_micros(1);
/// How long a storm lasts, and how many times it hits at the least, and how many more by chance.
const STORM: Duration = Duration::from_millis(5);
const HITS: [u64; 2] = [8, 8];
/// How long another master keeps the bus: an address and its acknowledge at 100 kHz.
const RIVAL: Duration = Duration::from_micros(100);

/// What a fault is aimed at that the machine carries out.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Aim {
    /// Nothing: the device that offers carries it out.
    Device,
    /// The CPU.
    Cpu,
    /// The net of a pin.
    Net(PinId),
    /// The wires of a pin, by their ends.
    Wires(PinId, Vec<PinId>),
    /// The supply of a device.
    Supply(DeviceId),
    /// The pin of another master.
    Rival(PinId),
    /// The network.
    Network,
}

impl Machine {
    /// Plans all faults. Everything is in its place by now.
    pub(super) fn plan_faults(&mut self, faults: &[model::Fault]) {
        let planned: Vec<Fault> = faults.iter().map(|fault| self.plan_fault(fault)).collect();
        self.world.bench.faults = Faults::new(planned);
    }

    fn plan_fault(&mut self, fault: &model::Fault) -> Fault {
        let kind = FaultKind::named(fault.what).expect("checked words");
        let places = self.places(&fault.place);
        let aim = self.aim(kind, &fault.place);
        self.aims.push(aim);
        let model::Strikes { from, until, every, count, probability, only } = fault.strikes;
        let until = until.unwrap_or(Instant::MAX);
        Fault {
            kind,
            places,
            shown: self.world.bench.trace.name(&fault.place.to_string()),
            lasts: fault.lasts,
            strikes: Strikes { from, until, every, count, probability, only },
        }
    }

    /// Where its opportunities are offered.
    fn places(&mut self, place: &FaultPlace) -> Vec<Place> {
        let named = match place {
            FaultPlace::Cpu => return vec![Place::Cpu],
            FaultPlace::Pin(pin) | FaultPlace::Link([pin, _]) => {
                return vec![Place::Pin(self.pins[pin.as_str()])];
            }
            FaultPlace::Bus { devices, .. } => devices,
            FaultPlace::Part(name) | FaultPlace::Unit(name) | FaultPlace::Line(name) => {
                std::slice::from_ref(name)
            }
        };
        named.iter().map(|name| Place::Named(self.world.bench.trace.name(name))).collect()
    }

    fn aim(&mut self, kind: FaultKind, place: &FaultPlace) -> Aim {
        match (kind, place) {
            (FaultKind::Stall, _) => Aim::Cpu,
            (FaultKind::Outage | FaultKind::Reset, _) => Aim::Network,
            (FaultKind::PowerOff, FaultPlace::Part(part)) => Aim::Supply(self.parts[part]),
            (FaultKind::Arbitration, FaultPlace::Unit(bus)) => self.rival(bus),
            (FaultKind::Unplug, FaultPlace::Link([a, b])) => {
                Aim::Wires(self.pins[a.as_str()], vec![self.pins[b.as_str()]])
            }
            (FaultKind::Unplug, FaultPlace::Pin(pin)) => {
                let pin = self.pins[pin.as_str()];
                Aim::Wires(pin, self.world.bench.wired_to(pin))
            }
            (_, FaultPlace::Pin(pin) | FaultPlace::Link([pin, _])) => Aim::Net(self.pins[pin.as_str()]),
            _ => Aim::Device,
        }
    }

    /// The pin of another master on a bus; the first of the bus's faults puts it there.
    fn rival(&mut self, bus: &str) -> Aim {
        let unit = BUSES.iter().find(|unit| unit.name == bus).expect("checked names");
        let sda = self.pins[unit.sda];
        let own = self.world.bench.add_pin(&format!("{bus}.rival"));
        self.world.bench.join(sda, own);
        self.world.bench.record_net(own);
        Aim::Rival(own)
    }

    /// A fault strikes.
    pub(super) fn carry_out_fault(&mut self, number: usize, cause: Option<Seq>) {
        let context = self.world.bench.cause_is(cause);
        let fault = self.world.bench.faults.fault(number);
        let (kind, lasts) = (fault.kind, fault.lasts);
        // What has no end of its own is over with the fault's time.
        let rest = Some(fault.strikes.until).filter(|until| *until < Instant::MAX);
        let rest = lasts.or(rest.map(|until| until - self.now()));
        match (kind, self.aims[number].clone()) {
            (FaultKind::Glitch, Aim::Net(pin)) => {
                // The edge itself stands for as long as the glitch.
                let span = lasts.unwrap_or(GLITCH);
                self.plan(span, Planned::Glitch(pin, span));
            }
            (FaultKind::BounceStorm, Aim::Net(pin)) => self.storm(pin, lasts.unwrap_or(STORM)),
            (FaultKind::StuckLow, Aim::Net(pin)) => {
                self.world.bench.force(pin, Some(NetLevel::Low));
                if let Some(rest) = rest {
                    self.plan(rest, Planned::Unforce(pin));
                }
            }
            (FaultKind::Unplug, Aim::Wires(pin, others)) => {
                for other in others {
                    self.world.bench.plug(pin, other, false);
                    if let Some(rest) = rest {
                        self.plan(rest, Planned::Plug(pin, other));
                    }
                }
            }
            (FaultKind::PowerOff, Aim::Supply(device)) => {
                self.power(device, false);
                self.plan(lasts.unwrap_or_default(), Planned::Supply(device));
            }
            (FaultKind::Arbitration, Aim::Rival(pin)) => {
                self.world.bench.drive(pin, Drive::Low);
                self.plan(RIVAL, Planned::Drive(pin, Drive::Released));
            }
            (FaultKind::Stall, _) => self.stall(lasts.unwrap_or_default()),
            (FaultKind::Outage, _) => {
                self.change_network(NetworkChange::Down);
                self.plan(lasts.unwrap_or_default(), Planned::NetworkUp);
            }
            (FaultKind::Reset, _) => self.change_network(NetworkChange::Reset),
            _ => {}
        }
        self.world.bench.cause_is(context);
    }

    /// The net shows the other level again and again: so many times, each at chance in its part of the storm.
    fn storm(&mut self, pin: PinId, lasts: Duration) {
        let name = self.world.bench.pin_name(pin);
        let stream = format!("{}.storm", self.world.bench.trace.text(name));
        let [least, more] = HITS;
        let hits = least + self.world.bench.random(&stream, more + 1);
        let third = lasts.as_nanos() / hits / 3;
        for hit in 0..hits {
            let begin = lasts.as_nanos() / hits * hit + 1 + self.world.bench.random(&stream, third.max(1));
            self.plan(Duration::from_nanos(begin), Planned::Glitch(pin, Duration::from_nanos(third.max(1))));
        }
    }
}

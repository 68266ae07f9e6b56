//! The state that is folded from a trace is that of the live world, at every record.
//!
//! The machine is looked at whenever time is about to pass, so after each event and after whatever the program did since,
//! and the event loop before each of its steps. What is known then is compared with the fold of the records up to there,
//! over the first records of each scenario and at its end. Counters are in no part of the world; they are compared with
//! those that expectations are held to, at the end.
//! Records that one event makes, one after the other, are compared when the last of them is written: between them the
//! world is not at rest.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::rc::Rc;

use insta::assert_snapshot;
use vpyb_cli::PROGRAMS;
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Contents, Interrupt as CoreInterrupt, observer, ticks};
use vpyb_sim::board::{Machine, Part};
use vpyb_sim::devices::{self, End};
use vpyb_sim::expect::{self, Value};
use vpyb_sim::mcu::Received;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::trace::record::{Drive, Entry, Interrupt, Net, NetLevel, Task, Trigger};
use vpyb_sim::trace::{Name, Phase, Seq, Standing, State, Trace, render_state, show_instant};

use crate::checked_in::scenarios;

/// What both the machine and the folded state know.
#[derive(Clone, PartialEq, Debug, Default)]
struct Known {
    /// Each pin, in order of names: its net, what it does, what the net shows.
    pins: Vec<(Name, (Net, Drive, NetLevel))>,
    /// Interrupt lines that are used, and timers that run: masked, pending.
    lines: BTreeMap<Name, (bool, bool)>,
    timers: BTreeMap<Name, Duration>,
    /// UARTs: the receiving half; how much waits to be sent; whether that is held back.
    uarts: BTreeMap<Name, (Received, u64, bool)>,
    /// UARTs on whose wire a character is.
    sending: BTreeSet<Name>,
    /// LEDs that were switched: whether each is lit. In the world they are pins like others.
    leds: BTreeMap<Name, bool>,
    /// Open buses: the bytes that were read in the transfer on the bus.
    buses: BTreeMap<Name, Option<usize>>,
    /// Devices and whether they have their supply.
    supplied: BTreeMap<Name, bool>,
    /// Buttons that are pressed, networks that are down.
    changed: BTreeSet<Name>,
    /// Sockets that are not closed, and listeners: how they stand, and how much is unread.
    sockets: BTreeMap<Name, (Standing, u32)>,
}

impl Known {
    fn live(machine: &Machine) -> Self {
        let bench = &machine.world.bench;
        let pins = bench.pins().map(|(pin, name, net)| (name, (net, bench.drive_of(pin), bench.level(pin))));
        let mut known = Self { pins: pins.collect(), ..Self::default() };
        known.pins.sort_unstable_by_key(|(name, _)| *name);
        for part in &machine.world.devices {
            known.take(part);
        }
        known
    }

    fn take(&mut self, part: &Part) {
        let mut change = |name: Name, so: bool| {
            if so {
                self.changed.insert(name);
            }
        };
        match part {
            Part::Exti(exti) => {
                let lines = (0..16).filter_map(|line| exti.line(line));
                self.lines.extend(lines.map(|line| (line.name, (line.masked, line.pending))));
            }
            Part::Timers(timers) => {
                for (name, every, pending) in timers.running() {
                    self.timers.insert(name, every);
                    self.lines.insert(name, (false, pending));
                }
            }
            Part::Uart(uart) => {
                let halves = uart.received().zip(uart.waiting());
                self.uarts.extend(halves.map(|(rx, (tx, held))| (uart.name(), (rx, tx as u64, held))));
                self.sending.extend(uart.is_in_frame().then(|| uart.name()));
            }
            Part::I2c(unit) if unit.is_open() => drop(self.buses.insert(unit.name(), unit.on_bus())),
            Part::SerialPeer(peer) => drop(self.supplied.insert(peer.name(), peer.has_supply())),
            Part::Sensor(sensor) => drop(self.supplied.insert(sensor.name(), sensor.has_supply())),
            Part::Mma7660(accel) => drop(self.supplied.insert(accel.name(), accel.has_supply())),
            Part::Button(button) => change(button.name(), button.is_pressed()),
            Part::Network(network) => {
                change(network.name(), network.is_down());
                self.sockets.extend(network.listeners().map(|(name, _)| (name, (Standing::Listens, 0))));
                let open = network.ends().iter().filter(|end| !end.is_closed());
                self.sockets.extend(open.map(|end| (end.name, (standing(end), end.unread() as u32))));
            }
            _ => {}
        }
    }

    fn folded(state: &State, trace: &Trace, now: Instant) -> Self {
        let wires = &state.wires;
        let level = |net: Net| wires.nets.get(&net).map_or(NetLevel::Floating, |net| net.level);
        let pin = |(&name, pin): (&Name, &vpyb_sim::trace::PinState)| {
            let net = pin.net.expect("each pin has a net");
            (name, (net, pin.drive, level(net)))
        };
        let lines = state
            .irq_lines
            .iter()
            .filter(|(name, line)| line.trigger != Trigger::Off || state.timers.contains_key(name));
        let uart = |uart: &vpyb_sim::trace::Uart| {
            let received = Received {
                in_frame: uart.in_frame.is_some(),
                register: uart.register,
                overrun: uart.overrun,
                interrupt_off: uart.interrupt_off,
                ring: uart.ring.iter().copied().collect(),
            };
            (received, uart.unsent, uart.held_back)
        };
        let opened = state.uarts.iter().filter(|(_, uart)| uart.pins.is_some());
        let sending = state.uarts.iter().filter(|(_, uart)| uart.sending.is_some_and(|(_, end)| end > now));
        let pressed = |state: &vpyb_sim::trace::DeviceState| {
            state.told.is_some_and(|told| trace.text(told.text) == "pressed")
        };
        let devices = state.devices.iter().filter(|(_, device)| pressed(device));
        let supplied = state.devices.iter().filter_map(|(&name, own)| Some((name, own.supply?.0)));
        let down = state.sockets.iter().filter(|(_, socket)| socket.standing == Standing::Down);
        let sockets = state.sockets.iter().filter(|(_, socket)| {
            !matches!(
                socket.standing,
                Standing::Up | Standing::Down | Standing::LooksUp(_) | Standing::Closed
            )
        });
        let open = |standing| if standing == Standing::Waits { Standing::Open } else { standing };
        Self {
            pins: wires.pins.iter().map(pin).collect(),
            lines: lines.map(|(&name, line)| (name, (line.masked, line.pending.is_some()))).collect(),
            timers: state.timers.clone(),
            uarts: opened.map(|(&name, own)| (name, uart(own))).collect(),
            sending: sending.map(|(&name, _)| name).collect(),
            leds: state.leds.clone(),
            buses: state
                .buses
                .iter()
                .map(|(&name, bus)| (name, bus.transfer.map(|transfer| transfer.read as usize)))
                .collect(),
            supplied: supplied.collect(),
            changed: devices.map(|(&name, _)| name).chain(down.map(|(&name, _)| name)).collect(),
            sockets: sockets.map(|(&name, own)| (name, (open(own.standing), own.unread))).collect(),
        }
    }
}

fn standing(end: &End) -> Standing {
    match end.phase {
        devices::Phase::Connecting => Standing::Connects,
        // Whether one waits to be accepted is known to its listener.
        devices::Phase::Open => Standing::Open,
        devices::Phase::Failed(why) => Standing::Failed(why),
    }
}

/// What the event loop holds, in the words of records. Its ticks count from what the board's clock shows at the start.
fn folded_contents(state: &State, start: Duration) -> Contents {
    let entry = |entry: Entry| match entry {
        Entry::Task(task) => observer::Entry::Task(observer::TaskId(task.0)),
        Entry::Callback(number) => observer::Entry::Callback(observer::CallbackId(number)),
    };
    let interrupt = |with: Interrupt| match with {
        Interrupt::Cancelled => CoreInterrupt::Cancelled,
        Interrupt::TimedOut => CoreInterrupt::TimedOut,
        Interrupt::Corrupt => CoreInterrupt::Corrupt,
    };
    let scheduling = &state.scheduling;
    let alive = scheduling.tasks.iter().filter(|(_, task)| !matches!(task.phase, Phase::Finished(_)));
    Contents {
        ready: scheduling.run_queue.iter().map(|queued| entry(queued.entry)).collect(),
        timed: scheduling
            .timers
            .values()
            .map(|armed| (armed.timer, ticks::ticks_ms(armed.due + start), entry(armed.entry)))
            .collect(),
        tasks: alive
            .map(|(&Task(task), own)| (observer::TaskId(task), own.pending.map(|(with, _)| interrupt(with))))
            .collect(),
    }
}

/// The machine at an instant, when so many records were written.
struct Look {
    records: usize,
    now: Instant,
    known: Rc<Known>,
    contents: Option<Contents>,
}

/// Where two maps differ, by the names of their keys.
fn differing<T: PartialEq + Debug>(
    trace: &Trace,
    folded: &BTreeMap<Name, T>,
    live: &BTreeMap<Name, T>,
    found: &mut Vec<String>,
) {
    if folded == live {
        return;
    }
    let names: BTreeSet<_> = folded.keys().chain(live.keys()).collect();
    for name in names.into_iter().filter(|name| folded.get(name) != live.get(name)) {
        let (folded, live) = (folded.get(name), live.get(name));
        found.push(format!("{}: folded {folded:?}, live {live:?}", trace.text(*name)));
    }
}

impl Known {
    /// What is not the same in the fold and in the world, in words.
    fn differences(&self, live: &Self, trace: &Trace) -> Vec<String> {
        let mut found = Vec::new();
        if self.pins != live.pins {
            let [folded, live] = [&self.pins, &live.pins].map(|pins| pins.iter().copied().collect());
            differing(trace, &folded, &live, &mut found);
        }
        differing(trace, &self.lines, &live.lines, &mut found);
        differing(trace, &self.timers, &live.timers, &mut found);
        differing(trace, &self.uarts, &live.uarts, &mut found);
        differing(trace, &self.buses, &live.buses, &mut found);
        differing(trace, &self.sockets, &live.sockets, &mut found);
        // A device whose supply never changed has told nothing of it.
        let told = live.supplied.iter().filter(|(name, _)| self.supplied.contains_key(name));
        differing(trace, &self.supplied, &told.map(|(&name, &on)| (name, on)).collect(), &mut found);
        for (name, lit) in &self.leds {
            let place = live.pins.binary_search_by_key(name, |(name, _)| *name);
            if place.map(|place| live.pins[place].1.1 == Drive::High) != Ok(*lit) {
                found.push(format!("{}: lit: {lit}", trace.text(*name)));
            }
        }
        for name in self.sending.symmetric_difference(&live.sending) {
            found.push(format!("{}: sends: {}", trace.text(*name), live.sending.contains(name)));
        }
        for name in self.changed.symmetric_difference(&live.changed) {
            found.push(format!("{}: {}", trace.text(*name), live.changed.contains(name)));
        }
        found
    }
}

/// Which counters at the end of a run are not those that expectations are held to.
fn other_counters(scenario: &Scenario, trace: &Trace) -> Vec<String> {
    let (state, judged) = (State::at(trace, trace.end()), expect::judge(trace, scenario).counters);
    let named = |part: Name, what: &str| format!("{}.{what}", trace.text(part));
    let mut counted = BTreeMap::new();
    for (&uart, own) in state.uarts.iter().filter(|(_, own)| own.pins.is_some()) {
        let of = own.counters;
        let numbers = [of.bytes, of.overrun, of.lost, of.framing, of.parity, of.noise, of.high_water];
        let words = ["bytes", "overrun", "lost", "framing", "parity", "noise", "high_water"];
        counted.extend(words.map(|word| named(uart, &format!("rx.{word}"))).into_iter().zip(numbers));
    }
    counted.extend(state.buses.iter().map(|(&bus, own)| (named(bus, "nack"), own.counters.nack)));
    counted.extend(state.counters.iter().map(|(&counter, &times)| (trace.text(counter).to_owned(), times)));
    let differs = |(name, number): (String, u64)| {
        let judged = judged.value(&name);
        (judged != Ok(Value::Count(number as i64)))
            .then(|| format!("{name}: folded {number}, judged {judged:?}"))
    };
    counted.into_iter().filter_map(differs).collect()
}

/// Of a run that is longer, so many records are looked at, and its end.
const MOST: usize = 4000;

/// Runs a scenario and compares at every look; gives how many records were the last one at a look, and of how many; or
/// where the first difference is.
fn compare(scenario: &Scenario) -> Result<(usize, usize), String> {
    let looks: Rc<RefCell<Vec<Look>>> = Rc::default();
    let seen = looks.clone();
    let watcher = move |machine: &Machine, contents: Option<&Contents>| {
        let (mut looks, records) = (seen.borrow_mut(), machine.world.bench.trace.records().len());
        // Where no record was written, the fold is what it was: what changed in silence shows at the next record.
        let same = looks.last().filter(|last| last.records == records).map(|last| last.known.clone());
        let is_late = records > MOST && !machine.is_over;
        if is_late || (same.is_some() && contents.is_none()) {
            return;
        }
        looks.push(Look {
            records,
            now: machine.now(),
            known: same.unwrap_or_else(|| Rc::new(Known::live(machine))),
            contents: contents.cloned(),
        });
    };
    let outcome = runner::run_watched(scenario, PROGRAMS, Options::default(), Box::new(watcher));
    let trace = outcome.trace;
    let (mut state, mut folded, mut compared) = (State::default(), 0, BTreeSet::new());
    for look in looks.borrow().iter() {
        for (place, record) in (folded..).zip(trace.records().range(folded..look.records)) {
            state.apply(&trace, Seq(place as u32), &record);
        }
        folded = look.records.max(folded);
        let at = format!("{} after {folded} records, at {}", scenario.name, show_instant(look.now));
        let mut different = Vec::new();
        if compared.insert(folded) {
            different = Known::folded(&state, &trace, look.now).differences(&look.known, &trace);
        }
        if let Some(contents) = &look.contents {
            let folded = folded_contents(&state, scenario.run.start);
            if folded != *contents {
                different.push(format!("the loop: folded {folded:?}\n    live {contents:?}"));
            }
        }
        if !different.is_empty() {
            return Err(format!("{at}\n    {}", different.join("\n    ")));
        }
    }
    let counters = other_counters(scenario, &trace);
    if !counters.is_empty() {
        return Err(format!("{} at its end\n    {}", scenario.name, counters.join("\n    ")));
    }
    Ok((compared.len(), trace.records().len()))
}

#[test]
fn the_state_at_every_record_is_that_of_the_world() {
    let mut wrong = Vec::new();
    for scenario in scenarios() {
        match compare(&scenario) {
            Ok((compared, of)) => {
                println!("{compared:6} of {of:6} {}", scenario.name);
                assert!(compared > 0 && of > 0, "{}", scenario.name);
            }
            Err(difference) => wrong.push(difference),
        }
    }
    assert!(wrong.is_empty(), "{} scenarios:\n{}", wrong.len(), wrong.join("\n"));
}

/// In the middle of a transfer, and with connections open.
#[test]
fn buses_devices_and_sockets_are_shown() {
    let shown = |name: &str, us: u64| {
        let all = scenarios();
        let scenario = all.iter().find(|scenario| scenario.name == name).expect("it is checked in");
        let trace = runner::run(scenario, PROGRAMS, Options::default()).trace;
        render_state(&State::at(&trace, Instant::from_micros(us)), &trace)
    };
    assert_snapshot!("sensor", shown("scenarios/htu21d/no_hold.toml::patient", 80_340));
    assert_snapshot!("sockets", shown("scenarios/client_server/outage.toml::blocking", 500_000));
}

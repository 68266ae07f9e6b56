//! What holds for all inputs: the order of the agenda and of sleeping tasks, and frames on a wire.
//!
//! Owns the models that these are compared with; each is a few lines that need no thought.

use std::collections::BTreeMap;

use proptest::prelude::*;
use vpyb_cli::PROGRAMS;
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Parity, UartFlow, UartFrame};
use vpyb_sim::board::Part;
use vpyb_sim::devices::{PeerPins, SerialPeer};
use vpyb_sim::mcu::{BitClock, Received, Uart, UartPins, UartSettings};
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::model::{Cpu, Op, Run, Scenario, Task};
use vpyb_sim::trace::record::SerialEvent;
use vpyb_sim::trace::{Kind, Record, Trace};
use vpyb_sim::world::{Agenda, Bench, DeviceId, Fault, FaultKind, Faults, Place, Strikes, What, World};

// ---- the agenda ------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
enum Use {
    Schedule(u64),
    TakeUntil(u64),
}

fn uses() -> impl Strategy<Value = Vec<Use>> {
    // Few instants, so that many events are due at the same one.
    let one = prop_oneof![3 => (0..8_u64).prop_map(Use::Schedule), 2 => (0..8_u64).prop_map(Use::TakeUntil)];
    // So many that not all have a place in the list of the next ones.
    prop::collection::vec(one, 0..200)
}

proptest! {
    /// Events come by time, and of one time in the order in which they were scheduled.
    #[test]
    fn the_agenda_is_a_list_sorted_by_time_and_then_by_order(uses in uses()) {
        let (mut agenda, mut sorted) = (Agenda::default(), BTreeMap::new());
        for (order, step) in uses.into_iter().enumerate() {
            let (taken, expected) = match step {
                Use::Schedule(at) => {
                    agenda.schedule(Instant::from_nanos(at), None, What::Actor(order as u16));
                    sorted.insert((at, order), order);
                    continue;
                }
                Use::TakeUntil(until) => {
                    let first = sorted.first_entry().filter(|entry| entry.key().0 <= until);
                    let expected = first.map(|entry| entry.remove_entry()).map(|((at, _), order)| (at, order));
                    (agenda.take_due(Instant::from_nanos(until)), expected)
                }
            };
            let taken = taken.map(|event| (event.at.as_nanos(), event.what));
            prop_assert_eq!(taken, expected.map(|(at, order)| (at, What::Actor(order as u16))));
            prop_assert_eq!(agenda.len(), sorted.len());
            prop_assert_eq!(agenda.first_due().map(Instant::as_nanos), sorted.keys().next().map(|(at, _)| *at));
        }
    }
}

// ---- frames on a wire ------------------------------------------------------------------------------

/// The UART's bus clock on the Pyboard.
const CLOCK: u32 = 42_000_000;
/// Longer than what is sent.
const RING: usize = 64;
const RECEIVER: DeviceId = DeviceId(0);
const SENDER: DeviceId = DeviceId(1);

/// Frames of eight bits; also with a parity bit, nine bits, two stop bits.
fn frames() -> impl Strategy<Value = UartFrame> {
    let sized = prop_oneof![
        Just((8, Parity::None)),
        Just((9, Parity::None)),
        Just((7, Parity::Even)),
        Just((8, Parity::Odd))
    ];
    (sized, 1..=2_u8).prop_map(|((bits, parity), stop_bits)| UartFrame { bits, parity, stop_bits })
}

/// What a UART saw of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Flaws {
    framing: bool,
    parity: bool,
    noise: bool,
}

/// Peers that begin to send at the same time, each at exactly its speed, to one UART with this bit clock.
fn wired(senders: &[(&[u8], u32)], receiving: BitClock, frame: UartFrame) -> World<Part> {
    let mut bench = Bench::new(Trace::default());
    let pins = UartPins { tx: bench.add_pin("tx"), rx: bench.add_pin("rx"), rts: None, cts: None };
    let mut uart = Uart::new(bench.trace.name("uart"), pins);
    let settings = UartSettings {
        clock: receiving,
        frame,
        flow: UartFlow::NONE,
        latency: Duration::from_nanos(1),
        ring: RING,
        sends_by_interrupt: false,
    };
    uart.open(RECEIVER, settings, &mut bench);
    let mut parts = vec![Part::Uart(uart)];
    for (&(data, baud), number) in senders.iter().zip(SENDER.0..) {
        let (name, me) = (format!("peer{number}"), DeviceId(number));
        let peer_pins = PeerPins { tx: bench.add_pin(&name), rx: None, ready: None, allowed: None };
        bench.join(pins.rx, peer_pins.tx);
        let (name, clock) = (bench.trace.name(&name), BitClock::exact(baud));
        let mut peer = SerialPeer::new(name, peer_pins, clock, frame, Vec::new(), me, &mut bench);
        peer.send(data, baud, me, &mut bench);
        parts.push(Part::SerialPeer(peer));
    }
    World::new(bench, parts)
}

/// Sends from a peer at exactly `baud` to a UART with this bit clock; gives what the UART holds, and what it saw of
/// each frame.
fn over_a_wire(data: &[u8], baud: u32, receiving: BitClock, frame: UartFrame) -> (Received, Vec<Flaws>) {
    let mut world = wired(&[(data, baud)], receiving, frame);
    while world.deliver_next(Instant::MAX, false).is_some() {}
    let mut flaws: Vec<Flaws> = Vec::new();
    for record in world.bench.trace.records() {
        match record.kind {
            Kind::UartRx { framing, .. } => flaws.push(Flaws { framing, ..Flaws::default() }),
            Kind::Serial { event: SerialEvent::Damaged { parity, noise, .. }, .. } => {
                let last = flaws.last_mut().expect("a frame was received");
                (last.parity, last.noise) = (parity, noise);
            }
            _ => {}
        }
    }
    let Part::Uart(uart) = &world.devices[0] else { unreachable!("the UART is in its place") };
    (uart.received().expect("it is open"), flaws)
}

proptest! {
    /// The last sample of a frame is 0.59 bits into its stop bit, the tenth or the eleventh bit; 2.9 % of that is at
    /// most 0.31 bits, less than the 0.41 bits to the next edge.
    #[test]
    fn bytes_cross_a_wire_whose_ends_differ_by_3_percent(
        data in prop::collection::vec(any::<u8>(), 1..RING),
        // 1200 to 2.6 Mbaud, as the divider makes them.
        divider in 16..35_000_u32,
        per_mille in -29..=29_i64,
        frame in frames(),
    ) {
        let made = f64::from(CLOCK) / f64::from(divider);
        let Ok(receiving) = BitClock::divided(made.round() as u32, CLOCK) else { return Ok(()) };
        let baud = (made * (1000 + per_mille) as f64 / 1000.0).round() as u32;
        let (received, flaws) = over_a_wire(&data, baud, receiving, frame);
        let sent: Vec<u16> = data.iter().map(|&byte| u16::from(byte) & ((1 << frame.bits) - 1)).collect();
        prop_assert_eq!(received.ring, sent);
        prop_assert_eq!(flaws, vec![Flaws::default(); data.len()]);
        prop_assert_eq!((received.register, received.overrun, received.in_frame), (None, false, false));
    }

    /// Too slow a sender: the stop bit is sampled in the last data bit, which is low below 0x80. Too fast a
    /// one: it is sampled in the next frame's start bit.
    #[test]
    fn framing_errors_are_seen_where_the_ends_differ_by_6_percent(
        first in 0..0x80_u8,
        second in 0..0x80_u8,
        off in prop_oneof![-100..=-60_i64, 60..=100_i64],
    ) {
        let baud = (100 * (1000 + off)) as u32;
        let (_, flaws) = over_a_wire(&[first, second], baud, BitClock::exact(100_000), UartFrame::N8);
        prop_assert!(flaws[0].framing, "the first of {flaws:?}");
    }
}

/// All that happens, with what `prepare` does before; somebody `looks` between events or not.
fn happens(mut world: World<Part>, looks: bool, prepare: impl FnOnce(&mut Bench)) -> Vec<Record> {
    prepare(&mut world.bench);
    while world.deliver_next(Instant::MAX, looks).is_some() {}
    world.bench.trace.records().iter().collect()
}

/// Plans a fault of the net of a pin that never strikes.
fn plan_for_nothing(bench: &mut Bench) {
    let shown = bench.trace.name("rx");
    let places = bench.pins().map(|(pin, ..)| Place::Pin(pin)).collect();
    let strikes = Strikes {
        from: Instant::ZERO,
        until: Instant::MAX,
        every: 1,
        count: 0,
        probability: 0,
        only: Some(0),
    };
    let fault = Fault { kind: FaultKind::Glitch, places, shown, lasts: None, strikes };
    bench.faults = Faults::new(vec![fault]);
}

proptest! {
    /// What a pin does beforehand and what a receiver skips is the same as if each change and each look were an event of
    /// its own: with one sender, and with two that disturb each other.
    #[test]
    fn nobody_sees_what_follows_within_one_delivery(
        first in prop::collection::vec(any::<u8>(), 1..8),
        second in prop::collection::vec(any::<u8>(), 0..8),
        bauds in (5_000..20_000_u32, 2_000..200_000_u32),
        frame in frames(),
    ) {
        let senders = [(&first[..], bauds.0), (&second[..], bauds.1)];
        let senders = &senders[..if second.is_empty() { 1 } else { 2 }];
        let world = || wired(senders, BitClock::exact(9600), frame);
        let records = happens(world(), false, |_| {});
        prop_assert_eq!(&happens(world(), true, |_| {}), &records);
        prop_assert_eq!(&happens(world(), false, plan_for_nothing), &records);
    }
}

// ---- sleeping tasks --------------------------------------------------------------------------------

/// Sleeps of each task, in milliseconds.
type Plan = Vec<Vec<u8>>;

/// Tasks that sleep and log, at no cost.
fn sleepers(plan: &Plan) -> Scenario {
    let script = |(task, sleeps): (usize, &Vec<u8>)| Task {
        name: format!("t{task}"),
        start: true,
        script: sleeps.iter().flat_map(|&ms| [Op::SleepMs(ms.into()), Op::Log(format!("t{task}"))]).collect(),
    };
    Scenario {
        name: "sleepers".into(),
        cpu: Cpu { profile: "ideal".into(), access: Some(Duration::ZERO), ..Cpu::default() },
        tasks: plan.iter().enumerate().map(script).collect(),
        run: Run { until: Some(Instant::from_millis(1_000)), ..Run::default() },
        ..Scenario::default()
    }
}

/// When each task wakes: by due tick, then in the order in which the sleeps began.
fn wakes(plan: &Plan) -> Vec<(u64, String)> {
    let (mut asleep, mut woken, mut begun) = (BTreeMap::new(), Vec::new(), 0);
    let mut fall_asleep = |asleep: &mut BTreeMap<_, _>, now: u64, task: usize, turn: usize| {
        if let Some(&ms) = plan[task].get(turn) {
            asleep.insert((now + u64::from(ms), begun), (task, turn));
            begun += 1;
        }
    };
    (0..plan.len()).for_each(|task| fall_asleep(&mut asleep, 0, task, 0));
    while let Some(((due, _), (task, turn))) = asleep.pop_first() {
        woken.push((due, format!("t{task}")));
        fall_asleep(&mut asleep, due, task, turn + 1);
    }
    woken
}

proptest! {
    #[test]
    fn sleeping_tasks_wake_by_due_tick_and_then_in_the_order_of_falling_asleep(
        // Short sleeps of few lengths, so that many are due at once. A queue holds 16.
        plan in prop::collection::vec(prop::collection::vec(1..6_u8, 0..8), 1..12),
    ) {
        let outcome = runner::run(&sleepers(&plan), PROGRAMS, Options::default());
        let trace = outcome.trace;
        let lines = trace.records().iter().filter_map(|record| match record.kind {
            Kind::Line { text, .. } => Some((record.at.as_nanos(), trace.text(text).to_owned())),
            _ => None,
        });
        let expected: Vec<_> = wakes(&plan).into_iter().map(|(ms, task)| (ms * 1_000_000, task)).collect();
        prop_assert_eq!(lines.collect::<Vec<_>>(), expected);
        prop_assert_eq!(outcome.verdict, "passed");
    }
}

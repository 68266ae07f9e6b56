//! What holds for all inputs: the order of the agenda and of sleeping tasks, and frames on a wire.
//!
//! Owns the models that these are compared with; each is a few lines that need no thought.

use std::collections::BTreeMap;

use proptest::prelude::*;
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Parity, UartFlow, UartFrame};
use vpyb_sim::board::Part;
use vpyb_sim::cli::PROGRAMS;
use vpyb_sim::devices::{PeerPins, SerialPeer};
use vpyb_sim::mcu::{BitClock, Received, Uart, UartPins, UartSettings};
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::model::{Cpu, Op, Run, Scenario, Task};
use vpyb_sim::trace::record::SerialEvent;
use vpyb_sim::trace::{Kind, Trace};
use vpyb_sim::world::{Agenda, Bench, DeviceId, What, World};

// ---- the agenda ------------------------------------------------------------------------------------

#[derive(Clone, Debug)]
enum Use {
    Schedule(u64),
    TakeUntil(u64),
}

fn uses() -> impl Strategy<Value = Vec<Use>> {
    // Few instants, so that many events are due at the same one.
    let one = prop_oneof![3 => (0..8_u64).prop_map(Use::Schedule), 2 => (0..8_u64).prop_map(Use::TakeUntil)];
    prop::collection::vec(one, 0..60)
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

/// Sends from a peer at exactly `baud` to a UART with this bit clock; gives what the UART holds, and what it saw of
/// each frame.
fn over_a_wire(data: &[u8], baud: u32, receiving: BitClock, frame: UartFrame) -> (Received, Vec<Flaws>) {
    let mut bench = Bench::new(Trace::default());
    let pins = UartPins { tx: bench.add_pin("tx"), rx: bench.add_pin("rx"), rts: None, cts: None };
    let peer_pins = PeerPins { tx: bench.add_pin("peer"), rx: None, ready: None, allowed: None };
    bench.join(pins.rx, peer_pins.tx);
    let (uart_name, peer_name) = (bench.trace.name("uart"), bench.trace.name("peer"));
    let mut uart = Uart::new(uart_name, pins);
    let settings = UartSettings {
        clock: receiving,
        frame,
        flow: UartFlow::NONE,
        latency: Duration::from_nanos(1),
        ring: RING,
        sends_by_interrupt: false,
    };
    uart.open(RECEIVER, settings, &mut bench);
    let clock = BitClock::exact(baud);
    let mut peer = SerialPeer::new(peer_name, peer_pins, clock, frame, Vec::new(), SENDER, &mut bench);
    peer.send(data, baud, SENDER, &mut bench);
    let mut world = World::new(bench, vec![Part::Uart(uart), Part::SerialPeer(peer)]);
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

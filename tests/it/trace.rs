//! What a trace tells: its records in words, the state at an instant, and why.

use insta::assert_snapshot;
use vpyb_core::time::{Duration, Instant};
use vpyb_sim::trace::record::{Drive, Entry, Interrupt, Net, NetLevel, Task, Why, Yielded};
use vpyb_sim::trace::{
    Kind, Link, Meta, Phase, Seq, State, Trace, Words, describe, latest_step, render_chain, render_state,
    table, why,
};

use crate::one_byte::{self, NET, READER, SENDER, us};

#[test]
fn every_record_of_a_byte_has_its_line() {
    let trace = one_byte::trace();
    assert_snapshot!(table(&Words::new(&trace), trace.records()));
}

#[test]
fn a_record_alone_has_its_line() {
    let trace = one_byte::trace();
    let line = |seq| describe(&trace, &trace.get(Seq(seq)).unwrap());
    assert_eq!(line(5), "X1+X2 ↑ high");
    assert_eq!(line(10), "sender step starts (first), takes 300us, yields sleep_ms 1000");
    assert_eq!(line(16), "sender timer 1 armed, due 1.001 000");
}

#[test]
fn the_state_while_the_reader_runs() {
    let trace = one_byte::trace();
    assert_snapshot!(render_state(&State::at(&trace, us(2_300)), &trace));
}

#[test]
fn the_state_between_the_first_steps() {
    let trace = one_byte::trace();
    assert_snapshot!(render_state(&State::at(&trace, us(1_299)), &trace));
}

#[test]
fn why_the_reader_stepped() {
    let trace = one_byte::trace();
    let step = latest_step(&trace, "reader", us(2_500)).unwrap();
    assert_snapshot!(render_chain(&Words::new(&trace), &trace, &why(&trace, step), 20, &|_| None));
}

#[test]
fn a_long_chain_is_shown_from_both_ends() {
    let trace = one_byte::trace();
    let step = latest_step(&trace, "reader", us(2_500)).unwrap();
    assert_snapshot!(render_chain(&Words::new(&trace), &trace, &why(&trace, step), 3, &|_| None));
}

#[test]
fn a_chain_ends_at_its_root() {
    let trace = one_byte::trace();
    // The edge of X1 ← driven by opening the UART ← the root.
    let chain = why(&trace, Seq(5));
    let links = [(5, Some(Duration::ZERO)), (4, Some(Duration::ZERO)), (3, None)];
    assert_eq!(chain, links.map(|(seq, after)| Link { seq: Seq(seq), after }));
    assert_eq!(why(&trace, Seq(9_999)), []);
}

#[test]
fn the_latest_step_of_a_task() {
    let trace = one_byte::trace();
    let step = |name, at| latest_step(&trace, name, at).map(|seq| trace.get(seq).unwrap().at);
    assert_eq!(step("sender", us(999)), None);
    assert_eq!(step("sender", us(3_000)), Some(us(1_000)));
    assert_eq!(step("reader", us(1_300)), Some(us(1_300)));
    assert_eq!(step("nobody", us(3_000)), None);
}

#[test]
fn a_family_of_tasks_is_asked_for_by_its_stem() {
    let mut trace = Trace::new(Meta::default());
    let (one, two) = (trace.name("hog#1"), trace.name("hog#2"));
    for (number, name) in [(0, one), (1, two)] {
        let step = Kind::Step {
            task: Task(number),
            first: true,
            stale: false,
            yielded: Yielded::None,
            took: Duration::ZERO,
        };
        trace.push(Instant::ZERO, None, Kind::TaskCreated { task: Task(number), name });
        trace.push(us(number.into()), None, step);
    }
    assert_eq!(latest_step(&trace, "hog", us(5)), Some(Seq(3)));
    assert_eq!(latest_step(&trace, "hog#1", us(5)), Some(Seq(1)));
    assert_eq!(latest_step(&trace, "ho", us(5)), None);
}

/// A trace of scheduling records only, each with no cause.
fn scheduling(records: &[(u64, Kind)]) -> Trace {
    let mut trace = Trace::new(Meta::default());
    for name in ["hog", "uart4"] {
        trace.name(name);
    }
    for &(ms, kind) in records {
        trace.push(Instant::from_millis(ms), None, kind);
    }
    trace
}

const HOG: Entry = Entry::Task(Task(0));

fn step(yielded: Yielded, took_ms: u64) -> Kind {
    Kind::Step { task: Task(0), first: false, stale: false, yielded, took: Duration::from_millis(took_ms) }
}

#[test]
fn a_cancelled_sleeper_is_queued_and_its_timer_stays() {
    let due = Instant::from_millis(100);
    let trace = scheduling(&[
        (0, Kind::Ready { entry: HOG, why: Why::Created }),
        (0, step(Yielded::SleepMs(100), 1)),
        (1, Kind::TimerArmed { timer: 7, entry: HOG, due }),
        (5, Kind::CancelRequested { task: Task(0) }),
        (5, Kind::Ready { entry: HOG, why: Why::Interrupted }),
        (6, step(Yielded::Cancelled, 1)),
        (6, Kind::Interrupted { task: Task(0), with: Interrupt::Cancelled }),
        (7, Kind::Finished { task: Task(0) }),
        (100, Kind::Ready { entry: HOG, why: Why::Timer(7) }),
    ]);
    let at = |ms| State::at(&trace, Instant::from_millis(ms)).scheduling;
    assert_eq!(at(4).tasks[&Task(0)].phase, Phase::Sleeping { timer: 7, due });
    assert_eq!(at(5).tasks[&Task(0)].phase, Phase::Ready(Why::Interrupted));
    assert_eq!(at(5).tasks[&Task(0)].pending, Some((Interrupt::Cancelled, Seq(3))));
    assert_eq!(at(5).wait_queue().len(), 1, "under V2 the timer stays");
    assert_eq!(at(6).tasks[&Task(0)].pending, None);
    assert_eq!(at(7).tasks[&Task(0)].phase, Phase::Finished(Yielded::Cancelled));
    // The leftover timer queues the finished task; that is not a new life.
    let end = at(100);
    assert_eq!(end.tasks[&Task(0)].phase, Phase::Finished(Yielded::Cancelled));
    assert_eq!((end.run_queue.len(), end.timers.len()), (1, 0));
}

#[test]
fn a_timer_can_leave_without_making_ready() {
    let due = Instant::from_millis(100);
    let trace = scheduling(&[
        (0, Kind::TimerArmed { timer: 7, entry: HOG, due }),
        (1, Kind::TimerRemoved { timer: 7 }),
    ]);
    assert_eq!(State::at(&trace, due).scheduling.wait_queue(), []);
}

#[test]
fn the_run_queue_mirrors_order_and_a_callback_is_one_entry() {
    let callback = Entry::Callback(0);
    let trace = scheduling(&[
        (0, Kind::Ready { entry: HOG, why: Why::Created }),
        (0, Kind::Ready { entry: callback, why: Why::Created }),
        (0, Kind::Ready { entry: HOG, why: Why::Woken }),
        (1, step(Yielded::Park, 1)),
        (2, Kind::Callback { callback: 0, took: Duration::from_millis(1) }),
    ]);
    let entries = |seq| -> Vec<Entry> {
        let state = State::before(&trace, Seq(seq));
        state.scheduling.run_queue.iter().map(|queued| queued.entry).collect()
    };
    assert_eq!(entries(3), [HOG, callback, HOG]);
    assert_eq!(entries(4), [callback, HOG]);
    assert_eq!(entries(5), [HOG]);
}

#[test]
fn a_step_is_running_until_its_end_and_not_at_it() {
    let trace = scheduling(&[(0, step(Yielded::Park, 8))]);
    let at = |us| State::at(&trace, Instant::from_micros(us)).scheduling;
    assert!(at(7_999).cpu.is_some());
    assert_eq!(at(7_999).tasks[&Task(0)].phase, Phase::Running);
    assert_eq!(at(8_000).cpu, None);
    assert_eq!(at(8_000).tasks[&Task(0)].phase, Phase::Parked);
    assert_eq!(at(8_000).tasks[&Task(0)].since, Instant::from_millis(8));
}

#[test]
fn a_record_inside_a_step_of_no_length_finds_the_task_running() {
    let trace = scheduling(&[(0, step(Yielded::Park, 0)), (0, Kind::Busy { span: Duration::ZERO })]);
    let state = State::before(&trace, Seq(1));
    assert_eq!(state.scheduling.tasks[&Task(0)].phase, Phase::Running);
    assert_eq!(State::at(&trace, Instant::ZERO).scheduling.tasks[&Task(0)].phase, Phase::Parked);
}

#[test]
fn a_full_ring_holds_a_byte_and_then_overruns() {
    let mut trace = Trace::new(Meta::default());
    let [uart, tx, rx] = ["uart4", "X1", "X2"].map(|text| trace.name(text));
    let received = |byte| [Kind::UartStart { uart }, Kind::UartRx { uart, byte, framing: false }];
    let mut kinds = vec![Kind::UartOpened { uart, tx, rx, baud: 9600, ring: 1 }];
    kinds.extend(received(b'a'));
    kinds.push(Kind::UartBuffered { uart, byte: b'a', ring: 1 });
    kinds.extend(received(b'b'));
    kinds.push(Kind::UartHeld { uart, byte: b'b' });
    kinds.extend([Kind::UartStart { uart }, Kind::UartOverrun { uart, byte: b'c' }, Kind::UartDeaf { uart }]);
    let full = kinds.len() as u32;
    kinds.push(Kind::UartRead { uart, bytes: 1, ring: 0 });
    kinds.push(Kind::UartBuffered { uart, byte: b'b', ring: 1 });
    for (ms, kind) in (0..).zip(kinds) {
        trace.push(Instant::from_millis(ms), None, kind);
    }
    let before = State::before(&trace, Seq(full));
    assert_snapshot!(render_state(&before, &trace));
    let after = &State::at(&trace, trace.end()).uarts[&uart];
    assert_eq!(after.ring, [u16::from(b'b')], "the held byte comes in order");
    assert!(!after.overrun && !after.interrupt_off && after.register.is_none());
}

#[test]
fn nets_know_their_pins_and_their_quarrels() {
    let trace = one_byte::trace();
    let mut state = State::at(&trace, us(1_260));
    assert_eq!(state.wires.nets[&NET].level, NetLevel::Low);
    assert_eq!(state.wires.pins_of(NET).count(), 2);
    assert_eq!(state.wires.nets[&Net(1)].level, NetLevel::Floating);
    let contention =
        vpyb_sim::trace::Record { at: us(1_260), cause: None, kind: Kind::Contention { net: NET } };
    state.apply(&trace, Seq(500), &contention);
    assert_eq!(state.wires.nets[&NET].contention, Some(Seq(500)));
    let pin = trace.names().find("X1").unwrap();
    let settled =
        vpyb_sim::trace::Record { kind: Kind::Driven { pin, drive: Drive::Released }, ..contention };
    state.apply(&trace, Seq(501), &settled);
    assert_eq!(state.wires.nets[&NET].contention, None);
}

#[test]
fn applying_records_one_by_one_is_the_state_before_the_next() {
    let trace = one_byte::trace();
    let mut state = State::default();
    for (seq, record) in trace.iter() {
        let mut before = State::before(&trace, seq);
        before.at = state.at;
        let mut expected = before.clone();
        expected.apply(&trace, seq, &record);
        state.apply(&trace, seq, &record);
        assert_eq!(state, expected, "at {seq:?}");
    }
    let tasks = &state.scheduling.tasks;
    assert!(matches!(tasks[&READER].phase, Phase::Waiting { write: false, .. }));
    assert!(matches!(tasks[&SENDER].phase, Phase::Sleeping { timer: 1, .. }));
}

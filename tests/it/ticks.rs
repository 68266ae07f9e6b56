//! The board's counter of microseconds, at the instant at which it wraps.
//!
//! Owns a program that measures over that instant. Nothing costs anything.

use std::sync::{Arc, Mutex};

use vpyb_core::ticks::{PERIOD, ticks_diff};
use vpyb_core::time::Instant;
use vpyb_core::{Board, Edge, Gpio, PinMode, Pull};
use vpyb_sim::scenario::model::{Action, Actor, Level, Scenario, Step, When};

use crate::trial::{Said, main_task, says_with};

/// 2^30 us after power-on.
const WRAP_US: u64 = PERIOD as u64;

/// X3 falls 40 us before the wrap, and is let go 25 us after it.
fn over_the_wrap(scenario: &mut Scenario) {
    scenario.run.limit = Some(Instant::from_millis(2_000_000));
    let steps = [(WRAP_US - 40, Some(Level::Low)), (WRAP_US + 25, None)].map(|(us, level)| {
        let action = Action::Drive { pin: "X3".into(), level };
        Step { when: When::At(Instant::from_micros(us)), action, mark: None, span: 0..0 }
    });
    scenario.actors.push(Actor { name: "outside".into(), steps: steps.into() });
}

/// Time stamps of handlers, and what a task and a busy wait see of the same counter.
#[test]
fn microseconds_wrap_and_their_differences_do_not() {
    let main = main_task!(|bench| {
        // A handler may run whenever it will: what it shares it locks.
        let stamps = Arc::new(Mutex::new(Vec::new()));
        let noted = stamps.clone();
        let mut pin = bench.board.pin("X3", PinMode::Input(Pull::Up))?;
        pin.on_edge(Edge::Both, move |irq, _| noted.lock().expect("not poisoned").push(irq.ticks_us()))?;
        bench.ev.sleep_ms(1_073_741).await?;
        let before = bench.board.ticks_us();
        // Until 9176 us after the wrap.
        bench.board.delay_us(10_000);
        let after = bench.board.ticks_us();
        bench.say(format_args!("{before} {after} {}", ticks_diff(after, before)));
        let stamps = stamps.lock().expect("not poisoned");
        bench.say(format_args!("{stamps:?} {}", ticks_diff(stamps[1], stamps[0])));
        Ok(())
    });
    let expected = Said::by_all(&["1073751 1073741000 9176 10000", "1073751 [1073741784, 25] 65"]);
    says_with(over_the_wrap, main, expected);
}

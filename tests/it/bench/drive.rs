//! Drives a program on the bench: steps the loop, charges what it costs, lets time pass.

use std::future::Future;
use std::rc::Rc;

use serde_json::Value;
use vpyb_core::observer::{Event, Observer};
use vpyb_core::{Firmware, Overrides, Setup, Started, Step, TaskError, Top};

use super::board::TestBoard;

/// What steps and callbacks cost, in microseconds.
#[derive(Clone, Copy)]
pub struct Prices {
    pub step: u64,
    pub callback: u64,
}

/// How a run is set up.
pub struct Settings<'a> {
    /// What is on the bench, as a recording says it.
    pub hw: &'a Value,
    pub prices: Prices,
    /// What the clock shows at the beginning, in microseconds.
    pub start: u64,
    /// When the run is stopped, in microseconds after its beginning.
    pub until: u64,
    pub overrides: Overrides,
    pub started: Option<Started>,
    /// Names of tasks that the recordings call `new_gen#1` and up.
    pub cancellables: &'a [&'a str],
}

/// How a run ended.
#[derive(Debug)]
pub enum End {
    /// The program's top level returned this.
    Returned(Result<(), TaskError>),
    /// The time was up.
    Until,
    /// Nothing was left that could ever run.
    Idle,
}

struct Ears {
    board: TestBoard,
    start: u64,
}

impl Observer for Ears {
    fn observe(&self, event: Event<'_>) {
        let now = self.board.now_us();
        let mut state = self.board.state();
        // Waits are reckoned from the beginning of the run, as everything else.
        if let Event::Polled { timeout_ms, since, ready } = event {
            let since = since.as_micros() - self.start;
            state.lines.polled(now, timeout_ms, since, ready);
        } else {
            state.lines.event(now, event);
        }
    }
}

/// Runs a program; gives the lines of what happened, and how it ended.
pub fn run<M>(settings: Settings<'_>, main: impl FnOnce(Top<TestBoard>) -> M) -> (Vec<String>, End)
where
    M: Future<Output = Result<(), TaskError>> + 'static,
{
    let board = TestBoard::new(settings.hw, settings.start);
    board.state().lines.cancellables = settings.cancellables.iter().map(|&name| name.to_owned()).collect();
    let setup = Setup {
        clock: Rc::new(board.clone()),
        observer: Some(Rc::new(Ears { board: board.clone(), start: settings.start })),
        overrides: settings.overrides,
        started: settings.started,
    };
    let mut firmware = Firmware::new(setup, board.clone(), main);
    let end = drive(&mut firmware, &board, &settings.prices, settings.start, settings.until);
    drop(firmware);
    let lines = std::mem::take(&mut board.state().lines);
    (lines.into_lines(), end)
}

fn drive(firmware: &mut Firmware, board: &TestBoard, prices: &Prices, start: u64, until: u64) -> End {
    // A wait that is over by then still ends.
    let mut waited = false;
    loop {
        if board.now_us() >= until && !waited {
            return End::Until;
        }
        if std::mem::take(&mut board.state().interrupted) {
            firmware.keyboard_interrupt();
        }
        let step = firmware.step();
        waited = false;
        match step {
            Step::Main | Step::Polled { .. } => {}
            Step::Done => return End::Returned(firmware.take_result().expect("the top level has returned")),
            Step::Task => board.advance(prices.step),
            Step::Callback => board.advance(prices.callback),
            Step::Idle { until: due, sample } => {
                let now = board.now_us();
                let due = due.map(|due| due.as_micros() - start);
                let tick = sample.then(|| ((start + now) / 1000 + 1) * 1000 - start);
                let event = board.state().next_event();
                let Some(next) = [due, tick, event].into_iter().flatten().min() else { return End::Idle };
                waited = next <= until;
                board.advance(next.min(until).max(now) - now);
            }
        }
    }
}

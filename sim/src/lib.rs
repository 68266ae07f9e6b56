//! The virtual Pyboard: a board on a laptop whose time is virtual and whose wires carry real edges.
//!
//! For those who test firmware: [`scenario::parse`](scenario::parse()) reads a scenario file, [`runner::run`] runs it,
//! [`expect::judge`] says what does not hold, and [`report::failure`] shows it.
//!
//! ```
//! use vpyb_sim::{expect, report, runner, scenario, vocabulary};
//!
//! let text = r#"
//! schema = 1
//! title  = "A task sleeps for 20 ms"
//!
//! [[task]]
//! name   = "sleeper"
//! script = [ { sleep_ms = 20 }, { log = "awake" } ]
//!
//! [run]
//! main = "sleeper"
//!
//! [[expect]]
//! title = "it wakes in time"
//! that  = { line = "awake" }
//! at    = "20ms ± 1ms"
//! "#;
//!
//! let scenarios = scenario::parse("sleeper.toml", text, &vocabulary(&[])).expect("a good file");
//! let run = runner::run(&scenarios[0], &[], runner::Options::default());
//! let judgement = expect::judge(&run.trace, &scenarios[0]);
//! let outcome = report::Outcome::new(&scenarios[0], &run.trace, &judgement);
//! assert!(judgement.findings.is_empty(), "{}", report::failure(&outcome, report::Paint(false)));
//! ```
//!
//! For those who have firmware of their own: [`program!`] makes an entry of a module. With a list of them the package
//! `vpyb-cli` is the whole command line, and makes a test of each scenario file.
//!
//! # Modules
//!
//! | module | owns | uses |
//! |---|---|---|
//! | [`trace`] | the record of a run, its file, its views: state at an instant, causes, exports | |
//! | [`world`] | clock, agenda, nets; the delivery of events; the cause of each record | `trace` |
//! | [`mcu`] | peripherals of the chip, as models: UARTs, interrupt lines | `world`, `trace` |
//! | [`devices`] | what stands beside the board, as models: a serial peer | `mcu`, `world`, `trace` |
//! | [`scenario`] | the file format: from text to a value that can be run, or to diagnostics | |
//! | [`sight`] | which records are the events that a scenario speaks of | `scenario`, `trace` |
//! | [`board`] | the Pyboard as data, the CPU's prices, the core's `Board` and `Observer` | all above |
//! | [`script`] | what each operation of a scripted task means, on any board | `scenario` |
//! | [`runner`] | how a run is driven, and how it ends | `board`, `script`, `scenario`, `trace` |
//! | [`expect`] | what must hold, judged over a recorded run; counters | `sight`, `scenario`, `trace` |
//! | [`report`] | how a judged run reads, for people and for programs | `expect`, `scenario`, `trace` |
//! | [`travel`] | how one moves in a recorded run: steps, events, causes, differences, figures | `report`, `expect`, `sight`, `scenario`, `trace` |
//! | [`page`] | a run as an HTML page | `travel`, `expect`, `trace` |
//! | [`vocabulary()`] | the names that scenario files may use: those of the board and of programs | `board`, `scenario` and what they use |
//!
//! Nothing is used against this order. What the host knows (wall clock, files, terminal) stays in `vpyb-cli`; the one
//! exception is the watchdog of [`runner::run_guarded`].

pub mod board;
pub mod devices;
pub mod expect;
pub mod mcu;
pub mod page;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod script;
pub mod sight;
pub mod trace;
pub mod travel;
mod vocabulary;
pub mod world;

pub use vocabulary::vocabulary;

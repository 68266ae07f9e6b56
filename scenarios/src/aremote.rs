//! An infrared remote control (tutorial section 6.5).
//!
//! # Wiring
//!
//! An infrared receiver on X3; LED2 of the board.
//!
//! # What you should see
//!
//! A line for each block of edges, 73 ms after its first one (80 ms with extended addresses): command and address, `Repeat`,
//! or what was wrong with it. With `led`, it says instead what key 1 of address 0x40 does, which lights LED2, and key 2, which
//! darkens it, or that the remote is another.
//!
//! # How it works
//!
//! An interrupt handler notes the instant of each edge, and wakes a task at the first one. The task sleeps until the block
//! must be over and reads it off those instants. So nothing depends on how soon the task has its turn, as long as that is
//! before the next block.

use embedded_hal::digital::OutputPin;
use vpyb_core::drivers::nec_ir::{self, NecCode};
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, PinMode, Pull, TaskError, Top};

use crate::env::{Env, Main};

/// The remote whose keys count.
const ADDRESS: u16 = 0x40;

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "extended", default: ArgDefault::Int(1), help: "1: addresses have 16 bits" },
    ArgSpec { name: "led", default: ArgDefault::Int(0), help: "1: keys switch LED2" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["nec_ir"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or the pin cannot have a handler.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let env = main.env();
    let pin = env.board.pin("X3", PinMode::Input(Pull::Up))?;
    let clock = env.board.clone();
    let extended = args.int("extended") != 0;
    let led = if args.int("led") != 0 { Some(env.board.led("LED2")?) } else { None };
    nec_ir::listen(&main.ev, pin, move || clock.ticks_us(), extended, receiver(env, led))?;
    Ok(main.run_forever().await?)
}

/// What is done with a block.
fn receiver<B: Board>(env: Env<B>, mut led: Option<B::Led>) -> impl FnMut(NecCode, u16) {
    move |code, address| {
        if !matches!(code, NecCode::Data(_) | NecCode::Repeat) {
            env.board.count("ir.bad", 1);
        }
        match (&mut led, code) {
            (Some(led), code) => switch(&env, led, code, address),
            (None, NecCode::Data(data)) => say!(env, "{data:#x} {address:#x}"),
            (None, NecCode::Repeat) => say!(env, "Repeat"),
            (None, bad) => say!(env, "Error: {} Address: {address:#x}", text(bad)),
        }
    }
}

/// Key 1 of the right remote lights the LED, key 2 darkens it.
fn switch<B: Board>(env: &Env<B>, led: &mut B::Led, code: NecCode, address: u16) {
    // An LED has nobody to tell.
    let _ = match (address, code) {
        (ADDRESS, NecCode::Data(1)) => {
            say!(env, "LED on");
            led.set_high()
        }
        (ADDRESS, NecCode::Data(2)) => {
            say!(env, "LED off");
            led.set_low()
        }
        (ADDRESS, NecCode::Data(_) | NecCode::Repeat) => Ok(()),
        (ADDRESS, _) => {
            say!(env, "Bad IR data");
            Ok(())
        }
        _ => {
            say!(env, "Incorrect remote");
            Ok(())
        }
    };
}

fn text(code: NecCode) -> &'static str {
    match code {
        NecCode::Data(_) | NecCode::Repeat => "",
        NecCode::BadStart => "invalid start pulse",
        NecCode::BadBlock => "bad block",
        NecCode::BadRepeat => "bad repeat",
        NecCode::Overrun => "overrun",
        NecCode::BadData => "invalid data",
        NecCode::BadAddress => "invalid address",
    }
}

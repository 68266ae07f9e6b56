//! An infrared remote control (tutorial section 6.5).
//!
//! # Wiring
//!
//! An infrared receiver on X3; LED2 of the board.
//!
//! # What you should see
//!
//! A line for each block of edges, 73 ms after its first one (80 ms with extended addresses): command and address, `Repeat`,
//! or what was wrong with it. With `led`, key 1 of address 0x40 lights LED2 and key 2 darkens it.
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
        if let (Some(led), 0x40) = (&mut led, address) {
            // An LED has nobody to tell.
            let _ = match code {
                NecCode::Data(1) => led.set_high(),
                NecCode::Data(2) => led.set_low(),
                _ => Ok(()),
            };
        }
        match code {
            NecCode::Data(data) => say!(env, "{data:#x} {address:#x}"),
            NecCode::Repeat => say!(env, "Repeat"),
            other => {
                env.board.count("ir.bad", 1);
                say!(env, "Error: {} Address: {address:#x}", text(other));
            }
        }
    }
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

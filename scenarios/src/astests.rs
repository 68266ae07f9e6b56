//! Switches and push-buttons that launch tasks or call functions (tutorial sections 2.1 and 3, `astests.py`).
//!
//! # Wiring
//!
//! A switch between X1 and ground; another one between X2 and ground, which ends the test.
//!
//! # What you should see
//!
//! `test = "sw"`: closing lights LED 2 for a second, opening LED 1. `"swcb"`: closing toggles LED 1, opening LED 2. `"btn"`:
//! a press lights LED 1 for a second, a release LED 2, a double click LED 3, a long press LED 4. `"btncb"`: the same events
//! toggle these LEDs.
//!
//! # How it works
//!
//! The drivers sample their pin every 50 ms, which is longer than it bounces. What they launch is a function, called at once,
//! or a task, queued. A second press within a second makes a second task for the same LED, and the first one puts it out
//! early: the race that the original's documents describe.

use alloc::rc::Rc;
use core::cell::RefCell;

use embedded_hal::digital::{InputPin, OutputPin, StatefulOutputPin};
use vpyb_core::asyn::Launch;
use vpyb_core::drivers::{Pushbutton, Switch};
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, PinMode, Pull, TaskError, Top};

use crate::env::{Ended, Env, Main};

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "test", default: ArgDefault::Text("sw"), help: "`sw`, `swcb`, `btn` or `btncb`" },
    ArgSpec {
        name: "suppress",
        default: ArgDefault::Int(0),
        help: "1: no release of a double click or long press",
    },
    ArgSpec { name: "long", default: ArgDefault::Int(1), help: "0: a button knows no long press" },
    ArgSpec { name: "double", default: ArgDefault::Int(1), help: "0: a button knows no double click" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "switch_task", "button_task", "pulse"];

/// The lights that events switch.
type Lights<B> = [Rc<RefCell<<B as Board>::Led>>; 4];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, the test is not known, or something on the board does not answer.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let env = main.env();
    let led = |name| Ok::<_, TaskError>(Rc::new(RefCell::new(env.board.led(name)?)));
    let lights: Lights<B> = [led("LED1")?, led("LED2")?, led("LED3")?, led("LED4")?];
    let pin = env.board.pin("X1", PinMode::Input(Pull::Up))?;
    match args.text("test") {
        "sw" => switch(&env, pin, [pulses(&env, &lights[1]), pulses(&env, &lights[0])])?,
        "swcb" => switch(&env, pin, [toggles(&lights[0]), toggles(&lights[1])])?,
        "btn" => {
            if args.int("double") != 0 {
                say!(env, "Doubleclick enabled");
            }
            if args.int("long") != 0 {
                say!(env, "Long press enabled");
            }
            button(&env, pin, &args, lights.each_ref().map(|light| pulses(&env, light)))?;
        }
        "btncb" => button(&env, pin, &args, lights.each_ref().map(toggles))?,
        _ => return Err(TaskError::failed("the test is none of sw, swcb, btn and btncb")),
    }
    Ok(main.run(killer(env)).await?)
}

fn switch<B: Board>(env: &Env<B>, pin: B::Pin, [close, open]: [Launch; 2]) -> Ended {
    let switch = Switch::new(&env.ev, pin)?;
    switch.on_close(close);
    switch.on_open(open);
    Ok(())
}

fn button<B: Board>(
    env: &Env<B>,
    pin: B::Pin,
    args: &Args,
    [press, release, double, long]: [Launch; 4],
) -> Ended {
    let button = Pushbutton::new(&env.ev, pin, args.int("suppress") != 0)?;
    button.on_press(press);
    button.on_release(release);
    if args.int("double") != 0 {
        button.on_double(double)?;
    }
    if args.int("long") != 0 {
        button.on_long(long)?;
    }
    Ok(())
}

/// Launches a task that lights an LED for a second.
fn pulses<B: Board>(env: &Env<B>, light: &Rc<RefCell<B::Led>>) -> Launch {
    let (env, light) = (env.clone(), light.clone());
    Launch::task(move || pulse(env.clone(), light.clone(), 1000))
}

/// Calls a function that toggles an LED.
fn toggles<L: StatefulOutputPin + 'static>(light: &Rc<RefCell<L>>) -> Launch {
    let light = light.clone();
    Launch::function(move || light.borrow_mut().toggle().map_err(|_| dark()))
}

async fn pulse<B: Board>(env: Env<B>, light: Rc<RefCell<B::Led>>, ms: i32) -> Ended {
    light.borrow_mut().set_high().map_err(|_| dark())?;
    env.ev.sleep_ms(ms).await?;
    light.borrow_mut().set_low().map_err(|_| dark())
}

fn dark() -> TaskError {
    TaskError::failed("an LED does not answer")
}

async fn killer<B: Board>(env: Env<B>) -> Ended {
    let mut end = env.board.pin("X2", PinMode::Input(Pull::Up))?;
    while end.is_high().map_err(|_| TaskError::failed("the switch does not answer"))? {
        env.ev.sleep_ms(50).await?;
    }
    Ok(())
}

//! `async-button` on a pin that bounces: `Wait` of `embedded-hal-async`, and the timers of `embassy-time`.

use async_button::{Button, ButtonConfig, ButtonEvent};
use vpyb_core::hal::EdgeWait;
use vpyb_core::{Board, PinMode, Pull};
use vpyb_sim::runner::{Outcome, boxed};

use super::{run, said};
use crate::runs::check;
use crate::trial::{Bench, TopLevel};

const MAIN: TopLevel = |top, _| {
    boxed(async move {
        let bench = Bench::of(&top);
        top.run_until_complete(async move {
            let pin = EdgeWait::new(bench.board.pin("X3", PinMode::Input(Pull::Up))?)?;
            // 10 ms of debounce, 350 ms between the presses of a sequence, 1 s of a long one.
            let mut button = Button::new(pin, ButtonConfig::default());
            loop {
                match bench.ev.interruptible(button.update()).await? {
                    ButtonEvent::ShortPress { count } => bench.say(format_args!("short {count}")),
                    ButtonEvent::LongPress => bench.say("long"),
                }
            }
        })
        .named("main")
        .await?;
        Ok(())
    })
};

/// Runs the driver with X3 at these levels from outside, from these instants on.
fn pressed(levels: &[(&str, &str)]) -> Outcome {
    let steps: Vec<_> = levels
        .iter()
        .map(|(at, level)| format!("{{ at = \"{at}\", drive = {{ pin = \"X3\", level = \"{level}\" }} }}"))
        .collect();
    let finger = format!("[[actor]]\nname = \"finger\"\nsteps = [{}]", steps.join(", "));
    run(&format!("run.until = \"5s\"\n{finger}"), MAIN)
}

/// The contact chatters for 6 ms at each change. The sequence ends 350 ms after the release was taken for one: that is
/// at 206 ms and 506 ms plus 10 ms of debounce.
#[test]
fn a_bouncing_contact_is_one_press() {
    let outcome = pressed(&[
        ("100ms", "low"),
        ("101ms", "float"),
        ("103ms", "low"),
        ("104ms", "float"),
        ("106ms", "low"),
        ("200ms", "float"),
        ("202ms", "low"),
        ("206ms", "float"),
    ]);
    check("one press", &said(&outcome), &["560000000 main prints \"short 1\""]);
    // Nobody presses any more, and the driver waits for a press.
    assert_eq!(outcome.verdict, "stuck");
}

#[test]
fn two_presses_are_a_sequence_and_a_long_one_is_told_while_it_lasts() {
    let outcome = pressed(&[
        ("100ms", "low"),
        ("200ms", "float"),
        ("300ms", "low"),
        ("400ms", "float"),
        ("2s", "low"),
        ("3500ms", "float"),
    ]);
    let expected = ["760000000 main prints \"short 2\"", "3010000000 main prints \"long\""];
    check("two and a long one", &said(&outcome), &expected);
}

/// Nothing that is shorter than the debounce time is a press.
#[test]
fn a_glitch_is_none() {
    let outcome = pressed(&[("100ms", "low"), ("104ms", "float")]);
    assert!(said(&outcome).is_empty());
}

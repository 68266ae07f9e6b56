//! Drivers of the tutorial's devices.

use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;

use embedded_hal::digital::{ErrorType, InputPin};
use vpyb_core::asyn::Launch;
use vpyb_core::drivers::Pushbutton;
use vpyb_core::drivers::nec_ir::{self, EDGES, NecCode};
use vpyb_core::{Board, PinMode, Pull};
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::scenario::parse;
use vpyb_sim::vocabulary;

use crate::trial::{Said, main_task, says, says_with};

/// A button to the supply: high when pressed.
#[derive(Clone, Default)]
struct Contact(Rc<Cell<bool>>);

impl ErrorType for Contact {
    type Error = Infallible;
}

impl InputPin for Contact {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.0.get())
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.0.get())
    }
}

/// The original raises an `AttributeError` when the time for a second press is over, and the loop stops.
#[test]
fn a_suppressed_release_without_a_function_launches_nothing() {
    let main = main_task!(|bench| {
        let contact = Contact::default();
        let button = Pushbutton::new(&bench.ev, contact.clone(), true)?;
        let says = |text: &'static str| {
            let bench = bench.clone();
            Launch::function(move || bench.say(text))
        };
        button.on_press(says("pressed"));
        button.on_double(says("twice"))?;
        for presses in [1, 2] {
            for _ in 0..presses {
                contact.0.set(true);
                bench.ev.sleep_ms(100).await?;
                contact.0.set(false);
                bench.ev.sleep_ms(100).await?;
            }
            bench.ev.sleep_ms(1000).await?;
            bench.say("waited");
        }
        Ok(())
    });
    let told = &["0 pressed", "1200 waited", "1200 pressed", "1400 pressed", "1400 twice", "2600 waited"];
    says(main, Said::by_all(told));
}

/// What a block of edges is depends on those of the block before, if it has less than three: of two edges after a frame
/// the leader's space is that frame's.
#[test]
fn a_block_of_two_edges_is_judged_by_those_of_the_block_before() {
    let mut times = [0; EDGES];
    assert_eq!(nec_ir::decode(&times, 2, true, 0x40), (NecCode::BadStart, 0));
    for (edge, time) in [(1, 9_000), (2, 13_500)] {
        times[edge] = time;
    }
    assert_eq!(nec_ir::decode(&times, 2, true, 0x40), (NecCode::BadBlock, 0));
}

/// What comes from a remote control: the spans between edges, as the scenario format has them.
fn raw(at_ms: u32, spans_us: &[u32]) -> String {
    let spans: Vec<String> = spans_us.iter().map(|us| format!("\"{us}us\"")).collect();
    format!("{{ at = \"{at_ms}ms\", ir = {{ part = \"remote\", raw = [{}] }} }},\n", spans.join(", "))
}

/// A frame of address 0x40; one of address 0x41 whose last byte is not the inverse of the one before; a repeat code; a
/// frame that is broken off.
fn with_remote(scenario: &mut Scenario) {
    let frame = |bytes: [u8; 4]| {
        let bits = bytes.into_iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1));
        let marks = bits.flat_map(|bit| [562, 562 + 1125 * u32::from(bit)]);
        [9_000, 4_500].into_iter().chain(marks).chain([562]).collect::<Vec<u32>>()
    };
    let steps = [
        raw(100, &frame([0x40, !0x40, 5, !5])),
        raw(300, &frame([0x41, !0x41, 5, 5])),
        raw(500, &[9_000, 2_250, 562]),
        raw(700, &frame([0x42, !0x42, 5, !5])[..20]),
    ];
    let text = format!(
        "schema = 1
        title = \"a remote\"
        parts.remote = {{ kind = \"nec-remote\", pin = \"X3\" }}
        run.until = \"1s\"
        [[actor]]
        name = \"hand\"
        steps = [{}]
        [[task]]
        name = \"main\"
        script = [\"yield\"]
        ",
        steps.concat()
    );
    let mut parsed = parse("remote.toml", &text, &vocabulary(&[])).expect("a good scenario");
    let parsed = parsed.remove(0);
    (scenario.parts, scenario.actors) = (parsed.parts, parsed.actors);
}

#[test]
fn an_error_of_the_remote_carries_no_address_and_wrong_data_renews_it() {
    let main = main_task!(|bench| {
        let (clock, pin) = (bench.board.clone(), bench.board.pin("X3", PinMode::Input(Pull::Up))?);
        let tells = bench.clone();
        nec_ir::listen(
            &bench.ev,
            pin,
            move || clock.ticks_us(),
            true,
            move |code, address| {
                tells.say(format_args!("{code:?} {address:#x}"));
            },
        )?;
        Ok(bench.ev.sleep_ms(1000).await?)
    });
    let told = &["180 Data(5) 0x40", "380 BadData 0x41", "580 Repeat 0x41", "780 BadBlock 0x0"];
    says_with(with_remote, main, Said::by_all(told));
}

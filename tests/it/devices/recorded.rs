//! The tutorial's demos of devices with our drivers, beside recordings of the original's.
//!
//! Owns these demos, shortened to what they do with devices. They run on the simulated board, whose pins the recording's
//! `hw` drives; LEDs and printed lines have to be the recording's, each at its microsecond. How tasks take turns meanwhile is
//! not compared: our drivers are woken where the original's ask again and again.

use std::cell::RefCell;
use std::rc::Rc;

use embedded_hal::digital::{InputPin, OutputPin, StatefulOutputPin};
use serde_json::Value;
use vpyb_core::asyn::Launch;
use vpyb_core::drivers::htu21d::Htu21d;
use vpyb_core::drivers::nec_ir::{self, NecCode};
use vpyb_core::drivers::{Led, Pushbutton, Switch};
use vpyb_core::time::Instant;
use vpyb_core::{Args, Board, Config, EventLoop, I2cConfig, PinMode, Pull, TaskError, Top};
use vpyb_sim::board::{VirtualBoard, VirtualLed};
use vpyb_sim::runner::{self, Options, Program, boxed};
use vpyb_sim::scenario::model::{Action, Exposure, Part, Step, When};
use vpyb_sim::trace::Kind;

use super::recording::Recording;
use crate::oracle::recorded_in;
use crate::trial::TopLevel;

type Result = std::result::Result<(), TaskError>;

/// A demo, and the name of its recordings.
struct Demo {
    recording: &'static str,
    /// What it says before its loop runs, and the recording after that.
    said: &'static [&'static str],
    main: TopLevel,
}

/// All but the sensor's.
const DEMOS: [&[Demo]; 4] = [SWITCHES, BUTTONS, LEDS, REMOTES];

const SENSOR: &str = "demo_htu";

/// What is replayed here: each demo's recordings, with the folder that they are in.
pub fn recordings() -> impl Iterator<Item = (String, &'static str)> {
    let demos = DEMOS.into_iter().flatten().map(|demo| demo.recording);
    demos.chain([SENSOR]).flat_map(|name| recorded_in(name).into_iter().map(|folder| (name.into(), folder)))
}

/// Each demo switches and prints as recorded, under each discipline.
fn agree(demos: &[Demo]) {
    for demo in demos {
        let recordings = Recording::all(demo.recording);
        assert!(!recordings.is_empty(), "{} is not recorded", demo.recording);
        for mut recording in recordings {
            for text in demo.said {
                let at = recording.seen.iter().take_while(|(at, _)| *at == 0).count();
                recording.seen.insert(at, (0, (*text).to_owned()));
            }
            recording.agrees(demo.main);
        }
    }
}

// ---- switches and push-buttons (aswitch, astests) -------------------------------------------------------

#[derive(Clone)]
struct Bench {
    ev: EventLoop,
    board: VirtualBoard,
}

impl Bench {
    fn of(top: &Top<VirtualBoard>) -> Self {
        Self {
            ev: top.event_loop(Config { runq_len: 64, waitq_len: 64, ..Config::default() }),
            board: top.board().clone(),
        }
    }

    fn led(&self, name: &str) -> Rc<RefCell<VirtualLed>> {
        Rc::new(RefCell::new(self.board.led(name).expect("an LED of the board")))
    }

    /// Lights an LED for a second.
    fn pulse(&self, name: &str) -> Launch {
        let (led, ev) = (self.led(name), self.ev.clone());
        Launch::task(move || pulse(ev.clone(), led.clone()))
    }

    fn toggle(&self, name: &str) -> Launch {
        let led = self.led(name);
        Launch::function(move || led.borrow_mut().toggle().unwrap_or_else(|never| match never {}))
    }

    fn button(&self) -> vpyb_sim::board::VirtualPin {
        self.board.pin("X1", PinMode::Input(Pull::Up)).expect("a free pin")
    }

    /// The demo ends when somebody grounds X2, which is looked at every 50 ms.
    async fn until_x2(self) -> Result {
        let mut end = self.board.pin("X2", PinMode::Input(Pull::Up))?;
        while end.is_high().unwrap_or(false) {
            self.ev.sleep_ms(50).await?;
        }
        Ok(())
    }
}

async fn pulse(ev: EventLoop, led: Rc<RefCell<VirtualLed>>) -> Result {
    let _ = led.borrow_mut().set_high();
    ev.sleep_ms(1000).await?;
    let _ = led.borrow_mut().set_low();
    Ok(())
}

const SWITCHES: &[Demo] = &[
    Demo {
        recording: "demo_astests_sw",
        said: &[],
        main: |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let switch = Switch::new(&bench.ev, bench.button())?;
                switch.on_close(bench.pulse("LED2"));
                switch.on_open(bench.pulse("LED1"));
                Ok(top.run_until_complete(bench.until_x2()).await?)
            })
        },
    },
    Demo {
        recording: "demo_astests_swcb",
        said: &[],
        main: |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let switch = Switch::new(&bench.ev, bench.button())?;
                switch.on_close(bench.toggle("LED1"));
                switch.on_open(bench.toggle("LED2"));
                Ok(top.run_until_complete(bench.until_x2()).await?)
            })
        },
    },
];

#[test]
fn a_switch_launches_as_the_originals() {
    agree(SWITCHES);
}

const DOUBLE: &str = "Doubleclick enabled";
const LONG: &str = "Long press enabled";

/// The demo of a push-button, with which of its functions.
async fn button(top: Top<VirtualBoard>, suppress: bool, long: bool, double: bool) -> Result {
    let bench = Bench::of(&top);
    let button = Pushbutton::new(&bench.ev, bench.button(), suppress)?;
    button.on_press(bench.pulse("LED1"));
    button.on_release(bench.pulse("LED2"));
    if double {
        bench.board.println(format_args!("{DOUBLE}"));
        button.on_double(bench.pulse("LED3"))?;
    }
    if long {
        bench.board.println(format_args!("{LONG}"));
        button.on_long(bench.pulse("LED4"))?;
    }
    Ok(top.run_until_complete(bench.until_x2()).await?)
}

const BUTTONS: &[Demo] = &[
    Demo {
        recording: "demo_astests_btn_s0_l0_d0",
        said: &[],
        main: |top, _| boxed(button(top, false, false, false)),
    },
    Demo {
        recording: "demo_astests_btn_s0_l0_d1",
        said: &[DOUBLE],
        main: |top, _| boxed(button(top, false, false, true)),
    },
    Demo {
        recording: "demo_astests_btn_s0_l1_d0",
        said: &[LONG],
        main: |top, _| boxed(button(top, false, true, false)),
    },
    Demo {
        recording: "demo_astests_btn_s0_l1_d1",
        said: &[DOUBLE, LONG],
        main: |top, _| boxed(button(top, false, true, true)),
    },
    Demo {
        recording: "demo_astests_btn_s1_l0_d0",
        said: &[],
        main: |top, _| boxed(button(top, true, false, false)),
    },
    Demo {
        recording: "demo_astests_btn_s1_l0_d1",
        said: &[DOUBLE],
        main: |top, _| boxed(button(top, true, false, true)),
    },
    Demo {
        recording: "demo_astests_btn_s1_l1_d0",
        said: &[LONG],
        main: |top, _| boxed(button(top, true, true, false)),
    },
    Demo {
        recording: "demo_astests_btn_s1_l1_d1",
        said: &[DOUBLE, LONG],
        main: |top, _| boxed(button(top, true, true, true)),
    },
    Demo {
        recording: "demo_astests_btncb",
        said: &[],
        main: |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let button = Pushbutton::new(&bench.ev, bench.button(), false)?;
                button.on_press(bench.toggle("LED1"));
                button.on_release(bench.toggle("LED2"));
                button.on_double(bench.toggle("LED3"))?;
                button.on_long(bench.toggle("LED4"))?;
                Ok(top.run_until_complete(bench.until_x2()).await?)
            })
        },
    },
];

#[test]
fn a_push_button_launches_as_the_originals() {
    agree(BUTTONS);
}

// ---- LEDs (section 8.3) ---------------------------------------------------------------------------------

/// Three LEDs flash at 0.7, 0.95 and 1.2 Hz, until somebody presses a switch, which is looked at every 100 ms.
const LEDS: &[Demo] = &[Demo {
    recording: "tut_8_3_led_async",
    said: &[],
    main: |top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            for (name, rate) in [("LED1", 0.7), ("LED2", 0.95), ("LED3", 1.2)] {
                Led::new(&bench.ev, bench.board.led(name)?)?.flash(rate);
            }
            let ev = bench.ev.clone();
            // The switch of the recording is pressed at 4.23 s.
            top.run_until_complete(async move { Ok(ev.sleep_ms(4_300).await?) }).await?;
            Ok(())
        })
    },
}];

#[test]
fn leds_flash_as_the_originals() {
    agree(LEDS);
}

// ---- infrared (section 6.5) -------------------------------------------------------------------------------

const REMOTES: &[Demo] = &[
    Demo {
        recording: "demo_art",
        said: &[],
        main: |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let pin = bench.board.pin("X3", PinMode::Input(Pull::Up))?;
                let (clock, console) = (bench.board.clone(), bench.board.clone());
                nec_ir::listen(
                    &bench.ev,
                    pin,
                    move || clock.ticks_us(),
                    true,
                    move |code, address| match code {
                        NecCode::Data(data) => console.println(format_args!("{data:#x} {address:#x}")),
                        NecCode::Repeat => console.println(format_args!("Repeat")),
                        NecCode::BadBlock => {
                            console.println(format_args!("Error: bad block Address: {address:#x}"))
                        }
                        NecCode::Overrun => {
                            console.println(format_args!("Error: overrun Address: {address:#x}"))
                        }
                        other => console.println(format_args!("{other:?}")),
                    },
                )?;
                Ok(top.run_forever().await?)
            })
        },
    },
    Demo {
        recording: "demo_art1",
        said: &[],
        main: |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let pin = bench.board.pin("X3", PinMode::Input(Pull::Up))?;
                let (clock, console) = (bench.board.clone(), bench.board.clone());
                let led = bench.led("LED2");
                nec_ir::listen(
                    &bench.ev,
                    pin,
                    move || clock.ticks_us(),
                    true,
                    move |code, address| match (address, code) {
                        (0x40, NecCode::Data(1)) => {
                            console.println(format_args!("LED on"));
                            let _ = led.borrow_mut().set_high();
                        }
                        (0x40, NecCode::Data(2)) => {
                            console.println(format_args!("LED off"));
                            let _ = led.borrow_mut().set_low();
                        }
                        (0x40, code) if code.number() < NecCode::Repeat.number() => {
                            console.println(format_args!("Bad IR data"));
                        }
                        (0x40, _) => {}
                        _ => console.println(format_args!("Incorrect remote")),
                    },
                )?;
                Ok(top.run_forever().await?)
            })
        },
    },
];

#[test]
fn a_remote_is_decoded_as_by_the_original() {
    agree(REMOTES);
}

// ---- the sensor (section 6.6) -------------------------------------------------------------------------------

/// Thousandths of a degree and of a percent that make these words, by the formulas of the data sheet.
fn air(words: &Value) -> Exposure {
    let word = |place: usize| words[place].as_f64().expect("a number");
    Exposure::Air {
        temperature: Some(((-46.85 + 175.72 * word(1) / 65536.0) * 1000.0).round() as i32),
        humidity: Some(((-6.0 + 125.0 * word(2) / 65536.0) * 1000.0).round() as i32),
    }
}

/// The recording's sensor answers from the start; ours is asked for when it has woken, 15 ms later. So the lines are the same,
/// and later by what that and the transfers take.
#[test]
fn a_sensor_is_read_as_by_the_original() {
    Recording::all(SENSOR).iter().for_each(read_sensor);
}

fn read_sensor(recording: &Recording) {
    let rows = recording.meta["hw"]["htu"].as_array().expect("a list");
    let steps = rows.iter().map(|row| Step {
        when: When::At(Instant::from_micros(row[0].as_u64().expect("a time"))),
        action: Action::Set { part: "htu".into(), to: air(row) },
        mark: None,
        span: 0..0,
    });
    let part = Part::Sensor {
        kind: "htu21d".into(),
        bus: "i2c1".into(),
        temperature: 20_000,
        humidity: 50_000,
        rows: Vec::new(),
    };
    let main = |top: Top<VirtualBoard>, _: Args| {
        boxed(async move {
            let bench = Bench::of(&top);
            bench.board.delay_us(15_000);
            let bus = bench.board.i2c("i2c1", I2cConfig::default())?;
            let sensor = Htu21d::new(&bench.ev, bus, 2.0)?;
            let (ev, board) = (bench.ev.clone(), bench.board.clone());
            bench.ev.create_task(async move {
                sensor.ready().await?;
                loop {
                    let (temperature, humidity) = (sensor.temperature(), sensor.humidity());
                    board.println(format_args!("Temp {temperature:5.1} Humidity {humidity:5.1}"));
                    ev.sleep(5.0).await?;
                }
            })?;
            Ok(top.run_forever().await?)
        })
    };
    let programs = [Program { name: "demo", args: &[], tasks: &[], main, around: None }];
    let scenario = recording.scenario(22_000_000, &[("htu", part)], steps.collect());
    let outcome = runner::run(&scenario, &programs, Options::default());
    let found: Vec<(u64, &str)> = outcome
        .trace
        .records()
        .iter()
        .filter_map(|record| match record.kind {
            Kind::Line { text, .. } => Some((record.at.as_micros(), outcome.trace.text(text))),
            _ => None,
        })
        .collect();
    assert_eq!(found.len(), recording.seen.len());
    for ((at, text), (recorded_at, recorded)) in found.iter().zip(&recording.seen) {
        assert_eq!(text, recorded);
        let later = at - recorded_at;
        assert!((10_000..=25_000).contains(&later), "{text} at {at}, {later} us after the original");
    }
}

//! The port itself: its checks on the emulated chip, and its lists beside those of the simulator.
//!
//! Owns these tests. What the checks are stands in `core/stm32f405/measure/src/bin/checks`.

use std::fs;

use vpyb_cli::PROGRAMS;
use vpyb_sim::board::PINS;

use super::COUNTING;
use super::emulator::Emulator;
use crate::checked_in::root;

const PORT: &str = "core/stm32f405";

fn read(path: &str) -> String {
    let path = root().join(PORT).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn all_checks_of_the_port_hold() {
    let Some(emulator) = Emulator::find() else { return };
    let folder = emulator.build("vpyb-measure", &["checks"], "release");
    let text = emulator.run(&folder.join("checks"), COUNTING, &[], &["-serial", "none"]);
    let text = text.expect("the checks come to an end");
    let wrong: Vec<_> = text.lines().filter(|line| !line.ends_with(": ok")).collect();
    assert!(wrong.is_empty(), "these do not hold:\n  {}", wrong.join("\n  "));
    let listed = read("measure/src/bin/checks/main.rs").matches("\n    (\"").count();
    assert_eq!(text.lines().count(), listed, "a line for each check");
}

/// Without wakers, observer and other disciplines: two tasks come to their end, and one that only a waker could end is a
/// panic, where it would be a sleep for ever.
#[test]
fn a_firmware_of_one_discipline_runs_to_its_end() {
    let Some(emulator) = Emulator::find() else { return };
    for discipline in ["uasyncio-v2", "fast-io", "asyncio-v3"] {
        let words = ["--no-default-features", "--features", discipline];
        let folder = emulator.build_with("vpyb-measure", &["smallest", "unwoken"], "release", &words);
        let ends = |name| {
            let output = emulator.output(&folder.join(name), COUNTING, &[], &["-serial", "none"]);
            (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
        };
        assert_eq!(ends("smallest"), (Some(0), "empty\n".into()), "{discipline}");
        // 101 is a panic. `asyncio-v3` has wakers: whoever is woken goes on.
        let unwoken = if discipline == "asyncio-v3" { (0, "woken\n") } else { (101, "") };
        assert_eq!(ends("unwoken"), (Some(unwoken.0), unwoken.1.into()), "{discipline}");
    }
}

#[test]
fn every_program_is_a_firmware() {
    let mut all = String::new();
    for program in PROGRAMS {
        let name = program.name;
        let text = format!(
            "//! The program `{name}` as a firmware.\n#![no_std]\n#![no_main]\n\n\
             vpyb_stm32f405::firmware!(vpyb_scenarios::{name});\n"
        );
        let path = format!("src/bin/{name}.rs");
        assert!(root().join(PORT).join(&path).is_file(), "{PORT}/{path} is missing; it is:\n\n{text}");
        assert_eq!(read(&path), text, "{PORT}/{path}");
        all += &format!("    vpyb_scenarios::{name},\n");
    }
    let list = read("src/bin/all.rs");
    assert!(list.ends_with(&format!("firmware! {{\n{all}}}\n")), "{PORT}/src/bin/all.rs lists:\n\n{all}");
}

#[test]
fn both_boards_have_the_same_pins() {
    let table = read("src/pins.rs");
    let entry = |name: &str, port, number| format!("pin(\"{name}\", '{port}', {number})");
    for pin in PINS {
        let entry = entry(pin.name, pin.port, pin.number);
        assert!(table.contains(&entry), "{PORT}/src/pins.rs has no {entry}");
    }
    assert_eq!(table.matches("pin(\"").count(), PINS.len(), "and no other ones");
}

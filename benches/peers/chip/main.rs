//! What the core costs on the chip: instructions, flash and memory, counted on its emulator.
//!
//! Owns the table and the judgement: a figure that has grown since `figures.txt` was written is an error. How a
//! figure is measured is in `core/stm32f405/measure`; the list of figures is in `figures`.
//!
//! ```text
//! cargo bench --bench chip                 the table, compared with the file
//! cargo bench --bench chip -- --accept     writes the file anew
//! ```

mod elf;
#[path = "../../../tests/it/chip/emulator.rs"]
mod emulator;
mod figures;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use emulator::Emulator;
use figures::{FIGURES, Figures};

/// An instruction takes a nanosecond of the emulator's time.
const COUNTING: u8 = 0;
const PACKAGE: &str = "vpyb-measure";
/// What cargo is told for a firmware of one discipline.
const ONE_DISCIPLINE: &[&str] = &["--no-default-features", "--features", "uasyncio-v2"];
/// A figure may grow by so many parts of a thousand before it counts as grown.
const SLACK: f64 = 10.0;

fn main() -> ExitCode {
    let Some(emulator) = Emulator::find() else { return ExitCode::SUCCESS };
    match measure(&emulator).and_then(|measured| judge(&measured)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Builds and runs the measuring firmwares.
fn measure(emulator: &Emulator) -> Result<Figures, String> {
    let mut measured = Figures::default();
    for (profile, before) in [("release", ""), ("fast", "fast ")] {
        let folder = emulator.build(PACKAGE, &["measure"], profile);
        let firmware = folder.join("measure");
        measured.read(&emulator.run(&firmware, COUNTING, &[], &["-serial", "none"])?, before)?;
        for (name, words) in [("", ONE_DISCIPLINE), ("whole ", &[])] {
            let (over_empty, over_hand) = flash(emulator, profile, words)?;
            measured.add(&format!("{before}{name}flash"), over_empty);
            measured.add(&format!("{before}{name}loop flash"), over_hand);
        }
    }
    Ok(measured)
}

/// Bytes that a firmware with an event loop takes over an empty one, and over one that polls the same tasks by hand. They are
/// built with these words.
fn flash(emulator: &Emulator, profile: &str, words: &[&str]) -> Result<(f64, f64), String> {
    let folder = emulator.build_with(PACKAGE, &["smallest", "empty", "by_hand"], profile, words);
    let size = |name: &str| {
        let file = fs::read(folder.join(name)).map_err(|error| error.to_string())?;
        elf::flash(&file).map(f64::from)
    };
    let whole = size("smallest")?;
    Ok((whole - size("empty")?, whole - size("by_hand")?))
}

fn judge(measured: &Figures) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(figures::FILE);
    if env::args().any(|arg| arg == "--accept") {
        let lines: Result<String, String> = FIGURES
            .iter()
            .map(|figure| Ok(format!("{} {}\n", figure.name, measured.get(figure.name)?)))
            .collect();
        return fs::write(&path, lines?).map_err(|error| format!("{}: {error}", path.display()));
    }
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut kept = Figures::default();
    kept.read(&text, "")?;
    let mut grown = Vec::new();
    println!("{:<22} {:>9} {:>9} {:>8}  unit", "", "measured", "kept", "");
    for figure in FIGURES {
        let (now, before) = (measured.get(figure.name)?, kept.get(figure.name)?);
        let change = if before == 0.0 { 0.0 } else { (now - before) / before * 1000.0 };
        println!("{:<22} {now:>9} {before:>9} {:>+7.1}%  {}", figure.name, change / 10.0, figure.unit);
        if change > SLACK || (before == 0.0 && now > 0.0) {
            grown.push(format!("{} has grown from {before} to {now}", figure.name));
        }
        if now > figure.most {
            grown.push(format!("{} is {now}, and must be {} at the most", figure.name, figure.most));
        }
    }
    if grown.is_empty() {
        return Ok(());
    }
    let remedy = "if that is meant, `cargo bench --bench chip -- --accept` and say why in the commit";
    Err(format!("{}\n{remedy}", grown.join("\n")))
}

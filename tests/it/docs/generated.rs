//! The parts of documents that the code makes.
//!
//! Owns each part's form. Lists that the code keeps private are read from its source: the words of the scenario
//! format that are not built stand in constants called `LATER…`, or in calls of `later`.

use std::fmt::Write as _;

use vpyb_cli::PROGRAMS;
use vpyb_core::ArgDefault;
use vpyb_sim::board::{BUSES, Profile, UARTS};
use vpyb_sim::expect::Code;
use vpyb_sim::vocabulary;

use super::chip_figures::{self, FIGURES, Figures};
use super::{commands, figures, read, waiting};
use crate::{interrupts, lint};

/// The part of this name, up to its end marker.
pub fn part(what: &str) -> String {
    let text = match what {
        "names" => names(),
        "prices" => prices(),
        "programs" => programs(),
        "codes" => codes(),
        "not built" => not_built(),
        "figures of the chip" => of_the_chip(),
        "figures" => figures::table(),
        "waiting" => waiting::table(),
        "lint" => lint::table(),
        "interrupts: cancelled" => interrupts::table("cancelled"),
        "interrupts: timed out" => interrupts::table("timed out"),
        "interrupts: handled" => interrupts::table("handled"),
        "interrupts: left behind" => interrupts::table("left behind"),
        command => {
            let command =
                command.strip_prefix("vpyb ").unwrap_or_else(|| panic!("no part is called `{what}`"));
            return format!("```text\n{}\n```\n", commands::output(command).trim_end());
        }
    };
    format!("\n{text}\n")
}

fn quoted<T: AsRef<str>>(words: &[T]) -> String {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(" ")
}

fn names() -> String {
    let words = vocabulary(PROGRAMS);
    let mut text = String::from("| what | names |\n|---|---|\n");
    let mut row = |what: &str, names: String| writeln!(text, "| {what} | {names} |").expect("a text");
    row("model", quoted(&words.models));
    row("pins", quoted(&words.pins));
    row("LEDs", quoted(&words.leds));
    let units = UARTS.iter().map(|unit| format!("`{}` ({}, {})", unit.name, unit.tx, unit.rx));
    row("UARTs (TX, RX)", units.collect::<Vec<_>>().join(", "));
    let units = BUSES.iter().map(|unit| format!("`{}` ({}, {})", unit.name, unit.scl, unit.sda));
    row("I2C units (SCL, SDA)", units.collect::<Vec<_>>().join(", "));
    row("schedulers", quoted(&words.schedulers));
    row("profiles", quoted(&words.profiles));
    text
}

fn prices() -> String {
    type Price = fn(&Profile) -> vpyb_core::time::Duration;
    let rows: [(&str, &str, Price); 9] = [
        ("`step`", "one step that ends in a bare yield, or ends its task", |p| p.step),
        ("(delay)", "what a step costs more that ends in a delay", |p| p.delay),
        ("`callback`", "one callback", |p| p.callback),
        ("(pass)", "the end of one pass", |p| p.pass),
        ("(poll)", "a poll before a step, with an I/O queue", |p| p.poll),
        ("`io_poll`", "asking one device", |p| p.io_poll),
        ("`isr`", "from an interrupt request to the end of its handler", |p| p.isr),
        (
            "`irq_latency`",
            "from an interrupt request to the beginning of its handler, of a pin or a timer",
            |p| p.irq_latency,
        ),
        ("`access`", "one call into the board", |p| p.access),
    ];
    let heads: String = Profile::ALL.iter().map(|profile| format!(" `{}` |", profile.name)).collect();
    let mut text = format!("| key | prices |{heads}\n|---|---|{}\n", "---|".repeat(Profile::ALL.len()));
    for (key, what, price) in rows {
        let cells: String = Profile::ALL.iter().map(|profile| format!(" {} |", price(profile))).collect();
        writeln!(text, "| {key} | {what} |{cells}").expect("a text");
    }
    text
}

fn programs() -> String {
    let mut text =
        String::from("| program | its tasks | argument | default | what it says |\n|---|---|---|---|---|\n");
    for program in PROGRAMS {
        for (i, arg) in program.args.iter().enumerate() {
            let (name, tasks) = match i {
                0 => (format!("`{}`", program.name), quoted(program.tasks)),
                _ => Default::default(),
            };
            let default = match arg.default {
                ArgDefault::Text(text) => format!("\"{text}\""),
                ArgDefault::Int(int) => int.to_string(),
            };
            writeln!(text, "| {name} | {tasks} | `{}` | `{default}` | {} |", arg.name, arg.help)
                .expect("a text");
        }
    }
    text
}

fn codes() -> String {
    let mut text = String::from("| code | means |\n|---|---|\n");
    for code in Code::ALL {
        writeln!(text, "| `{code}` | {} |", code.explain()).expect("a text");
    }
    text
}

fn of_the_chip() -> String {
    let mut kept = Figures::default();
    kept.read(&read(chip_figures::FILE), "")
        .unwrap_or_else(|problem| panic!("{}: {problem}", chip_figures::FILE));
    let mut text = String::from("| figure | value | at most | counts |\n|---|---|---|---|\n");
    for figure in FIGURES {
        let value =
            kept.get(figure.name).unwrap_or_else(|problem| panic!("{}: {problem}", chip_figures::FILE));
        let most = if figure.most.is_finite() { figure.most.to_string() } else { String::new() };
        writeln!(text, "| {} | {value} | {most} | {} |", figure.name, figure.unit).expect("a text");
    }
    text
}

/// Where words may stand, with the file that reads them.
const PLACES: &[(&str, &str)] = &[
    ("tables of the file", "lower"),
    ("`[cpu]`, `[run]`, `[uartN]`, kinds of `[parts]`", "bench"),
    ("operations of a script", "script"),
    ("steps of an actor", "actors"),
    ("events", "events"),
    ("keys of an expectation", "expects"),
];

fn not_built() -> String {
    let mut text = String::from("| where | words |\n|---|---|\n");
    for (place, file) in PLACES {
        let words = later_words(&read(&format!("sim/src/scenario/{file}.rs")));
        writeln!(text, "| {place} | {} |", quoted(&words)).expect("a text");
    }
    let known = vocabulary(PROGRAMS);
    let bench = read("sim/src/scenario/bench.rs");
    for (place, list, built) in
        [("schedulers", "SCHEDULERS", &known.schedulers), ("profiles", "PROFILES", &known.profiles)]
    {
        let mut words = texts(&bench, &format!("const {list}"));
        words.retain(|word| !built.contains(word));
        writeln!(text, "| {place} | {} |", quoted(&words)).expect("a text");
    }
    text
}

/// The words of a file that are part of the format and not built.
fn later_words(source: &str) -> Vec<String> {
    let mut words = Vec::new();
    // Refused only where no scheduler can use them.
    let built = ["ioq_len", "lp_len", "max_overdue"];
    for begin in ["const LATER", ".later(&["] {
        for (at, _) in source.match_indices(begin) {
            words.extend(texts(&source[at..], begin));
        }
    }
    words.retain(|word| !built.contains(&word.as_str()));
    words
}

/// The texts of the list that begins at `begin`.
fn texts(source: &str, begin: &str) -> Vec<String> {
    let Some((_, list)) = source.split_once(begin) else { return Vec::new() };
    // A constant says its type first.
    let list =
        if begin.starts_with("const") { list.split_once('=').map_or("", |(_, list)| list) } else { list };
    let list = list.split(']').next().unwrap_or_default();
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

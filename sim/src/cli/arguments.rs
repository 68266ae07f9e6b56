//! What was typed.
//!
//! Owns the grammar of the command line. What is meant is decided by the commands.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::report::Paint;

/// Runs asynchronous firmware on a virtual Pyboard and checks latency, overrun and cancellation.
///
/// Exit status: 0 all held, 1 an expectation failed, 2 invalid call or file, 3 a run itself ended
/// abnormally (stuck, livelock, hang, limit, guard, panic, error).
#[derive(Parser, Debug)]
#[command(name = "vpyb", version, max_term_width = 100)]
pub struct Arguments {
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub message_format: Format,
    /// When to colour; `NO_COLOR` is respected.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
    /// Logs more of the simulator's own doings to standard error, each line with its virtual time.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How results are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
    /// For people, and each finding as an annotation of GitHub's workflows.
    Github,
}

/// When to colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Runs scenarios and checks their expectations.
    Run(RunCall),
    /// Checks scenario files without running them.
    Check(CheckCall),
    /// Lists scenarios.
    List(Paths),
    /// Shows the board's pins: what each can be, or what a scenario uses it for.
    Board(BoardCall),
    /// Reads MicroPython sources and tells where asynchronous functions are not awaited.
    #[cfg(feature = "lint")]
    Lint(LintCall),
    /// Travels in a trace. Where a trace is asked for, a scenario file may stand: it is run first.
    #[command(subcommand)]
    Trace(TraceCall),
}

/// Which scenarios.
#[derive(Args, Debug)]
pub struct Paths {
    /// Scenario files, folders of them, or one variant as FILE::VARIANT.
    #[arg(required = true)]
    pub paths: Vec<String>,
    /// Only scenarios of this section of the tutorial, or of one within it: `5.2` stands for `5.2.1`, too.
    #[arg(long, value_name = "SECTION")]
    pub tutorial: Option<String>,
    /// Only scenarios that have this tag; of several tags, all.
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
}

impl Paths {
    /// One path, whatever its section and tags.
    pub fn of(path: &str) -> Self {
        Self { paths: vec![path.to_owned()], tutorial: None, tag: Vec::new() }
    }
}

/// `vpyb check`.
#[derive(Args, Debug)]
pub struct CheckCall {
    /// Which scenarios.
    #[command(flatten)]
    pub paths: Paths,
    /// Prints each scenario as it is run: for its variant, and with the values that its file leaves to defaults.
    #[arg(long)]
    pub explain: bool,
}

/// `vpyb board`.
#[derive(Args, Debug)]
pub struct BoardCall {
    /// A scenario file, or FILE::VARIANT.
    pub scenario: Option<String>,
}

/// `vpyb lint`.
///
/// Exit status: 0 nothing to review, 1 something, 2 a file cannot be read or is not Python.
#[cfg(feature = "lint")]
#[derive(Args, Debug)]
pub struct LintCall {
    /// MicroPython sources.
    #[arg(required = true, value_name = "FILE.py")]
    pub files: Vec<String>,
}

/// `vpyb run`.
#[derive(Args, Debug)]
pub struct RunCall {
    /// Which scenarios.
    #[command(flatten)]
    pub paths: Paths,
    /// Writes the trace here: a file, or a folder if there are several scenarios. Without it, the trace of
    /// a failing run is kept under target/vpyb.
    #[arg(long, value_name = "OUT")]
    pub trace: Option<PathBuf>,
    /// Writes the results as JUnit's XML here, one test case a scenario.
    #[arg(long, value_name = "OUT")]
    pub junit: Option<PathBuf>,
    /// Runs with this seed instead of the scenario's own.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Gives a run up when one step keeps the host this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub patience: u64,
}

/// `vpyb trace`.
#[derive(Subcommand, Debug)]
pub enum TraceCall {
    /// Shows the state at an instant: tasks, queues, pins, UARTs.
    At {
        /// A trace, or a scenario file.
        trace: String,
        /// The instant, as `1.5s`, `20ms` or as reports print it: `1.018 750`.
        time: String,
    },
    /// Shows why something happened: the chain of causes, back to its root.
    #[command(override_usage = "vpyb trace why <TRACE> <SEQ>\n       \
                                vpyb trace why <TRACE> --task <TASK> --at <TIME>")]
    Why {
        /// A trace, or a scenario file.
        trace: String,
        /// The record's sequence number.
        #[arg(required_unless_present = "task")]
        seq: Option<u32>,
        /// Instead of a number: the task's last step at or before `--at`; `hog` stands for every `hog#n`.
        #[arg(long, conflicts_with = "seq", requires = "at")]
        task: Option<String>,
        /// The instant for `--task`.
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// Shows this many links at the most.
        #[arg(long, default_value_t = 24)]
        limit: usize,
    },
    /// Writes the trace in another form.
    Export {
        /// A trace, or a scenario file.
        trace: String,
        /// Which form.
        #[arg(long, value_enum)]
        to: Export,
        /// The file to write; standard output without it.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// A form to export to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Export {
    /// Value change dump: the pins as waveforms, for GTKWave, PulseView or sigrok.
    Vcd,
    /// JSON Lines: one record a line.
    Jsonl,
}

impl Arguments {
    /// Whether standard output is coloured.
    pub fn paint(&self) -> Paint {
        Paint(self.coloured(std::io::stdout().is_terminal()))
    }

    /// Whether standard error is coloured.
    pub fn paint_stderr(&self) -> bool {
        self.coloured(std::io::stderr().is_terminal())
    }

    fn coloured(&self, terminal: bool) -> bool {
        match self.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// Whether results are JSON.
    pub fn json(&self) -> bool {
        self.message_format == Format::Json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }
}

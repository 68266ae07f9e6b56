//! What was typed.
//!
//! Owns the grammar of the command line. What is meant is decided by the commands.

use std::io::IsTerminal;
use std::num::NonZero;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use super::trace_call::{Export, TraceCall};
use vpyb_sim::report::Paint;

/// Under which help lists what every command can be told.
const OUTPUT: &str = "Output";

/// Runs asynchronous firmware on a virtual Pyboard and checks latency, overrun and cancellation.
///
/// Exit status: 0 all held, 1 an expectation failed, 2 invalid call or file, 3 a run itself ended
/// abnormally (stuck, livelock, hang, limit, guard, panic, error).
#[derive(Parser, Debug)]
#[command(name = "vpyb", version, max_term_width = 100)]
pub struct Arguments {
    /// How results are printed.
    #[arg(long, global = true, help_heading = OUTPUT, value_enum, default_value_t = Format::Human)]
    pub message_format: Format,
    /// When to colour; `NO_COLOR` is respected.
    #[arg(long, global = true, help_heading = OUTPUT, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
    /// Logs more of the simulator's own doings to standard error, each line with its virtual time.
    #[arg(short, long, global = true, help_heading = OUTPUT, action = clap::ArgAction::Count)]
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
    /// For people, and each finding or problem of a file as an annotation of GitHub's workflows.
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
    /// Measures how long a task waits for its next turn: on this machine, and on the virtual board under each profile.
    Bench(BenchCall),
    /// Reads MicroPython sources and tells where asynchronous functions are not awaited.
    #[cfg(feature = "lint")]
    Lint(LintCall),
    /// Travels in a trace. Where a trace is asked for, a scenario file may stand: it is run first.
    #[command(subcommand)]
    Trace(TraceCall),
    /// Shows a trace on this terminal: strips of tasks, pins and bytes, and a cursor that moves in them.
    View(ViewCall),
    /// Writes a trace as one HTML page that opens from the disk: the same strips, the state at the cursor, the findings.
    Report(ReportCall),
}

/// `vpyb bench`.
#[derive(Args, Debug)]
pub struct BenchCall {
    /// How many tasks take turns, as `3,10,100`.
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=10_000))]
    pub tasks: Vec<usize>,
    /// Only this discipline; of several, each.
    #[arg(long, value_name = "NAME", value_parser = disciplines())]
    pub discipline: Vec<String>,
    /// Only the virtual figures, which are the same on every machine.
    #[arg(long)]
    pub no_host: bool,
}

/// The names of the disciplines.
fn disciplines() -> Vec<&'static str> {
    vpyb_core::Discipline::ALL.iter().map(|discipline| discipline.name()).collect()
}

/// `vpyb report`.
#[derive(Args, Debug)]
pub struct ReportCall {
    /// A trace, or a scenario file.
    pub trace: String,
    /// The page to write.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// `vpyb view`.
#[derive(Args, Debug)]
pub struct ViewCall {
    /// A trace, or a scenario file.
    pub trace: String,
    /// Where the cursor begins.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
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
    /// What of the run the trace holds.
    #[command(flatten)]
    pub part: TracePart,
    /// Writes the results as JUnit's XML here, one test case a scenario.
    #[arg(long, value_name = "OUT")]
    pub junit: Option<PathBuf>,
    /// Runs with this seed instead of the scenario's own.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Runs so many at a time; as many as the machine has processors if that is not said. Results do not depend on it.
    #[arg(short, long, value_name = "NUMBER")]
    pub jobs: Option<NonZero<usize>>,
    /// Gives a run up when one step keeps the host this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub patience: u64,
}

/// What of a run its trace holds.
#[derive(Args, Debug, Default)]
pub struct TracePart {
    /// Keeps the trace's file below this size, as `500K`, `64M` or `1G`: when it is reached, the older part is dropped
    /// and at least the last quarter stays.
    #[arg(long, value_name = "SIZE", requires = "trace", value_parser = parse_size)]
    pub trace_limit: Option<u64>,
    /// Begins the trace at this instant.
    #[arg(long, value_name = "TIME", requires = "trace", conflicts_with = "trace_on")]
    pub trace_from: Option<String>,
    /// Ends the trace after this instant; the run goes on.
    #[arg(long, value_name = "TIME", requires = "trace")]
    pub trace_until: Option<String>,
    /// Begins the trace with this event, in the words of scenario files: `uart = "uart4", event = "overrun"`.
    #[arg(long, value_name = "EVENT", requires = "trace")]
    pub trace_on: Option<String>,
}

/// A trace's file has at least so many bytes to live in: names and one block of records.
const SMALLEST_LIMIT: u64 = 256 << 10;

/// Reads a size in bytes.
fn parse_size(text: &str) -> Result<u64, String> {
    let (number, shift) = match text.strip_suffix(['K', 'M', 'G']) {
        Some(number) if text.ends_with('K') => (number, 10),
        Some(number) if text.ends_with('M') => (number, 20),
        Some(number) => (number, 30),
        None => (text, 0),
    };
    let size = number.parse::<u64>().ok().and_then(|size| size.checked_mul(1 << shift));
    match size {
        Some(size) if size >= SMALLEST_LIMIT => Ok(size),
        Some(_) => Err("the smallest limit is 256K".into()),
        None => Err("write bytes, or a whole number with `K`, `M` or `G`, such as `64M`".into()),
    }
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

    /// Whether what is wrong is annotated.
    pub fn annotates(&self) -> bool {
        self.message_format == Format::Github
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

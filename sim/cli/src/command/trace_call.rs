//! What was typed after `vpyb trace`.
//!
//! Owns the grammar of its verbs. What is meant is decided by the commands.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// `vpyb trace`.
#[derive(Subcommand, Debug)]
pub enum TraceCall {
    /// Shows the state at an instant: tasks, queues, pins, UARTs.
    At {
        /// A trace, or a scenario file.
        trace: String,
        /// The instant, as `1.5s`, `20ms` or as reports print it: `1.018 750`.
        time: String,
        /// Only what concerns this task; `hog` stands for every `hog#n`.
        #[arg(long, conflicts_with = "pin")]
        task: Option<String>,
        /// Only what concerns this pin.
        #[arg(long)]
        pin: Option<String>,
    },
    /// Goes record by record, from an instant on or back from it.
    Step {
        /// A trace, or a scenario file.
        trace: String,
        /// From where.
        #[command(flatten)]
        walk: WalkCall,
        /// Only records about this task; `hog` stands for every `hog#n`.
        #[arg(long)]
        task: Option<String>,
        /// Only records about this pin, its net, or anything else of this name.
        #[arg(long)]
        pin: Option<String>,
        /// Only records of this kind, as the table in docs/trace-format.md spells it: `step`, `uart_rx`.
        #[arg(long)]
        kind: Option<String>,
    },
    /// Finds an event, in the words of scenario files: `uart = "uart4", event = "overrun"`, `prints = "ready"`.
    Find {
        /// A trace, or a scenario file.
        trace: String,
        /// The event.
        event: String,
        /// From where.
        #[command(flatten)]
        walk: WalkCall,
    },
    /// Shows what changed a pin, a task, an LED, a UART, a counter or a device last.
    LastChange {
        /// A trace, or a scenario file.
        trace: String,
        /// Its name, as `X1`, `reader`, `LED1` or `uart4`.
        subject: String,
        /// Before this instant; before the end without it.
        #[arg(long, value_name = "TIME")]
        before: Option<String>,
    },
    /// Shows why something happened: its causes back to their root, and under each late step what was ahead of it.
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
    /// Compares two traces: the first record that differs, both sides from there, what was equal before.
    ///
    /// Exit status: 0 they are equal, 1 they differ.
    Diff {
        /// A trace, or a scenario file.
        a: String,
        /// Another.
        b: String,
    },
    /// Shows figures: of each task its steps and waits, of each device its bytes and losses.
    Stats {
        /// A trace, or a scenario file.
        trace: String,
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

/// From where, in which direction and how far.
#[derive(Args, Debug)]
pub struct WalkCall {
    /// Begins at this instant; without it at the trace's beginning, or with `--back` at its end.
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Goes back instead: this many, from before the instant.
    #[arg(long, value_name = "N", conflicts_with = "count")]
    pub back: Option<usize>,
    /// So many at the most.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub count: usize,
}

/// A form to export to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Export {
    /// Value change dump: pins as waveforms and tasks' states as texts, for GTKWave, Surfer, PulseView or sigrok.
    Vcd,
    /// JSON Lines: one record a line.
    Jsonl,
    /// Trace events for ui.perfetto.dev: tasks as tracks, wake-ups as arrows, pins and rings as counters.
    Perfetto,
    /// Comma-separated values: one record a line, in the columns of `trace step`.
    Csv,
}

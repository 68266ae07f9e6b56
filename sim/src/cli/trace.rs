//! `vpyb trace`: travels in a trace.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use vpyb_core::time::Instant;

use super::arguments::{Arguments, Export, Paths, TraceCall};
use super::files::{complain, find};
use super::output::quiet_pipe;
use super::{EXIT_HELD, EXIT_USAGE};
use crate::runner::{self, Options, Program};
use crate::trace::{self, Seq, State, Trace, Words};

/// How long a scenario that stands for its trace may keep the host in one step.
const PATIENCE: Duration = Duration::from_secs(10);

/// Does what is asked for; gives the exit status.
pub fn trace(arguments: &Arguments, call: &TraceCall, programs: &'static [Program]) -> u8 {
    if arguments.json() && !matches!(call, TraceCall::Export { .. }) {
        complain(arguments, "", "this is for people; `vpyb trace export --to jsonl` writes JSON");
        return EXIT_USAGE;
    }
    let done = match call {
        TraceCall::At { trace, time } => at(arguments, programs, trace, time),
        TraceCall::Why { trace, seq, task, at, limit } => {
            let what = match (seq, task, at) {
                (Some(seq), _, _) => Which::Seq(Seq(*seq)),
                (None, Some(task), Some(at)) => Which::Task(task, at),
                _ => unreachable!("the grammar asks for a number, or for a task and a time"),
            };
            why(arguments, programs, trace, what, *limit)
        }
        TraceCall::Export { trace, to, output } => export(arguments, programs, trace, *to, output.as_deref()),
    };
    match done {
        Ok(()) => EXIT_HELD,
        Err(message) => {
            if !message.is_empty() {
                complain(arguments, "", &message);
            }
            EXIT_USAGE
        }
    }
}

enum Which<'a> {
    Seq(Seq),
    Task(&'a str, &'a str),
}

/// A trace file, or the trace of a scenario that is run now. An empty error was told already.
fn load(arguments: &Arguments, programs: &'static [Program], path: &str) -> Result<Trace, String> {
    let file = path.split_once("::").map_or(path, |(file, _)| file);
    if file.ends_with(".toml") || Path::new(file).is_dir() {
        let found = find(arguments, &Paths::of(path), programs);
        return match &found.scenarios[..] {
            [scenario] => Ok(runner::run_guarded(scenario, programs, Options::default(), PATIENCE).trace),
            [] => Err(String::new()),
            several => {
                let names: Vec<_> = several.iter().map(|scenario| format!("  {}", scenario.name)).collect();
                Err(format!("`{path}` has several scenarios; name one:\n{}", names.join("\n")))
            }
        };
    }
    let bytes = fs::read(path).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    let loaded = trace::read(&bytes).map_err(|error| format!("`{path}`: failed to {error}"))?;
    if !loaded.whole {
        let end = trace::show_instant(loaded.trace.end());
        eprintln!("warning: `{path}` is cut off; it is read up to its last whole block, at {end}");
    }
    Ok(loaded.trace)
}

fn instant(text: &str) -> Result<Instant, String> {
    trace::parse_instant(text).map_err(|error| format!("failed to {error}"))
}

fn at(arguments: &Arguments, programs: &'static [Program], path: &str, time: &str) -> Result<(), String> {
    let instant = instant(time)?;
    let trace = load(arguments, programs, path)?;
    let state = State::at(&trace, instant);
    print(&trace::render_state(&state, &trace))?;
    if instant > trace.end() {
        eprintln!("note: the trace ends at {}", trace::show_instant(trace.end()));
    }
    Ok(())
}

fn why(
    arguments: &Arguments,
    programs: &'static [Program],
    path: &str,
    what: Which<'_>,
    limit: usize,
) -> Result<(), String> {
    let trace = load(arguments, programs, path)?;
    let seq = match what {
        Which::Seq(seq) if trace.get(seq).is_some() => seq,
        Which::Seq(seq) => {
            let last = trace.records().len().saturating_sub(1);
            return Err(format!("there is no record {}; the last one is {last}", seq.0));
        }
        Which::Task(task, at) => {
            let instant = instant(at)?;
            trace::latest_step(&trace, task, instant).ok_or_else(|| {
                format!("no task `{task}` has had a step by {}", trace::show_instant(instant))
            })?
        }
    };
    print(&trace::render_why(&Words::new(&trace), &trace, &trace::why(&trace, seq), limit))
}

fn export(
    arguments: &Arguments,
    programs: &'static [Program],
    path: &str,
    to: Export,
    output: Option<&Path>,
) -> Result<(), String> {
    let trace = load(arguments, programs, path)?;
    let write = |out: &mut dyn Write| match to {
        Export::Vcd => trace::write_vcd(&trace, &mut { out }),
        Export::Jsonl => trace::write_jsonl(&trace, &mut { out }),
    };
    match output {
        Some(file) => fs::File::create(file)
            .map(io::BufWriter::new)
            .and_then(|mut out| write(&mut out).and_then(|()| out.flush()))
            .map_err(|error| format!("cannot write `{}`: {error}", file.display())),
        None => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            quiet_pipe(write(&mut out).and_then(|()| out.flush()))
        }
    }
}

fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    quiet_pipe(writeln!(out, "{}", text.trim_end()))
}

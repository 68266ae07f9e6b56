//! `vpyb trace`: travels in a trace.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::path::Path;
use std::time::Duration;

use clap::Parser;
use vpyb_core::time::Instant;
use vpyb_sim::runner::{self, Options, Program};
use vpyb_sim::trace::{self, About, Seq, Trace, sigrok_commands};
use vpyb_sim::travel::{render_stats, render_why};

use super::arguments::{Arguments, Command, Export, Paths, TraceCall};
use super::files::{complain, find};
use super::output::quiet_pipe;
use super::sought::{Answer, Side, Sought};
use super::travel;
use super::{EXIT_FAILED, EXIT_HELD, EXIT_USAGE};

/// How long a scenario that stands for its trace may keep the host in one step.
const PATIENCE: Duration = Duration::from_secs(10);

/// Does what is asked for; gives the exit status.
pub fn trace(arguments: &Arguments, call: &TraceCall, programs: &'static [Program]) -> u8 {
    if arguments.json() && !matches!(call, TraceCall::Export { .. }) {
        complain(arguments, "", "this is for people; `vpyb trace export --to jsonl` writes JSON");
        return EXIT_USAGE;
    }
    let load = |path: &str| load(arguments, programs, path);
    let done = match call {
        TraceCall::Export { trace, to, output } => {
            load(trace).and_then(|trace| export(&trace, *to, output.as_deref())).map(|()| EXIT_HELD)
        }
        call => ask(call, &load, programs).and_then(|(text, status)| print(&text).map(|()| status)),
    };
    match done {
        Ok(status) => status,
        Err(message) => {
            if !message.is_empty() {
                complain(arguments, "", &message);
            }
            EXIT_USAGE
        }
    }
}

/// What a path stands for.
pub(super) type Load<'a> = &'a dyn Fn(&str) -> Result<Trace, String>;

/// What a verb tells, and its exit status.
fn ask(call: &TraceCall, load: Load<'_>, programs: &[Program]) -> Result<(String, u8), String> {
    let text = match call {
        TraceCall::At { trace, time, task, pin } => {
            let instant = travel::instant(time)?;
            let mut trace = Sought::open(trace, load)?;
            let (text, begin) = trace.ask(About::At(instant), Side::Back, &|trace| {
                let text = travel::at(trace, instant, task.as_deref(), pin.as_deref())?;
                Ok(Answer { told: (text, trace.begin()), is_final: true })
            })?;
            if instant < begin {
                eprintln!(
                    "note: the trace begins at {}; this is the state there",
                    trace::show_instant(begin)
                );
            }
            if instant > trace.end() {
                eprintln!("note: the trace ends at {}", trace::show_instant(trace.end()));
            }
            text
        }
        TraceCall::Step { trace, walk, task, pin, kind } => {
            let (about, side) = travel::place_of(walk)?;
            Sought::open(trace, load)?.ask(about, side, &|trace| {
                travel::step(trace, walk, task.as_deref(), pin.as_deref(), kind.as_deref())
            })?
        }
        TraceCall::Find { trace, event, walk } => {
            let (about, side) = travel::place_of_event(event, walk)?;
            Sought::open(trace, load)?
                .ask(about, side, &|trace| travel::find(trace, event, walk, programs))?
        }
        TraceCall::LastChange { trace, subject, before } => {
            let before = before.as_deref().map(travel::instant).transpose()?;
            let about = About::At(before.unwrap_or(Instant::MAX));
            Sought::open(trace, load)?
                .ask(about, Side::Back, &|found| travel::last_change(found, subject, before, trace))?
        }
        TraceCall::Why { trace, seq, task, at, limit } => {
            let what = match (seq, task, at) {
                (Some(seq), _, _) => Which::Seq(Seq(*seq)),
                (None, Some(task), Some(at)) => Which::Task(task, at),
                _ => unreachable!("the grammar asks for a number, or for a task and a time"),
            };
            let about = what.place()?;
            Sought::open(trace, load)?.ask(about, Side::Back, &|trace| why(trace, what, *limit))?
        }
        TraceCall::Diff { a, b } => {
            let (text, differ) = travel::diff(&load(a)?, &load(b)?)?;
            return Ok((text, if differ { EXIT_FAILED } else { EXIT_HELD }));
        }
        TraceCall::Stats { trace } => render_stats(&load(trace)?),
        TraceCall::Export { .. } => return Err("an export tells nothing: it is written".into()),
    };
    Ok((text, EXIT_HELD))
}

/// What `vpyb trace` tells on standard output for these words; for documents that show it.
///
/// # Errors
/// What it would complain of, if it is one sentence of its own.
pub fn trace_told(words: &[&str], programs: &'static [Program]) -> Result<String, String> {
    let typed = ["vpyb", "trace"].iter().chain(words);
    let arguments = Arguments::try_parse_from(typed).map_err(|error| error.to_string())?;
    match &arguments.command {
        Command::Trace(call) => {
            ask(call, &|path| load(&arguments, programs, path), programs).map(|(text, _)| text)
        }
        _ => unreachable!("`trace` was typed"),
    }
}

#[derive(Clone, Copy)]
enum Which<'a> {
    Seq(Seq),
    Task(&'a str, &'a str),
}

impl Which<'_> {
    fn place(self) -> Result<About, String> {
        match self {
            Self::Seq(seq) => Ok(About::Record(seq)),
            Self::Task(_, at) => travel::instant(at).map(About::At),
        }
    }
}

pub(super) fn is_scenario(path: &str) -> bool {
    let file = path.split_once("::").map_or(path, |(file, _)| file);
    file.ends_with(".toml") || Path::new(file).is_dir()
}

/// A trace file, or the trace of a scenario that is run now. An empty error was told already.
pub(super) fn load(arguments: &Arguments, programs: &'static [Program], path: &str) -> Result<Trace, String> {
    if is_scenario(path) {
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
    let unreadable = |error: &dyn fmt::Display| format!("cannot read `{path}`: {error}");
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let loaded = trace::read(BufReader::new(file)).map_err(|error| match error {
        trace::ReadError::Io(error) => unreadable(&error),
        error => format!("`{path}`: failed to {error}"),
    })?;
    if !loaded.whole {
        let end = trace::show_instant(loaded.trace.end());
        eprintln!("warning: `{path}` is cut off; it is read up to its last whole block, at {end}");
    }
    Ok(loaded.trace)
}

fn why(trace: &Trace, what: Which<'_>, limit: usize) -> travel::Asked {
    let seq = match what {
        Which::Seq(seq) if trace.get(seq).is_some() => seq,
        Which::Seq(seq) => {
            let last = trace.next().0.saturating_sub(1);
            return Err(match trace.first().0 {
                0 => format!("there is no record {}; the last one is {last}", seq.0),
                first => format!("there is no record {}; this trace has {first} to {last}", seq.0),
            });
        }
        Which::Task(task, at) => {
            let instant = travel::instant(at)?;
            trace::latest_step(trace, task, instant).ok_or_else(|| {
                format!("no task `{task}` has had a step by {}", trace::show_instant(instant))
            })?
        }
    };
    // The last of a chain is its root, or is caused by what is not in this part.
    let chain = trace::why(trace, seq);
    let root = chain.last().and_then(|last| trace.get(last.seq)).is_none_or(|last| last.cause.is_none());
    Ok(Answer { told: render_why(trace, seq, limit), is_final: root || chain.len() > limit })
}

fn export(trace: &Trace, to: Export, output: Option<&Path>) -> Result<(), String> {
    let write = |out: &mut dyn Write| match to {
        Export::Vcd => trace::write_vcd(trace, &mut { out }),
        Export::Jsonl => trace::write_jsonl(trace, &mut { out }),
        Export::Perfetto => trace::write_perfetto(trace, &mut { out }),
        Export::Csv => trace::write_csv(trace, &mut { out }),
    };
    let Some(file) = output else {
        let mut out = io::BufWriter::new(io::stdout().lock());
        return quiet_pipe(write(&mut out).and_then(|()| out.flush()));
    };
    fs::File::create(file)
        .map(io::BufWriter::new)
        .and_then(|mut out| write(&mut out).and_then(|()| out.flush()))
        .map_err(|error| format!("cannot write `{}`: {error}", file.display()))?;
    let file = file.display().to_string();
    match to {
        Export::Vcd => sigrok_commands(trace, &file).iter().for_each(|line| eprintln!("{line}")),
        Export::Perfetto => {
            eprintln!("open it at https://ui.perfetto.dev: `Open trace file`; it stays on this machine")
        }
        Export::Jsonl | Export::Csv => {}
    }
    Ok(())
}

fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    quiet_pipe(writeln!(out, "{}", text.trim_end()))
}

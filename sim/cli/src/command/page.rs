//! `vpyb report`: a run as one HTML page.
//!
//! Owns how a page gets its judgement: a scenario is judged by what it says; a trace file by the scenario that it names,
//! if that is at hand.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use vpyb_sim::expect::{self, Judgement};
use vpyb_sim::page::{Judged, write_page};
use vpyb_sim::runner::Program;
use vpyb_sim::trace::Trace;

use super::arguments::{Arguments, Paths, ReportCall};
use super::files::{complain, find};
use super::trace::load;
use super::{EXIT_HELD, EXIT_USAGE};

/// Writes the page; gives the exit status.
pub fn report(arguments: &Arguments, call: &ReportCall, programs: &'static [Program]) -> u8 {
    let written = load(arguments, programs, &call.trace).and_then(|trace| {
        let judgement = judgement(arguments, &trace, programs);
        let judged =
            judgement.as_ref().map(|judged| Judged { verdict: &judged.verdict, findings: &judged.findings });
        if judged.is_none() {
            eprintln!("note: `{}` is not at hand, so the page judges nothing", trace.meta().scenario);
        }
        fs::File::create(&call.output)
            .map(io::BufWriter::new)
            .and_then(|mut out| write_page(&trace, judged, &mut out).and_then(|()| out.flush()))
            .map_err(|error| format!("cannot write `{}`: {error}", call.output.display()))
    });
    match written {
        Ok(()) => EXIT_HELD,
        Err(message) => {
            if !message.is_empty() {
                complain(arguments, "", &message);
            }
            EXIT_USAGE
        }
    }
}

/// What the scenario that a trace names says of it. A part of a run is not judged.
fn judgement(arguments: &Arguments, trace: &Trace, programs: &'static [Program]) -> Option<Judgement> {
    let name = &trace.meta().scenario;
    let file = name.split_once("::").map_or(name.as_str(), |(file, _)| file);
    if trace.before().is_some() || !Path::new(file).is_file() {
        return None;
    }
    let found = find(arguments, &Paths::of(name), programs);
    found.scenarios.first().map(|scenario| expect::judge(trace, scenario))
}

//! The verbs of `vpyb trace` that move in a trace.
//!
//! Owns how what was typed becomes what is asked of `travel`, and the sentences for what is not there.

use vpyb_core::time::Instant;
use vpyb_sim::expect::{self, Roster};
use vpyb_sim::runner::Program;
use vpyb_sim::trace::{self, About, State, Trace, Words, show_instant};
use vpyb_sim::travel::{self, Filter, Subject, Walk};

use super::events::event_of_trace;
use super::sought::{Answer, Side};
use super::trace_call::WalkCall;

/// Text to print, or why there is none.
pub type Told = Result<String, String>;
/// The same of a part of a trace.
pub(super) type Asked = Result<Answer<String>, String>;

/// About which place a walk is, and on which side of it.
pub(super) fn place_of(call: &WalkCall) -> Result<(About, Side), String> {
    let from = call.from.as_deref().map(instant).transpose()?;
    Ok(match call.back {
        Some(_) => (About::At(from.unwrap_or(Instant::MAX)), Side::Back),
        None => (About::At(from.unwrap_or(Instant::ZERO)), Side::On),
    })
}

/// The instant that a text means.
pub fn instant(text: &str) -> Result<Instant, String> {
    trace::parse_instant(text).map_err(|error| format!("failed to {error}"))
}

/// The state at an instant, or what concerns a task or a pin of it.
pub fn at(trace: &Trace, instant: Instant, task: Option<&str>, pin: Option<&str>) -> Told {
    let state = State::at(trace, instant);
    if let Some(name) = task {
        let tasks = state.scheduling.tasks.iter();
        let own = |name: &str, own: &trace::TaskState| {
            own.name.is_some_and(|own| expect::matches_task(name, trace.text(own)))
        };
        let wanted: Vec<_> = tasks.filter(|(_, state)| own(name, state)).map(|(&task, _)| task).collect();
        if wanted.is_empty() {
            let words = Words::new(trace);
            let known: Vec<_> =
                state.scheduling.tasks.keys().map(|&task| format!("`{}`", words.task(task))).collect();
            let there = if known.is_empty() {
                "no task is there yet".into()
            } else {
                format!("there are {}", known.join(", "))
            };
            return Err(format!("there is no task `{name}` at {}; {there}", show_instant(instant)));
        }
        return Ok(trace::render_tasks(&state, trace, &wanted));
    }
    match pin {
        None => Ok(trace::render_state(&state, trace)),
        Some(name) => match trace.names().find(name).filter(|name| state.wires.pins.contains_key(name)) {
            Some(pin) => Ok(trace::render_pin(&state, trace, pin)),
            None => Err(format!("the board has no pin `{name}`; `vpyb board` lists its pins")),
        },
    }
}

/// About which place the search for an event is: what is counted is counted from the beginning on.
pub(super) fn place_of_event(event: &str, call: &WalkCall) -> Result<(About, Side), String> {
    let place = place_of(call)?;
    Ok(if is_counted(event) { (About::At(Instant::ZERO), Side::On) } else { place })
}

fn is_counted(event: &str) -> bool {
    ["nth", "once_per"].iter().any(|key| event.contains(key))
}

/// Records one by one.
pub(super) fn step(
    trace: &Trace,
    call: &WalkCall,
    task: Option<&str>,
    pin: Option<&str>,
    kind: Option<&str>,
) -> Asked {
    let (walk, filter) = (walk(trace, call)?, Filter::new(trace, task, pin, kind)?);
    let found = travel::walk(trace, &filter, walk);
    if found.is_empty() {
        let side = if walk.back { "before" } else { "from" };
        return Err(format!("there is no such record {side} {}", show_instant(walk.from)));
    }
    let is_final = found.len() == walk.count;
    Ok(Answer { told: travel::rows(&Words::new(trace), trace, found), is_final })
}

/// Where an event happened.
pub(super) fn find(trace: &Trace, text: &str, call: &WalkCall, programs: &[Program]) -> Asked {
    let event = event_of_trace(text, trace, programs)?;
    let walk = walk(trace, call)?;
    let found = travel::find(trace, &event, walk);
    if found.is_empty() {
        let (what, at) = (expect::phrase(&event), show_instant(walk.from));
        let stranger = expect::stranger(&Roster::of(trace), &event);
        let side = if walk.back { "before" } else { "from" };
        return Err(stranger.unwrap_or_else(|| format!("`{what}` is not seen {side} {at}")));
    }
    let is_final = found.len() == walk.count && !is_counted(text);
    Ok(Answer { told: travel::rows(&Words::new(trace), trace, found), is_final })
}

fn walk(trace: &Trace, call: &WalkCall) -> Result<Walk, String> {
    let back = call.back.is_some();
    let from = match &call.from {
        Some(text) => instant(text)?,
        None if back => after(trace),
        None => trace.begin(),
    };
    Ok(Walk { from, back, count: call.back.unwrap_or(call.count) })
}

/// The instant that everything is before.
fn after(trace: &Trace) -> Instant {
    Instant::from_nanos(trace.end().as_nanos().saturating_add(1))
}

/// What changed something last, and why: the nearest causes.
pub(super) fn last_change(trace: &Trace, subject: &str, before: Option<Instant>, path: &str) -> Asked {
    let (until, said) = match before {
        Some(until) => (until, format!("before {}", show_instant(until))),
        None => (after(trace), "in this trace".to_owned()),
    };
    let what = Subject::of(trace, subject)?;
    let Some(seq) = travel::last_change(trace, &what, until) else {
        return Err(format!("nothing has changed `{subject}` {said}"));
    };
    let row = travel::rows(&Words::new(trace), trace, [seq]);
    Ok(Answer { told: format!("{row}\nwhy: vpyb trace why {path} {}", seq.0), is_final: true })
}

/// Where two traces part: the text, and whether they do.
pub fn diff(a: &Trace, b: &Trace) -> Result<(String, bool), String> {
    match travel::diff(a, b)? {
        Some(at) => Ok((travel::render_divergence(a, b, at), true)),
        None => Ok((format!("equal: {} records, up to {}", a.records().len(), show_instant(a.end())), false)),
    }
}

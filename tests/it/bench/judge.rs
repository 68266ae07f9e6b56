//! Whether our lines of a run are a recording's.
//!
//! Owns what is left out on both sides, and how two runs compare: line by line, then how many dull steps there were, then
//! how the run ended.

use serde_json::Value;

use super::board::PART;
use super::drive::End;

/// How a recording and our run compare.
pub struct Comparison {
    /// How many lines agree from the beginning.
    pub same: usize,
    /// The first difference, if there is one.
    pub difference: Option<Difference>,
}

/// Where two runs part.
pub struct Difference {
    /// The recording's line; empty behind its end.
    pub recorded: String,
    /// Ours.
    pub ours: String,
    /// Both, with what is around them, to be read by people.
    pub text: String,
}

/// How one of our runs ended, in the recordings' words. An error is one, whatever it says.
pub fn ending(end: &End) -> &'static str {
    match end {
        End::Returned(Ok(())) => "return",
        End::Returned(Err(_)) => ERROR,
        End::Until => "stop:until",
        End::Idle => "stop:idle",
    }
}

/// The run ended in an error.
pub const ERROR: &str = "exc";
/// The run ended in no error; how is not known.
pub const WELL: &str = "well";

/// Compares the lines of a recording with ours of a run that ended as `ending` says.
///
/// A recording may leave out what tasks with certain names do (`mute`), and dull steps (`nospin`), which it counts.
pub fn judge(
    name: &str,
    recording: &[Value],
    mut theirs: Vec<String>,
    mut ours: Vec<String>,
    ending: &str,
) -> Comparison {
    let (meta, exit) = (&recording[0], recording.last().expect("a recording has an end"));
    let words = meta["mute"].as_array().into_iter().flatten();
    let muted: Vec<&str> = words.map(|word| word.as_str().expect("a word")).collect();
    let is_muted = |line: &str| {
        let step = line[9..].strip_prefix(" step ");
        step.is_some_and(|step| muted.iter().any(|word| step.starts_with(word)) && !step.contains(" throw "))
    };
    let spins = (meta["nospin"] == 1).then(|| take_out_spins(&mut ours));
    ours.retain(|line| !is_muted(line) && line[9..].strip_prefix(" print ") != Some(PART));
    let reason = exit["reason"].as_str().expect("how it ended");
    let recorded_ending = match reason {
        _ if reason.starts_with("exc:") => ERROR,
        _ if ending == WELL => WELL,
        reason => reason,
    };
    // After a crash the number of dull steps is not known to be that of the whole run.
    if let Some(spins) = spins.filter(|_| ending != ERROR) {
        let recorded = recording.iter().filter(|line| line["k"] == "spin");
        let recorded: u64 = recorded.filter_map(|line| line["n"].as_u64()).sum();
        theirs.push(format!("{:>9} {recorded} dull steps", ""));
        ours.push(format!("{:>9} {spins} dull steps", ""));
    }
    theirs.push(format!("{:>9} exit {recorded_ending}", ""));
    ours.push(format!("{:>9} exit {ending}", ""));
    compare(name, &theirs, &ours)
}

/// Takes dull steps out of a list of ours, as the recordings of spinning programs were taken: steps that were not
/// the first, brought nothing, took no time, and came back with a zero delay. Gives their number.
fn take_out_spins(lines: &mut Vec<String>) -> usize {
    let word = |line: &str| line[9..].trim_start().split(' ').next().unwrap_or("").to_owned();
    let zero =
        |line: &str| [" -> none", " -> delay 0", " -> sleep_ms 0"].iter().any(|end| line.ends_with(end));
    let inside = |line: &str| !matches!(word(line).as_str(), "step" | "cb" | "poll");
    // What the outside does belongs to no step.
    let outside = |line: &str| word(line) == "pin" || line.contains(" op -  pin_edge ");
    let all = std::mem::take(lines);
    let dull = |at: usize| {
        let mut after = all[at + 1..].iter().skip_while(|line| outside(line));
        word(&all[at]) == "step" && zero(&all[at]) && !after.next().is_some_and(|line| inside(line))
    };
    *lines = (0..all.len()).filter(|&at| !dull(at)).map(|at| all[at].clone()).collect();
    all.len() - lines.len()
}

fn compare(name: &str, theirs: &[String], ours: &[String]) -> Comparison {
    let same = ours.iter().zip(theirs).take_while(|(ours, theirs)| ours == theirs).count();
    if same == theirs.len() && same == ours.len() {
        return Comparison { same, difference: None };
    }
    let line = |lines: &[String]| lines.get(same).cloned().unwrap_or_default();
    let from = same.saturating_sub(6);
    let shown = |lines: &[String]| lines[from.min(lines.len())..(same + 4).min(lines.len())].join("\n");
    let text = format!(
        "{name} differs at line {same}\n--- recorded\n{}\n--- ours\n{}\n",
        shown(theirs),
        shown(ours)
    );
    Comparison { same, difference: Some(Difference { recorded: line(theirs), ours: line(ours), text }) }
}

//! Annotations: commands of GitHub's workflows, each of which marks a line of a file.
//!
//! Owns how they are written. What is told so, and when, stands with those who tell it.

use vpyb_sim::report::{FindingLine, OutcomeLine};
use vpyb_sim::scenario::Diagnostic;

/// A finding of a run.
pub fn of_finding(outcome: &OutcomeLine, finding: &FindingLine) -> String {
    let title = format!("{} {}", finding.code, finding.title);
    let message = format!("{}: {}", outcome.scenario, finding.message);
    mark("error", &finding.path, (finding.line, finding.column), title.trim_end(), &message)
}

/// A problem of a file, or what is to be reviewed in it.
pub fn of_diagnostic(path: &str, diagnostic: &Diagnostic) -> String {
    let place = (Some(diagnostic.line), Some(diagnostic.column));
    let help = diagnostic.help.iter().map(|help| format!("\nhelp: {help}")).collect::<String>();
    let level = if diagnostic.is_warning() { "warning" } else { "error" };
    mark(level, path, place, diagnostic.code, &format!("{}{help}", diagnostic.message))
}

/// What is wrong with a file as a whole, or with the call if the path is empty.
pub fn of_complaint(path: &str, message: &str) -> String {
    mark("error", path, (None, None), "", message)
}

fn mark(
    level: &str,
    path: &str,
    (line, column): (Option<usize>, Option<usize>),
    title: &str,
    message: &str,
) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |key: &str, text: &str| {
        let text = data(text).replace(':', "%3A").replace(',', "%2C");
        (!text.is_empty()).then(|| format!("{key}={text}"))
    };
    let place = |key: &str, at: Option<usize>| at.map(|at| format!("{key}={at}"));
    let properties =
        [property("file", path), place("line", line), place("col", column), property("title", title)];
    let properties = properties.into_iter().flatten().collect::<Vec<_>>().join(",");
    let space = if properties.is_empty() { "" } else { " " };
    format!("::{level}{space}{properties}::{}", data(message))
}

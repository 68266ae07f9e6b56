//! `vpyb bench`: how long a task waits for its next turn, on this machine and on the virtual board.
//!
//! Owns which numbers of tasks, disciplines and profiles are measured, in which order, and what is printed of it. On this
//! machine a turn takes what the event loop takes; on the board it takes what the profile says, always the same.

mod chart;
mod on_board;
mod on_host;
mod progress;
mod turns;

use serde_json::{Value, json};
use vpyb_core::Discipline;

use super::EXIT_HELD;
use super::arguments::{Arguments, BenchCall};
use super::output::say;
use chart::Table;
use on_board::{OnBoard, Way};
use on_host::OnHost;
use progress::Progress;
use vpyb_sim::board::Profile;

/// How many tasks take turns, unless the call says.
const TASKS: &[usize] = &[1, 3, 10, 100];

/// Measures; gives the exit status.
pub fn bench(arguments: &Arguments, call: &BenchCall) -> u8 {
    let tasks = if call.tasks.is_empty() { TASKS } else { &call.tasks[..] };
    let disciplines = disciplines(&call.discipline);
    let on_host = if call.no_host { 0 } else { tasks.len() * disciplines.len() };
    let on_board = tasks.len() * disciplines.len() * profiles().count() * Way::ALL.len();
    let mut progress = Progress::new(on_host + on_board, !arguments.json());
    if !call.no_host {
        let mut rows = Vec::new();
        for &discipline in &disciplines {
            for &tasks in tasks {
                progress.goes_on(format_args!("this machine, {}, {tasks} tasks", discipline.name()));
                rows.push(on_host::measure(discipline, tasks));
            }
        }
        progress.clear();
        if arguments.json() {
            rows.iter().for_each(|row| say(of_host(row)));
        } else {
            say(host_table(&rows));
        }
    }
    for profile in profiles() {
        let rows = measure_on_board(profile, &disciplines, tasks, &mut progress);
        progress.clear();
        if arguments.json() {
            rows.iter().for_each(|row| say(of_board(profile, row)));
        } else {
            say(board_table(profile, &rows));
        }
    }
    EXIT_HELD
}

/// What `vpyb bench --no-host` prints for these numbers of tasks and this discipline.
pub fn virtual_turns(tasks: &[usize], discipline: &str) -> String {
    let disciplines = disciplines(&[discipline.to_owned()]);
    let mut quiet = Progress::new(0, false);
    let tables = profiles().map(|profile| {
        let rows = measure_on_board(profile, &disciplines, tasks, &mut quiet);
        board_table(profile, &rows) + "\n"
    });
    tables.collect()
}

/// Those of these names; all, if none is named.
fn disciplines(names: &[String]) -> Vec<Discipline> {
    let asked =
        |discipline: &&Discipline| names.is_empty() || names.iter().any(|name| name == discipline.name());
    Discipline::ALL.iter().filter(asked).copied().collect()
}

/// Those under which a turn takes time.
fn profiles() -> impl Iterator<Item = Profile> {
    Profile::ALL.iter().copied().filter(|profile| !profile.step.is_zero())
}

fn measure_on_board(
    profile: Profile,
    disciplines: &[Discipline],
    tasks: &[usize],
    progress: &mut Progress,
) -> Vec<OnBoard> {
    let mut rows = Vec::new();
    for &discipline in disciplines {
        for way in Way::ALL {
            for &tasks in tasks {
                progress.goes_on(format_args!("{}, {}, {tasks} tasks", profile.name, discipline.name()));
                rows.push(on_board::measure(profile, discipline, way, tasks));
            }
        }
    }
    rows
}

fn host_table(rows: &[OnHost]) -> String {
    let mut table = Table::new(["discipline", "tasks", "least", "p50", "p99", "max"]);
    for row in rows {
        let ns = |figure: f64| format!("{figure:.1}");
        let (name, tasks) = (row.discipline.name().to_owned(), row.tasks.to_string());
        table.row([name, tasks, ns(row.least), ns(row.p50), ns(row.p99), ns(row.max)], row.p50);
    }
    format!(
        "This machine: nanoseconds of the event loop for a turn, a bare yield, without board and trace.\n\
         Half of the rounds took at most p50, 99 in 100 at most p99.\n\n{table}"
    )
}

fn of_host(row: &OnHost) -> Value {
    json!({
        "kind": "host_turn",
        "discipline": row.discipline.name(),
        "tasks": row.tasks,
        "turns": row.turns,
        "least_ns": row.least,
        "p50_ns": row.p50,
        "p99_ns": row.p99,
        "max_ns": row.max,
    })
}

fn board_table(profile: Profile, rows: &[OnBoard]) -> String {
    let mut table =
        Table::new(["discipline", "yields by", "tasks", "p50", "p99", "max", "a turn", "published"]);
    for row in rows {
        let cells = [
            row.discipline.name().to_owned(),
            row.way.word().to_owned(),
            row.tasks.to_string(),
            row.p50.to_string(),
            row.p99.to_string(),
            row.max.to_string(),
            row.turn.to_string(),
            row.published(profile).map_or(String::new(), |published| published.to_string()),
        ];
        table.row(cells, row.p50.as_nanos() as f64);
    }
    format!(
        "Virtual board, profile {}: how long a task waits until its next turn.\n\
         A turn is the mean of that by the number of tasks; published: what a Pyboard v1.1 was measured at.\n\
         The hog is one more task, which keeps the CPU for 4 ms and sleeps for 20 ms.\n\n{table}",
        profile.name
    )
}

fn of_board(profile: Profile, row: &OnBoard) -> Value {
    json!({
        "kind": "virtual_turn",
        "profile": profile.name,
        "discipline": row.discipline.name(),
        "yields_by": row.way.word(),
        "tasks": row.tasks,
        "turns": row.turns,
        "p50_ns": row.p50.as_nanos(),
        "p99_ns": row.p99.as_nanos(),
        "max_ns": row.max.as_nanos(),
        "turn_ns": row.turn.as_nanos(),
        "published_turn_ns": row.published(profile).map(|published| published.as_nanos()),
    })
}

//! The tables of `docs/cancellation.md`: what a task does, and what an interrupt does there, under each discipline.
//!
//! Owns what a row is: its words, and what happens in its program, in whole lists with exact times. The document's tables
//! are made of the words, and each cell is tested by what happens.
//!
//! | file | owns |
//! |---|---|
//! | `cancelled` | when a cancellation arrives |
//! | `timed_out` | when a time-out arrives |
//! | `handled` | what the task, and who awaits it, may make of an interrupt |
//! | `left_behind` | what an interrupt leaves behind |

mod cancelled;
mod handled;
mod left_behind;
mod timed_out;
mod waits;

use vpyb_core::time::Duration;
use vpyb_sim::scenario::model::Scenario;

use crate::trial::{Rules, TopLevel, differences};

/// A row of a table.
struct Row {
    head: &'static str,
    /// What is changed in the scenario: nothing, or that steps cost something.
    change: fn(&mut Scenario),
    main: TopLevel,
    /// In the order of [`Rules::ALL`].
    cells: [Cell; 4],
}

/// What a table says, and what happens.
#[derive(Clone, Copy)]
struct Cell(&'static str, &'static [&'static str]);

/// Nothing costs anything.
const FREE: fn(&mut Scenario) = |_| ();
/// A step costs 10 us, so that time passes for a task that spins.
const SPINS: fn(&mut Scenario) = |scenario| scenario.cpu.step = Some(Duration::from_micros(10));

/// A table by its name in the document, in Markdown.
pub fn table(name: &str) -> String {
    let (corner, rows) = match name {
        "cancelled" => ("the task", cancelled::ROWS),
        "timed out" => ("the task", timed_out::ROWS),
        "handled" => ("the task", handled::ROWS),
        "left behind" => ("what", left_behind::ROWS),
        _ => panic!("there is no table of what is {name}"),
    };
    let mut text = format!(
        "| {corner} | `uasyncio-v2` | `fast-io` | `fast-io` with an I/O queue | `asyncio-v3` |\n|---|---|---|---|---|\n"
    );
    for row in rows {
        let words = row.cells.map(|Cell(words, _)| format!(" {words} |"));
        text += &format!("| {} |{}\n", row.head, words.concat());
    }
    text
}

/// Runs the program of each cell, and compares all that happens.
fn check(rows: &[Row]) {
    let mut differ = String::new();
    for row in rows {
        for (rules, Cell(words, lines)) in Rules::ALL.into_iter().zip(row.cells) {
            if let Some(difference) = differences(rules, row.change, row.main, lines) {
                differ += &format!("| {} | {rules:?} | {words} |\n{difference}", row.head);
            }
        }
    }
    assert!(differ.is_empty(), "{differ}");
}

#[test]
fn a_cancellation_arrives_as_the_table_says() {
    check(cancelled::ROWS);
}

#[test]
fn a_time_out_arrives_as_the_table_says() {
    check(timed_out::ROWS);
}

#[test]
fn a_task_makes_of_an_interrupt_what_the_table_says() {
    check(handled::ROWS);
}

#[test]
fn an_interrupt_leaves_behind_what_the_table_says() {
    check(left_behind::ROWS);
}

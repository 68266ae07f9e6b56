//! A strip as signs, one for each column of the screen.
//!
//! Owns the signs. Where several things fall into one column, the one shown is the one that is asked about most:
//! running before ready before the rest.

use vpyb_core::time::Instant;
use vpyb_sim::trace::record::NetLevel;
use vpyb_sim::trace::{Change, Lane};
use vpyb_sim::travel::{Edge, Marks, Word};

use super::scale::Scale;

/// A sign and what it stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The sign.
    pub sign: char,
    /// What colours it.
    pub tone: Tone,
}

/// What a sign stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Nothing.
    Plain,
    /// A task that runs.
    Running,
    /// A task that waits for its turn.
    Ready,
    /// A task that waits for something else.
    Waiting,
    /// A wire.
    Wire,
    /// A word.
    Word,
    /// Something was lost.
    Bad,
}

const BLANK: Cell = Cell { sign: ' ', tone: Tone::Plain };

/// The cells of a strip.
pub fn cells(marks: &Marks, scale: &Scale) -> Vec<Cell> {
    match marks {
        Marks::Task(changes) => task(changes, scale),
        Marks::Pin(edges) => pin(edges, scale),
        Marks::Words(words) => spelt(words, scale),
    }
}

/// The signs of a task's states, for the legend.
pub const LEGEND: &str = "█ running  ▒ ready  · sleeping  ─ waiting  ┄ parked";

fn of_lane(lane: Lane) -> Cell {
    let (sign, tone) = match lane {
        Lane::Running => ('█', Tone::Running),
        Lane::Ready => ('▒', Tone::Ready),
        Lane::Sleeping => ('·', Tone::Waiting),
        Lane::Waiting(_) => ('─', Tone::Waiting),
        Lane::Parked => ('┄', Tone::Waiting),
        Lane::New | Lane::Ended => (' ', Tone::Plain),
    };
    Cell { sign, tone }
}

fn task(changes: &[Change], scale: &Scale) -> Vec<Cell> {
    let weight = |lane: Lane| match lane {
        Lane::Running => 4,
        Lane::Ready => 3,
        Lane::Sleeping | Lane::Waiting(_) | Lane::Parked => 2,
        Lane::New | Lane::Ended => 1,
    };
    let column = |column: u16| {
        let first = changes.partition_point(|change| change.at <= scale.begins(column));
        let after = changes.partition_point(|change| change.at < scale.begins(column + 1));
        let inside = &changes[first.saturating_sub(1)..after.max(first)];
        // What began before the run's strip does is nothing.
        let lane = inside.iter().map(|change| change.lane).max_by_key(|&lane| weight(lane));
        lane.map_or(BLANK, of_lane)
    };
    (0..scale.columns).map(column).collect()
}

fn pin(edges: &[Edge], scale: &Scale) -> Vec<Cell> {
    let column = |column: u16| {
        let first = edges.partition_point(|edge| edge.at <= scale.begins(column));
        let after = edges.partition_point(|edge| edge.at < scale.begins(column + 1));
        let sign = match (after.saturating_sub(first), first.checked_sub(1).map(|at| edges[at].level)) {
            (0, Some(NetLevel::Low)) => '▁',
            (0, Some(NetLevel::High)) => '▔',
            (0, Some(NetLevel::Floating)) => '┈',
            (0, None) => ' ',
            (1, _) => '│',
            _ => '▓',
        };
        Cell { sign, tone: Tone::Wire }
    };
    (0..scale.columns).map(column).collect()
}

/// Words where they begin, as far as the next one leaves room.
fn spelt(words: &[Word], scale: &Scale) -> Vec<Cell> {
    let mut cells = vec![BLANK; usize::from(scale.columns)];
    let first = words.partition_point(|word| word.from < scale.begin);
    let shown = words[first..].iter().take_while(|word| word.from < scale.end());
    let mut free = 0;
    for word in shown {
        let Some(begin) = scale.column_of(word.from).map(usize::from) else { continue };
        let tone = if word.text.starts_with("LOST") { Tone::Bad } else { Tone::Word };
        if begin < free {
            // There is more than can be written.
            cells[free - 1] = Cell { sign: '…', tone };
            continue;
        }
        for (cell, sign) in cells[begin..].iter_mut().zip(word.text.chars().filter(|sign| !sign.is_control()))
        {
            *cell = Cell { sign, tone };
        }
        free = begin + word.text.chars().count().clamp(1, cells.len() - begin) + 1;
        free = free.min(cells.len());
    }
    cells
}

/// The columns between two instants that are shown, for a header that says when.
pub fn ticks(scale: &Scale, every: u16, show: impl Fn(Instant) -> String) -> String {
    let mut text = String::new();
    for column in (0..scale.columns).step_by(every.into()) {
        let label = format!("╵{}", show(scale.begins(column)));
        let room = usize::from(every.min(scale.columns - column));
        text.extend(label.chars().chain(std::iter::repeat(' ')).take(room));
    }
    text
}

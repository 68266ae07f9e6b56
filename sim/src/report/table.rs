//! The last events of the parts involved, in columns.
//!
//! Owns which records are shown and how they are aligned. How one reads is in [`events`](super::events).

use std::collections::{BTreeSet, VecDeque};

use super::events::{Row, describe};
use super::{Outcome, Paint, brief};
use crate::expect::{Finding, Focus, Subjects, clock, matches_task};
use crate::trace::record::{Entry, Kind, Task};
use crate::trace::{Name, Record, Seq};

/// So many rows lead up to the stretch of interest.
const LEAD: usize = 3;
/// So many lead up to a single record.
const LEAD_TO_ONE: usize = 8;
/// Of a long list so many first and last rows are shown.
const HEAD: usize = 5;
const TAIL: usize = 8;

const TITLES: [&str; 5] = ["time", "Δ", "task", "pin/bus", "event"];

/// The events that a finding is about; empty if there are none.
pub(super) fn events(outcome: &Outcome, finding: &Finding, paint: Paint) -> String {
    let shown = choose(outcome, finding);
    if shown.is_empty() {
        return String::new();
    }
    let mut rows: Vec<Option<Row>> = Vec::new();
    for (i, seq) in shown.iter().enumerate() {
        let elided = shown.len() > HEAD + TAIL && (HEAD..shown.len() - TAIL).contains(&i);
        match outcome.trace.get(*seq) {
            Some(record) if !elided => rows.push(Some(describe(outcome.trace, &outcome.roster, &record))),
            _ if i == HEAD => rows.push(None),
            _ => {}
        }
    }
    lay_out(&rows, paint)
}

/// The records to show, in order.
fn choose(outcome: &Outcome, finding: &Finding) -> Vec<Seq> {
    let trace = outcome.trace;
    let cast = Cast::new(outcome, &finding.subjects);
    let last = trace.records().len().saturating_sub(1) as u32;
    let focus = finding.focus.unwrap_or(Focus::at(Seq(last)));
    // A single record says little without what led to it.
    let lead = if focus.from == focus.to { LEAD_TO_ONE } else { LEAD };
    let mut before: VecDeque<Seq> = VecDeque::new();
    let mut running = None;
    let mut inside: Vec<Seq> = Vec::new();
    for (seq, record) in trace.iter() {
        if seq > focus.to {
            break;
        }
        if seq < focus.from {
            if let Kind::Step { took, .. } = record.kind {
                running = Some((seq, record.at + took));
            }
            if cast.plays(&record) {
                before.push_back(seq);
                if before.len() > lead {
                    before.pop_front();
                }
            }
        } else if cast.plays(&record) || seq == focus.from || seq == focus.to {
            inside.push(seq);
        }
    }
    let mut shown: BTreeSet<Seq> = before.into_iter().collect();
    if let Some((seq, ends)) = running
        && trace.get(focus.from).is_some_and(|record| record.at < ends)
    {
        shown.insert(seq);
    }
    shown.extend(inside);
    shown.into_iter().collect()
}

/// The parts involved, looked up once.
struct Cast<'a> {
    outcome: &'a Outcome<'a>,
    subjects: &'a Subjects,
    tasks: BTreeSet<Task>,
}

impl<'a> Cast<'a> {
    fn new(outcome: &'a Outcome, subjects: &'a Subjects) -> Self {
        let named = |(_, own): &(Task, &str)| subjects.tasks.iter().any(|wanted| matches_task(wanted, own));
        let tasks = outcome.roster.tasks().filter(named).map(|(task, _)| task).collect();
        Self { outcome, subjects, tasks }
    }

    /// Whether the record is about one of the parts; with no part involved, whether it is of general interest.
    fn plays(&self, record: &Record) -> bool {
        if self.subjects.is_empty() {
            return matches!(
                record.kind,
                Kind::Step { .. }
                    | Kind::Line { .. }
                    | Kind::Finished { .. }
                    | Kind::Interrupted { .. }
                    | Kind::QueueFull { .. }
                    | Kind::LoopStopped { .. }
                    | Kind::Stimulus { .. }
                    | Kind::Fault { .. }
                    | Kind::Verdict { .. }
            );
        }
        let uart = |uart: Name| self.subjects.uarts.contains(self.outcome.trace.text(uart));
        match record.kind {
            Kind::TaskCreated { task, .. }
            | Kind::Ready { entry: Entry::Task(task), .. }
            | Kind::Step { task, .. }
            | Kind::CancelRequested { task }
            | Kind::PartCancelled { task: Some(task), .. }
            | Kind::TimeoutExpired { task: Some(task) }
            | Kind::Interrupted { task, .. }
            | Kind::Finished { task }
            | Kind::QueueFull { task: Some(task), .. } => self.tasks.contains(&task),
            Kind::Line { task, .. } => {
                self.subjects.console || task.is_some_and(|task| self.tasks.contains(&task))
            }
            // A frame that reaches the ring at once is one event to the reader.
            Kind::UartRx { uart: name, framing: true, .. }
            | Kind::UartTx { uart: name, .. }
            | Kind::UartWrite { uart: name, .. }
            | Kind::UartBuffered { uart: name, .. }
            | Kind::UartHeld { uart: name, .. }
            | Kind::UartOverrun { uart: name, .. }
            | Kind::UartDeaf { uart: name }
            | Kind::Serial { uart: name, .. }
            | Kind::UartRead { uart: name, .. } => uart(name),
            Kind::Edge { net, .. } | Kind::Contention { net } => {
                self.subjects.pins.iter().any(|pin| self.outcome.roster.net(pin, record.at) == Some(net))
            }
            Kind::Driven { pin, .. }
            | Kind::FloatingRead { pin, .. }
            | Kind::PinMode { pin, .. }
            | Kind::IrqPending { irq: pin }
            | Kind::IrqCoalesced { irq: pin }
            | Kind::TimerSetUp { timer: pin, .. }
            | Kind::Handler { irq: pin, .. } => self.subjects.pins.contains(self.outcome.trace.text(pin)),
            Kind::Wire { a, b, .. } => {
                [a, b].iter().any(|&pin| self.subjects.pins.contains(self.outcome.trace.text(pin)))
            }
            Kind::I2c { bus, .. } => self.subjects.buses.contains(self.outcome.trace.text(bus)),
            Kind::Device { .. } => !(self.subjects.buses.is_empty() && self.subjects.pins.is_empty()),
            Kind::Stimulus { .. } | Kind::Verdict { .. } | Kind::Net { .. } | Kind::Fault { .. } => true,
            _ => false,
        }
    }
}

/// Aligns rows under their titles; `None` stands for those left out.
fn lay_out(rows: &[Option<Row>], paint: Paint) -> String {
    let mut before = None;
    let cells: Vec<Option<[String; 5]>> = rows
        .iter()
        .map(|row| {
            let row = row.as_ref()?;
            let since = before.replace(row.at).map(|before| row.at.since(before));
            let delta = since.filter(|since| !since.is_zero()).map(|since| format!("+{}", brief(since)));
            let blank = |cell: &Option<String>| cell.clone().unwrap_or_else(|| ".".into());
            let delta = delta.unwrap_or_default();
            Some([clock(row.at), delta, blank(&row.task), blank(&row.place), row.event.clone()])
        })
        .collect();
    let mut widths = TITLES.map(|title| title.chars().count());
    for row in cells.iter().flatten() {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |row: &[String; 5]| {
        let columns: Vec<String> =
            row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("  {}", columns.join("   ").trim_end())
    };
    let mut out = paint.head(&line(&TITLES.map(String::from))) + "\n";
    for row in &cells {
        out += &row.as_ref().map_or_else(|| "  …".to_owned(), line);
        out.push('\n');
    }
    out
}

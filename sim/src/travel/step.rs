//! Record by record, from an instant on or back from it.
//!
//! Owns [`walk`] and what it may be narrowed to.

use std::collections::{BTreeSet, VecDeque};

use vpyb_core::time::Instant;

use crate::sight::matches_task;
use crate::trace::record::{Kind, Net, Task};
use crate::trace::{Name, Record, Seq, Trace};

/// From where, in which direction and how far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Walk {
    /// The instant it begins at.
    pub from: Instant,
    /// True: what was before the instant; false: what is at it or later.
    pub back: bool,
    /// So many records.
    pub count: usize,
}

/// Which records are of interest.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    tasks: Option<BTreeSet<Task>>,
    pin: Option<Name>,
    kind: Option<String>,
}

impl Filter {
    /// Records about a task (`hog` stands for every `hog#n`), a pin, and of a kind as exports spell it; each if it is
    /// asked for.
    ///
    /// # Errors
    /// Which name is not in the trace, and those that are.
    pub fn new(
        trace: &Trace,
        task: Option<&str>,
        pin: Option<&str>,
        kind: Option<&str>,
    ) -> Result<Self, String> {
        let mut filter = Self { kind: kind.map(str::to_owned), ..Self::default() };
        if let Some(wanted) = task {
            let own = tasks(trace);
            let meant = own.iter().filter(|(_, name)| matches_task(wanted, name)).map(|(task, _)| *task);
            let meant: BTreeSet<Task> = meant.collect();
            if meant.is_empty() {
                let names: Vec<_> = own.iter().map(|(_, name)| format!("`{name}`")).collect();
                return Err(format!("no task `{wanted}` took part; there are {}", names.join(", ")));
            }
            filter.tasks = Some(meant);
        }
        if let Some(wanted) = pin {
            let found = trace.names().find(wanted);
            filter.pin = Some(found.ok_or_else(|| format!("nothing in this trace is called `{wanted}`"))?);
        }
        if let Some(wanted) = kind
            && !trace.records().iter().any(|record| record.kind.word() == wanted)
        {
            let kinds: BTreeSet<_> = trace.records().iter().map(|record| record.kind.word()).collect();
            let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
            return Err(format!("no record of kind `{wanted}`; this trace has {kinds}"));
        }
        Ok(filter)
    }

    fn takes(&self, record: &Record, net: Option<Net>) -> bool {
        let of_task = self
            .tasks
            .as_ref()
            .is_none_or(|tasks| record.kind.task().is_some_and(|task| tasks.contains(&task)));
        let of_pin = self.pin.is_none_or(|pin| {
            let own = net.is_some() && net_of(&record.kind) == net;
            own || record.kind.names().any(|name| name == pin)
        });
        of_task && of_pin && self.kind.as_ref().is_none_or(|kind| record.kind.word() == kind)
    }
}

/// The records of a walk in the order of the trace.
pub fn walk(trace: &Trace, filter: &Filter, walk: Walk) -> Vec<Seq> {
    // A pin's net may change on the way; which it was then decides.
    let mut net = filter.pin.and_then(|pin| trace.before()?.state.wires.pins.get(&pin)?.net);
    let mut found = VecDeque::new();
    for (seq, record) in trace.iter() {
        if let Kind::NetPin { net: joined, pin } = record.kind
            && Some(pin) == filter.pin
        {
            net = Some(joined);
        }
        if (record.at < walk.from) != walk.back || !filter.takes(&record, net) {
            continue;
        }
        found.push_back(seq);
        if found.len() > walk.count {
            // Forwards, the first ones are wanted; backwards, the last ones.
            if !walk.back {
                found.pop_back();
                break;
            }
            found.pop_front();
        }
    }
    found.into()
}

/// The tasks of a trace, by number.
fn tasks(trace: &Trace) -> Vec<(Task, String)> {
    let before = trace.before().into_iter().flat_map(|before| &before.state.scheduling.tasks);
    let before = before.filter_map(|(&task, state)| Some((task, trace.text(state.name?).to_owned())));
    let created = trace.records().iter().filter_map(|record| match record.kind {
        Kind::TaskCreated { task, name } => Some((task, trace.text(name).to_owned())),
        _ => None,
    });
    before.chain(created).collect()
}

fn net_of(kind: &Kind) -> Option<Net> {
    match *kind {
        Kind::Edge { net, .. } | Kind::Contention { net } | Kind::NetPin { net, .. } => Some(net),
        _ => None,
    }
}

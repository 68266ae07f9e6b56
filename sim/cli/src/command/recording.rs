//! A trace's file that is written while its run goes on.
//!
//! Owns which part of the run it holds: from an instant or an event, up to an instant, the last so many bytes. If the
//! program is killed, the file is there up to its last whole block.
//!
//! Invariant **no-influence**: a run is the same whether it is recorded or not.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use vpyb_core::time::Instant;
use vpyb_sim::runner::{Aside, Outcome, Program, Tap, aside};
use vpyb_sim::scenario::model::{Event, Scenario};
use vpyb_sim::sight::Eye;
use vpyb_sim::trace::{self, Record, Seq, State, Trace, Writer};

use super::arguments::RunCall;
use super::events::event_of_scenario;

/// Which part of a run its file holds.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// Nothing before this instant.
    pub from: Option<Instant>,
    /// Nothing after this instant.
    pub until: Option<Instant>,
    /// Nothing before this event.
    pub on: Option<Event>,
    /// At most so many bytes, as long as names and state leave room.
    pub limit: Option<u64>,
}

/// A file that grows.
pub struct Recording {
    out: PathBuf,
    bounds: Bounds,
    eye: Option<Eye>,
    /// The state before `folded`: before the file's first record, once there is a file.
    state: State,
    folded: Seq,
    file: Option<Growing>,
    /// The first record that was not looked at.
    seen: Seq,
    /// The first record that is not to be in the file any more.
    end: Option<Seq>,
    error: Option<io::Error>,
}

struct Growing {
    writer: Writer<BufWriter<File>>,
    /// How long the file was before its first record.
    head: u64,
}

/// What became of a recording.
pub enum Recorded {
    /// The file is there.
    Whole,
    /// What it was to begin with never came; there is no file.
    NeverBegan,
}

impl Recording {
    /// One that has seen nothing yet. The folders above the file are made.
    ///
    /// # Errors
    /// What the file system says.
    pub fn begin(out: &Path, bounds: Bounds) -> io::Result<Self> {
        if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        Ok(Self {
            out: out.to_owned(),
            eye: bounds.on.as_ref().map(Eye::new),
            bounds,
            state: State::default(),
            folded: Seq(0),
            file: None,
            seen: Seq(0),
            end: None,
            error: None,
        })
    }

    /// True if no record is in the file yet.
    pub fn is_empty(&self) -> bool {
        self.file.as_ref().is_none_or(|file| file.writer.is_empty())
    }

    /// Looks at what the trace has more than before; gives the first record that it will look at again. An error is
    /// kept until the end.
    pub fn see(&mut self, trace: &Trace) -> Seq {
        if self.error.is_none() {
            self.error = self.take(trace).err();
        }
        match &self.file {
            _ if self.error.is_some() || self.end.is_some() => trace.next(),
            // What is in the file may have to be written once more.
            Some(_) if self.bounds.limit.is_some() => self.folded,
            Some(file) => file.writer.needed(),
            None => self.folded,
        }
    }

    /// The run is over: the file is made whole.
    ///
    /// # Errors
    /// What the file system said, now or before.
    pub fn finish(mut self, trace: &Trace) -> io::Result<Recorded> {
        self.see(trace);
        if let Some(error) = self.error {
            return Err(error);
        }
        let Some(file) = self.file else { return Ok(Recorded::NeverBegan) };
        file.writer.finish(trace, self.end.unwrap_or(trace.next()))?;
        Ok(Recorded::Whole)
    }

    fn take(&mut self, trace: &Trace) -> io::Result<()> {
        if self.file.is_none() {
            let begin = self.look_for_begin(trace);
            self.fold(trace, self.seen);
            if !begin {
                return Ok(());
            }
            self.open(trace)?;
        }
        if let (None, Some(until)) = (self.end, self.bounds.until) {
            let place = trace.range(self.seen, trace.next()).position(|record| record.at > until);
            self.end = place.map(|place| Seq(self.seen.0 + place as u32));
        }
        self.seen = trace.next();
        let Some(file) = &mut self.file else { return Ok(()) };
        file.writer.append(trace, self.end.unwrap_or(trace.next()))?;
        let len = file.writer.len();
        match self.bounds.limit {
            // What stands before the records cannot be dropped.
            Some(limit) if len > limit && len - file.head > limit / 2 => self.drop_old(trace, limit),
            _ => Ok(()),
        }
    }

    /// Whether the first record of the file is there by now: `seen` is its place then.
    fn look_for_begin(&mut self, trace: &Trace) -> bool {
        for (seq, record) in (self.seen.0..).map(Seq).zip(trace.range(self.seen, trace.next())) {
            if self.begins(trace, &record) {
                self.seen = seq;
                return true;
            }
        }
        self.seen = trace.next();
        false
    }

    fn begins(&mut self, trace: &Trace, record: &Record) -> bool {
        match (&mut self.eye, self.bounds.from) {
            (Some(eye), _) => eye.sees(trace, record),
            (None, from) => from.is_none_or(|from| record.at >= from),
        }
    }

    fn fold(&mut self, trace: &Trace, until: Seq) {
        for (seq, record) in (self.folded.0..).map(Seq).zip(trace.range(self.folded, until)) {
            self.state.apply(trace, seq, &record);
        }
        self.folded = until;
    }

    /// Makes a file that begins with `folded`, in place of the one before.
    fn open(&mut self, trace: &Trace) -> io::Result<()> {
        let file = BufWriter::new(File::create(self.path())?);
        let before = (self.folded > Seq(0)).then_some((self.folded, &self.state));
        let writer = Writer::begin(file, trace, before)?;
        self.file = Some(Growing { head: writer.len(), writer });
        Ok(())
    }

    /// Where the next file is made: beside the one that is there, which stays until the new one has its records.
    fn path(&self) -> PathBuf {
        if self.file.is_none() {
            return self.out.clone();
        }
        let mut name = self.out.clone().into_os_string();
        name.push(".next");
        name.into()
    }

    /// Drops the older part of the file: about a quarter of the limit stays.
    fn drop_old(&mut self, trace: &Trace, limit: u64) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let (bytes, next) = (file.writer.len() - file.head, file.writer.next());
        let records = u64::from(next.0 - self.folded.0);
        let stay = (records * (limit / 4) / bytes) as u32;
        self.fold(trace, Seq(next.0 - stay));
        let made = self.path();
        self.open(trace)?;
        if let Some(file) = &mut self.file {
            file.writer.append(trace, next)?;
        }
        fs::rename(made, &self.out)
    }
}

/// A recording that is filled beside the run, and that the command ends.
pub struct Shared {
    aside: Aside<Recording>,
    out: PathBuf,
}

impl Shared {
    /// Begins a recording as it is asked for; gives what the run shows its trace to, too.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn begin(
        call: &RunCall,
        scenario: &Scenario,
        programs: &[Program],
        out: &Path,
    ) -> Result<(Tap, Self), String> {
        let part = &call.part;
        let instant = |text: &Option<String>| {
            let read = text.as_ref().map(|text| trace::parse_instant(text)).transpose();
            read.map_err(|error| format!("failed to {error}"))
        };
        let on =
            part.trace_on.as_ref().map(|text| event_of_scenario(text, scenario, programs)).transpose()?;
        let (from, until) = (instant(&part.trace_from)?, instant(&part.trace_until)?);
        let bounds = Bounds { from, until, on, limit: part.trace_limit };
        let recording = Recording::begin(out, bounds).map_err(|error| unwritable(out, &error))?;
        let (tap, aside) = aside(recording, Recording::see);
        Ok((tap, Self { aside, out: out.to_owned() }))
    }

    /// Ends the recording; gives what is to be said of it.
    ///
    /// # Errors
    /// A sentence for people.
    pub fn finish(self, outcome: &Outcome) -> Result<Option<&'static str>, String> {
        let Self { aside, out } = self;
        let failed = |error: io::Error| unwritable(&out, &error);
        // Of a run that was given up there is no whole trace: what was recorded stays as it is.
        match aside.end() {
            (recording, false) => match recording.finish(&outcome.trace).map_err(failed)? {
                Recorded::Whole => Ok(None),
                Recorded::NeverBegan => {
                    Ok(Some("what the trace was to begin with never came; there is no trace"))
                }
            },
            (recording, true) if recording.is_empty() => {
                super::kept::write(&outcome.trace, &out).map_err(failed)?;
                Ok(None)
            }
            (_, true) => Ok(Some("the run was given up; its trace ends with its last whole block")),
        }
    }
}

fn unwritable(out: &Path, error: &io::Error) -> String {
    format!("cannot write `{}`: {error}", out.display())
}

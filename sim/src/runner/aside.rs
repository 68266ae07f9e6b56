//! Somebody who looks at a run's trace on a thread of its own, so that the run hardly waits.
//!
//! Owns how what is new in the trace gets there: a copy of it, a piece at a time, in order. If the other side falls behind by
//! many pieces, the run waits. What nobody needs there any more is forgotten. What is looked for is not known here.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use super::tap::Tap;
use crate::trace::{Meta, Record, Seq, Trace};

/// So many pieces may be under way.
const PIECES: usize = 64;

/// What goes to the other thread.
enum Message {
    Piece { meta: Option<Meta>, texts: Vec<String>, records: Vec<Record> },
    End,
}

/// Who looks, and what it is reached by.
pub struct Aside<T> {
    sender: SyncSender<Message>,
    worker: JoinHandle<T>,
    /// The run holds it as long as it may still show something.
    held: Arc<()>,
}

/// Looks at a trace, and says which records it needs once more: this one and later ones.
pub type Look<T> = fn(&mut T, &Trace) -> Seq;

/// Has `who` look at a trace on a thread of its own, by `look`, which is given what it needs of it up to then.
///
/// # Panics
/// If the host has no thread.
pub fn aside<T: Send + 'static>(who: T, look: Look<T>) -> (Tap, Aside<T>) {
    let (sender, receiver) = sync_channel(PIECES);
    let worker = thread::Builder::new().name("recording".into()).spawn(move || work(who, look, &receiver));
    let (own, held) = (sender.clone(), Arc::new(()));
    let holds = held.clone();
    let (mut texts, mut records) = (0, 0);
    let tap = Box::new(move |trace: &Trace| {
        let _ = &holds;
        let meta = (records == 0).then(|| trace.meta().clone());
        let piece = Message::Piece {
            meta,
            texts: trace.names().texts()[texts..].to_vec(),
            records: trace.records().slice(records..trace.records().len()).into_owned(),
        };
        (texts, records) = (trace.names().len(), trace.records().len());
        // Nobody listens any more if the run was given up.
        own.send(piece).ok();
    });
    (tap, Aside { sender, worker: worker.expect("a thread for the recording"), held })
}

fn work<T>(mut who: T, look: Look<T>, pieces: &Receiver<Message>) -> T {
    let mut trace = Trace::default();
    while let Ok(Message::Piece { meta, texts, records }) = pieces.recv() {
        if let Some(meta) = meta {
            trace = Trace::new(meta);
        }
        trace.append(&texts, &records);
        let needed = look(&mut who, &trace);
        trace.forget(needed);
    }
    who
}

impl<T> Aside<T> {
    /// Gives back who looked, when it has seen everything; and whether the run is still going on, because it was given up.
    pub fn end(self) -> (T, bool) {
        self.sender.send(Message::End).ok();
        let who = self.worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (who, Arc::strong_count(&self.held) > 1)
    }
}

//! States along a trace, so that one at any record is near.
//!
//! Owns how far they lie apart.

use crate::trace::{Seq, State, Trace};

/// So many records are folded at the most to get from a checkpoint to a state.
const APART: usize = 1 << 15;

/// Checkpoints of one trace.
#[derive(Clone, Debug)]
pub struct Checkpoints(Vec<State>);

impl Checkpoints {
    /// Folds a trace once.
    pub fn new(trace: &Trace) -> Self {
        let mut state = trace.begin_state();
        let mut kept = vec![state.clone()];
        for (place, (seq, record)) in trace.iter().enumerate() {
            if place > 0 && place % APART == 0 {
                kept.push(state.clone());
            }
            state.apply(trace, seq, &record);
        }
        Self(kept)
    }

    /// The state just after a record.
    pub fn after(&self, trace: &Trace, seq: Seq) -> State {
        let place = seq.0.saturating_sub(trace.first().0) as usize;
        let near = (place / APART).min(self.0.len() - 1);
        let mut state = self.0[near].clone();
        let from = trace.first().0 + (near * APART) as u32;
        for (seq, record) in (from..).map(Seq).zip(trace.range(Seq(from), Seq(seq.0 + 1))) {
            state.apply(trace, seq, &record);
        }
        state
    }
}

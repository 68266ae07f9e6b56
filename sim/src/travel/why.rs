//! Why something happened, as a tree: the chain of causes, and below each step what was ahead of it.
//!
//! Owns where the two meet. The chain is the trace's, the wait is `ahead`'s.

use super::ahead_of;
use crate::expect::turns;
use crate::trace::{self, Seq, Trace, Words};

/// The causes of a record back to the root, at most `limit` of them; under a step that was late, why it was.
pub fn render_why(trace: &Trace, seq: Seq, limit: usize) -> String {
    let (words, turns) = (Words::new(trace), turns(trace).collect::<Vec<_>>());
    let late = |seq: Seq| ahead_of(trace, &turns, seq).map(|ahead| ahead.sentence(&words));
    trace::render_chain(&words, trace, &trace::why(trace, seq), limit, &late)
}

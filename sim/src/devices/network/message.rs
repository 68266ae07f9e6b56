//! What is under way on the network.
//!
//! Owns [`Message`] and how much of it is payload.

use super::end::EndId;
use super::outgoing::Segment;

/// Bytes of a question to a name server, and of its answer: a short name in a DNS message.
const NAME: usize = 32;

/// A message.
#[derive(Clone, PartialEq, Debug)]
pub enum Message {
    /// A connection is asked for.
    Ask { from: EndId, port: u16 },
    /// It is granted; without a peer, nobody listens.
    Answer { to: EndId, peer: Option<EndId> },
    /// A piece of a stream.
    Data { to: EndId, segment: Segment },
    /// Everything before `upto` has come, and there is room up to `limit`.
    Acknowledge { to: EndId, upto: u64, limit: u64 },
    /// The connection does not exist any more.
    Reset { to: EndId },
    /// A question for the name server.
    Question { number: u32 },
    /// The name server has found the answer.
    Found { number: u32 },
    /// The answer, on its way back.
    Reply { number: u32 },
}

impl Message {
    /// How many bytes it carries.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Data { segment, .. } => segment.bytes.len(),
            Self::Question { .. } | Self::Reply { .. } => NAME,
            _ => 0,
        }
    }
}

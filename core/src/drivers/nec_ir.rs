//! A receiver of NEC infrared remote controls (tutorial section 6.5, `aremote.py`).
//!
//! Owns the times of a frame's edges, which an interrupt handler notes, and what they mean ([`decode`]). The pin carries
//! what a demodulator gives: idle high, low while it sees the carrier.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicU32, Ordering};

use crate::error::TaskError;
use crate::event_loop::{EventLoop, Outcome, TaskHandle};
use crate::pin::{Edge, Gpio};
use crate::sync::IrqFlag;
use crate::ticks::ticks_diff;

/// Edges of a frame: the leader's three, two for each of 32 bits, and the end of the last mark.
pub const EDGES: usize = 68;
/// Edges of a repeat code.
const REPEAT_EDGES: usize = 4;

/// After its first edge a frame is over: 67.5 ms if bytes are followed by their inverse, up to 76.5 ms if not.
const BLOCK_MS: i32 = 73;
const EXTENDED_BLOCK_MS: i32 = 80;

/// Microseconds: what is longer is a leader's mark, a leader's space, a repeat code's space, the space of a 1.
const LEADER_MARK: i32 = 4_000;
const LEADER_SPACE: i32 = 3_000;
const REPEAT_SPACE: i32 = 1_700;
const ONE_SPACE: i32 = 1_120;

/// What a block of edges was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NecCode {
    /// A command.
    Data(u8),
    /// The key is held.
    Repeat,
    /// It did not begin with a leader.
    BadStart,
    /// It had too few edges.
    BadBlock,
    /// It began as a repeat code and did not end as one.
    BadRepeat,
    /// It had too many edges.
    Overrun,
    /// The command and its inverse disagree.
    BadData,
    /// The address and its inverse disagree, and extended addresses are not expected.
    BadAddress,
}

impl NecCode {
    /// The tutorial's number: a command as it is, the others -1 to -7.
    pub const fn number(self) -> i32 {
        match self {
            Self::Data(data) => data as i32,
            Self::Repeat => -1,
            Self::BadStart => -2,
            Self::BadBlock => -3,
            Self::BadRepeat => -4,
            Self::Overrun => -5,
            Self::BadData => -6,
            Self::BadAddress => -7,
        }
    }
}

/// A frame, from the instants of its edges: wrapping microseconds, `count` of them new. If there are fewer than the first
/// three, those of the block before are looked at, as in the original. Gives the address too: that of the frame as far
/// as it was read, for a repeat code `held`, else 0.
pub fn decode(times: &[u32; EDGES], count: usize, extended: bool, held: u16) -> (NecCode, u16) {
    if count > EDGES {
        return (NecCode::Overrun, 0);
    }
    let span = |edge: usize| ticks_diff(times[edge + 1], times[edge]);
    if span(0) <= LEADER_MARK {
        return (NecCode::BadStart, 0);
    }
    let space = span(1);
    if space > LEADER_SPACE {
        if count < EDGES {
            return (NecCode::BadBlock, 0);
        }
        let bits = (0..32).filter(|bit| span(3 + 2 * bit) > ONE_SPACE);
        return meaning(bits.fold(0, |word: u32, bit| word | 1 << bit).to_le_bytes(), extended);
    }
    match (space > REPEAT_SPACE, count == REPEAT_EDGES) {
        (true, true) => (NecCode::Repeat, held),
        (true, false) => (NecCode::BadRepeat, 0),
        (false, _) => (NecCode::BadStart, 0),
    }
}

/// Address, its inverse or its high byte, command, its inverse.
fn meaning([low, high, command, inverse]: [u8; 4], extended: bool) -> (NecCode, u16) {
    let address = match (low == !high, extended) {
        (true, _) => u16::from(low),
        (false, true) => u16::from_le_bytes([low, high]),
        (false, false) => return (NecCode::BadAddress, u16::from_le_bytes([low, high])),
    };
    if command != !inverse {
        return (NecCode::BadData, address);
    }
    (NecCode::Data(command), address)
}

/// What the interrupt handler notes.
struct Block {
    times: [AtomicU32; EDGES],
    /// How many edges came; one more than fit stands for all further ones.
    count: AtomicU32,
    /// Set by the first edge.
    begun: IrqFlag,
}

impl Block {
    fn edge(&self, at: u32) {
        let count = self.count.load(Ordering::Relaxed) as usize;
        if let Some(time) = self.times.get(count) {
            time.store(at, Ordering::Relaxed);
        }
        if count <= EDGES {
            self.count.store(count as u32 + 1, Ordering::Release);
        }
        if count == 0 {
            self.begun.set();
        }
    }
}

/// Listens on `pin`, and calls back with each block of edges: what it was, and its address. `ticks_us` is the board's
/// counter, the one that stamps interrupts. With `extended`, addresses of 16 bits are taken.
///
/// A block is decoded 73 ms after its first edge, or 80 ms with extended addresses; later if the loop is late. Edges that
/// come meanwhile belong to it. What the callback returns ends the run if it is an error. The task, `nec_ir#n`, listens
/// until it is cancelled.
///
/// The original's task asks at each of its turns whether a block has begun; this one sleeps until the handler wakes it.
///
/// ```
/// use vpyb_core::drivers::nec_ir::{self, NecCode};
/// use vpyb_core::{Board, EventLoop, PinMode, Pull, TaskError};
///
/// fn listen<B: Board>(ev: &EventLoop, board: &B) -> Result<(), TaskError> {
///     let pin = board.pin("X3", PinMode::Input(Pull::Up))?;
///     let (clock, console) = (board.clone(), board.clone());
///     nec_ir::listen(ev, pin, move || clock.ticks_us(), false, move |code, address| match code {
///         NecCode::Data(key) => console.println(format_args!("key {key} of {address:#x}")),
///         _ => console.count("ir.bad", 1),
///     })?;
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// If the pin cannot have a handler, or the run queue has no place for the task.
pub fn listen<R: Outcome + 'static>(
    event_loop: &EventLoop,
    pin: impl Gpio + 'static,
    ticks_us: impl Fn() -> u32 + 'static,
    extended: bool,
    callback: impl FnMut(NecCode, u16) -> R + 'static,
) -> Result<TaskHandle, TaskError> {
    let block = Arc::new(Block {
        times: [const { AtomicU32::new(0) }; EDGES],
        count: AtomicU32::new(0),
        begun: IrqFlag::new(),
    });
    let noted = block.clone();
    let mut pin = Handled(pin);
    pin.0.on_edge(Edge::Both, move |irq, _| noted.edge(irq.ticks_us()))?;
    Ok(event_loop.create_task(nec_ir(event_loop.clone(), pin, block, ticks_us, extended, callback))?)
}

/// A pin whose handler goes with it.
struct Handled<P: Gpio>(P);

impl<P: Gpio> Drop for Handled<P> {
    fn drop(&mut self) {
        self.0.off_edge();
    }
}

async fn nec_ir<R: Outcome>(
    event_loop: EventLoop,
    _pin: Handled<impl Gpio>,
    block: Arc<Block>,
    ticks_us: impl Fn() -> u32,
    extended: bool,
    mut callback: impl FnMut(NecCode, u16) -> R,
) -> Result<(), TaskError> {
    let block_ms = if extended { EXTENDED_BLOCK_MS } else { BLOCK_MS };
    let mut held = 0;
    loop {
        event_loop.interruptible(block.begun.wait()).await?;
        let late_ms = ticks_diff(ticks_us(), block.times[0].load(Ordering::Relaxed)) / 1_000;
        event_loop.sleep_ms(block_ms - late_ms).await?;
        let count = block.count.load(Ordering::Acquire) as usize;
        let times = core::array::from_fn(|edge| block.times[edge].load(Ordering::Relaxed));
        block.count.store(0, Ordering::Release);
        let (code, address) = decode(&times, count, extended, held);
        if matches!(code, NecCode::Data(_) | NecCode::BadData) {
            held = address;
        }
        callback(code, address).into_result()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The edges of a frame of these bytes, from a microsecond on.
    fn frame(begin: u32, bytes: [u8; 4]) -> [u32; EDGES] {
        let mut times = [0; EDGES];
        let mut at = begin;
        let mut spans = alloc::vec![9_000, 4_500];
        for byte in bytes {
            for bit in 0..8 {
                spans.extend([562, if byte >> bit & 1 == 1 { 1_687 } else { 562 }]);
            }
        }
        spans.push(562);
        times[0] = at % crate::ticks::PERIOD;
        for (time, span) in times[1..].iter_mut().zip(spans) {
            at += span;
            *time = at % crate::ticks::PERIOD;
        }
        times
    }

    #[test]
    fn a_frame_is_read_lowest_bit_first_also_where_the_ticks_wrap() {
        for begin in [0, crate::ticks::PERIOD - 30_000] {
            let times = frame(begin, [0x40, !0x40, 0x05, !0x05]);
            assert_eq!(decode(&times, EDGES, false, 0), (NecCode::Data(5), 0x40));
        }
    }

    #[test]
    fn every_code_can_come() {
        let good = frame(0, [0x40, !0x40, 0x05, !0x05]);
        let mut repeat = good;
        repeat[2] = repeat[1] + 2_250;
        let mut short = good;
        short[2] = short[1] + 1_700;
        let extended = frame(0, [0x40, 0x12, 0x05, !0x05]);
        let wrong = frame(0, [0x40, !0x40, 0x05, 0x05]);
        let cases = [
            (decode(&good, 69, false, 7), (NecCode::Overrun, 0)),
            (decode(&[0; EDGES], 2, false, 7), (NecCode::BadStart, 0)),
            (decode(&short, 4, false, 7), (NecCode::BadStart, 0)),
            (decode(&good, 67, false, 7), (NecCode::BadBlock, 0)),
            (decode(&repeat, 4, false, 7), (NecCode::Repeat, 7)),
            (decode(&repeat, 5, false, 7), (NecCode::BadRepeat, 0)),
            (decode(&wrong, EDGES, false, 7), (NecCode::BadData, 0x40)),
            (decode(&extended, EDGES, false, 7), (NecCode::BadAddress, 0x1240)),
            (decode(&extended, EDGES, true, 7), (NecCode::Data(5), 0x1240)),
        ];
        for (found, expected) in cases {
            assert_eq!(found, expected);
        }
        let codes = [NecCode::Data(5), NecCode::Repeat, NecCode::BadStart, NecCode::BadBlock]
            .into_iter()
            .chain([NecCode::BadRepeat, NecCode::Overrun, NecCode::BadData, NecCode::BadAddress]);
        assert!(codes.map(NecCode::number).eq([5, -1, -2, -3, -4, -5, -6, -7]));
    }
}

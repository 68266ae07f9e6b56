//! Pins and their interrupts.
//!
//! Owns how a pin is set up, the trait [`Gpio`] and what an interrupt handler is given. Knows no chip: which pins
//! share an interrupt line is the board's business.

use core::fmt;

use embedded_hal::digital::{InputPin, PinState, StatefulOutputPin};

use crate::board::BoardError;
use crate::observer::{Object, Use};

/// How a pin is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinMode {
    /// Reads the net; the pull resistor acts while nothing drives it.
    Input(Pull),
    /// Drives the net high or low.
    Output,
    /// Drives the net low, or lets it go when set high: then the pull resistor acts, and others may drive.
    OpenDrain(Pull),
}

/// A pin's pull resistor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pull {
    /// None: an undriven net floats.
    #[default]
    None,
    /// To 3.3 V.
    Up,
    /// To ground.
    Down,
}

/// Which changes of a pin's level request an interrupt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edge {
    /// From low to high.
    Rising,
    /// From high to low.
    Falling,
    /// Either.
    Both,
}

impl Edge {
    /// Whether the edge that leads to this level is one of them.
    pub const fn leads_to(self, level: PinState) -> bool {
        matches!(
            (self, level),
            (Self::Both, _) | (Self::Rising, PinState::High) | (Self::Falling, PinState::Low)
        )
    }
}

/// Is told what a handler does, while it runs. On a chip that nobody watches it does nothing.
///
/// # For board authors
///
/// Both are called in the middle of a handler, and MUST NOT call back into the event loop.
pub trait IrqObserver {
    /// A counter that a driver keeps went up, as with [`Board::count`](crate::Board::count).
    fn count(&mut self, counter: &str, by: u32);

    /// Something that tasks share was used.
    fn used(&mut self, object: Object<'_>, how: Use);
}

/// What an interrupt handler is given while it runs.
pub struct Irq<'a> {
    ticks_us: u32,
    observer: &'a mut dyn IrqObserver,
}

impl<'a> Irq<'a> {
    /// For board authors: a handler that begins at the microsecond `ticks_us`.
    pub fn new(ticks_us: u32, observer: &'a mut dyn IrqObserver) -> Self {
        Self { ticks_us, observer }
    }

    /// When the handler began: microseconds that wrap at 2^30. Differences are
    /// [`ticks_diff`](crate::ticks::ticks_diff)'s.
    pub fn ticks_us(&self) -> u32 {
        self.ticks_us
    }

    /// Adds `by` to a counter that a driver keeps, as [`Board::count`](crate::Board::count) does for tasks.
    pub fn count(&mut self, counter: &str, by: u32) {
        self.observer.count(counter, by);
    }

    /// Tells that a thing was used that tasks share.
    pub(crate) fn used(&mut self, object: Object<'_>, how: Use) {
        self.observer.used(object, how);
    }
}

impl fmt::Debug for Irq<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Irq(at {} us)", self.ticks_us)
    }
}

/// A general-purpose pin, as a board hands it out.
///
/// # For driver authors
///
/// A handler runs in the middle of whatever the CPU does. It may hold only what a real one may touch: the
/// atomics of [`sync::IrqFlag`](crate::sync::IrqFlag), [`sync::IrqQueue`](crate::sync::IrqQueue) or
/// [`asyn::Setter`](crate::asyn::Setter), in an `Arc` or a `static`.
///
/// ```
/// extern crate alloc;
///
/// use alloc::sync::Arc;
/// use vpyb_core::sync::IrqQueue;
/// use vpyb_core::{Board, Edge, EventLoop, Gpio, PinMode, Pull, TaskError};
///
/// /// Prints how long each pulse was.
/// async fn pulses<B: Board>(ev: EventLoop, board: B) -> Result<(), TaskError> {
///     let edges = Arc::new(IrqQueue::<32>::new());
///     let mut pin = board.pin("X3", PinMode::Input(Pull::Up))?;
///     let seen = edges.clone();
///     pin.on_edge(Edge::Both, move |irq, _level| drop(seen.push(irq.ticks_us())))?;
///     loop {
///         let began = ev.interruptible(edges.get()).await?;
///         let ended = ev.interruptible(edges.get()).await?;
///         board.println(format_args!("{} us", vpyb_core::ticks::ticks_diff(ended, began)));
///     }
/// }
/// ```
///
/// # For board authors
///
/// - A handler MUST run at once, also inside a task's step that keeps the CPU, unless another one runs.
/// - An edge that comes while the one before still waits for its handler is lost in it: hardware has one flag a
///   line. Edges during the handler MUST wait for its next call.
/// - An edge that comes while the line is masked MUST wait until it is unmasked.
/// - Nothing here may call back into the event loop.
pub trait Gpio: InputPin + StatefulOutputPin {
    /// Has `handler` called at edges of this pin, with the level that it reads then; in place of a handler that
    /// was set up before. Edges before this do not count.
    ///
    /// # Errors
    ///
    /// `InUse` if another pin has a handler on the same interrupt line.
    fn on_edge(
        &mut self,
        edge: Edge,
        handler: impl FnMut(&mut Irq<'_>, PinState) + Send + 'static,
    ) -> Result<(), BoardError>;

    /// Takes the handler away and frees the line; an edge that waits is forgotten.
    fn off_edge(&mut self);

    /// Keeps the handler from being called; the first edge from now on waits.
    fn mask(&mut self);

    /// Lets the handler be called again, at once if an edge waits.
    fn unmask(&mut self);
}

//! What a Pyboard hands out.
//!
//! Owns the trait [`Board`] and its errors. Knows no chip and no simulator: the
//! same program runs on any implementation.

use alloc::format;
use alloc::string::String;
use core::fmt;

use embedded_hal::digital::StatefulOutputPin;

use crate::hal::Missing;
use crate::i2c::{I2c, I2cConfig};
use crate::net::Network;
use crate::pin::{Gpio, Irq, PinMode};
use crate::time::Duration;
use crate::uart::{Uart, UartConfig};

/// Why a board cannot hand something out.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum BoardError {
    /// The board has no such thing.
    Unknown {
        /// What was asked for.
        what: String,
    },
    /// It is in use already.
    InUse {
        /// What was asked for.
        what: String,
        /// By whom.
        by: String,
    },
    /// The setting is out of the hardware's range.
    Setting {
        /// What was to be set up.
        what: String,
        /// Why it cannot be.
        why: String,
    },
    /// The hardware has it, and this board does not hand it out.
    NotBuilt {
        /// What was asked for.
        what: String,
    },
}

impl fmt::Display for BoardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { what } => write!(f, "the board has no {what}"),
            Self::InUse { what, by } => write!(f, "{what} is in use by {by}"),
            Self::Setting { what, why } => write!(f, "{what} cannot be set up: {why}"),
            Self::NotBuilt { what } => write!(f, "{what} is not built: no board hands one out yet"),
        }
    }
}

impl core::error::Error for BoardError {}

impl From<BoardError> for crate::TaskError {
    fn from(error: BoardError) -> Self {
        Self::failed(error)
    }
}

/// A Pyboard.
///
/// # For program authors
///
/// A handle: clone it freely and pass it to tasks. Names are those printed on the board (`X1`) and of
/// its units (`uart4`). Calls that take time keep the CPU for that time.
///
/// # For board authors
///
/// - A pin, LED or UART MUST be handed out as often as it is asked for by the same unit, and refused
///   (`InUse`) where two units would share a pin.
/// - `delay_us` MUST keep the CPU busy while interrupts are served.
/// - Nothing here may call back into the event loop.
pub trait Board: Clone + 'static {
    /// An LED: set high is lit.
    type Led: StatefulOutputPin;
    /// A general-purpose pin.
    type Pin: Gpio;
    /// A UART: readable and writable as a stream.
    type Uart: Uart;
    /// An I2C unit, a master.
    type I2c: I2c;
    /// A network; [`Missing`] on a board that has none.
    type Network: Network;

    /// The LED of this name, `LED1` to `LED4`.
    ///
    /// # Errors
    ///
    /// `Unknown` for any other name.
    fn led(&self, name: &str) -> Result<Self::Led, BoardError>;

    /// The pin of this name, set up as `mode` says.
    ///
    /// # Errors
    ///
    /// `Unknown` for a pin that the board does not have, `InUse` for one that another unit uses.
    fn pin(&self, name: &str, mode: PinMode) -> Result<Self::Pin, BoardError>;

    /// The UART of this name, `uart1` to `uart4` and `uart6`, set up as `config` says.
    ///
    /// # Errors
    ///
    /// `Unknown`, `InUse`, or `Setting` for a speed that its clock cannot be divided to, a frame that is none, flow
    /// control on a unit that has no pins for it, or other settings than those that it is open with.
    fn uart(&self, name: &str, config: UartConfig) -> Result<Self::Uart, BoardError>;

    /// The I2C unit of this name, `i2c1` or `i2c2`, set up as `config` says. Its pins are pulled up.
    ///
    /// # Errors
    ///
    /// `Unknown`, `InUse`, or `Setting` for a clock that its divider cannot make.
    fn i2c(&self, name: &str, config: I2cConfig) -> Result<Self::I2c, BoardError>;

    /// The network to which the board is attached.
    ///
    /// # Errors
    ///
    /// `Unknown` if there is none.
    fn network(&self) -> Result<Self::Network, BoardError> {
        Err(BoardError::Unknown { what: "network".into() })
    }

    /// Prints on the console.
    fn print(&self, text: fmt::Arguments<'_>);

    /// Prints a line on the console.
    fn println(&self, text: fmt::Arguments<'_>) {
        self.print(format_args!("{text}\n"));
    }

    /// Microseconds, wrapping at 2^30.
    fn ticks_us(&self) -> u32;

    /// Keeps the CPU busy for `us` microseconds: `utime.sleep_us`.
    fn delay_us(&self, us: u32);

    /// Adds `by` to a counter that a driver keeps, such as `ir.bad_block`.
    fn count(&self, counter: &str, by: u32);

    /// Has `handler` called every so often by the timer of this name, `timer1` to `timer14` or `rtc`, in place of what
    /// the timer did before. The first call comes one span from now. A timer counts the cycles of its clock, so the
    /// span is rounded to what it can count: to one of 84 MHz or better, or one of 32 768 Hz for `rtc`. What a handler
    /// may hold stands at [`Gpio`].
    ///
    /// ```
    /// extern crate alloc;
    ///
    /// use alloc::sync::Arc;
    /// use vpyb_core::sync::IrqFlag;
    /// use vpyb_core::time::Duration;
    /// use vpyb_core::{Board, EventLoop, TaskError};
    ///
    /// /// Prints ten times a second, whatever the other tasks do.
    /// async fn metronome<B: Board>(ev: EventLoop, board: B) -> Result<(), TaskError> {
    ///     let tick = Arc::new(IrqFlag::new());
    ///     let set = tick.clone();
    ///     board.on_timer("timer4", Duration::from_millis(100), move |_irq| set.set())?;
    ///     loop {
    ///         ev.interruptible(tick.wait()).await?;
    ///         board.println(format_args!("tick"));
    ///     }
    /// }
    /// ```
    ///
    /// # For board authors
    ///
    /// A call that is due while the one before still waits is lost in it, as with edges.
    ///
    /// # Errors
    ///
    /// `Unknown`, or `Setting` for a span that the timer cannot count.
    fn on_timer(
        &self,
        timer: &str,
        every: Duration,
        handler: impl FnMut(&mut Irq<'_>) + Send + 'static,
    ) -> Result<(), BoardError> {
        let _ = (every, handler);
        Err(BoardError::NotBuilt { what: format!("timer `{timer}`") })
    }

    /// Stops a timer; a call that waits is forgotten. Nothing happens if it does not run.
    fn off_timer(&self, timer: &str) {
        let _ = timer;
    }

    /// An SPI unit: no board hands one out yet.
    ///
    /// # Errors
    ///
    /// Always `NotBuilt`.
    fn spi(&self, name: &str) -> Result<Missing, BoardError> {
        Err(BoardError::NotBuilt { what: format!("SPI unit `{name}`") })
    }

    /// The analogue input of a pin: no board hands one out yet.
    ///
    /// # Errors
    ///
    /// Always `NotBuilt`.
    fn adc(&self, pin: &str) -> Result<Missing, BoardError> {
        Err(BoardError::NotBuilt { what: format!("the analogue input of pin `{pin}`") })
    }

    /// The PWM channel of a pin: no board hands one out yet.
    ///
    /// # Errors
    ///
    /// Always `NotBuilt`.
    fn pwm(&self, pin: &str) -> Result<Missing, BoardError> {
        Err(BoardError::NotBuilt { what: format!("the PWM channel of pin `{pin}`") })
    }
}

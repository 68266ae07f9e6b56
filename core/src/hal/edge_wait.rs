//! A pin whose edges can be awaited: `Wait` of `embedded-hal-async`.
//!
//! Owns [`EdgeWait`]. Which pins share an interrupt line is the board's business.

use alloc::sync::Arc;

use embedded_hal::digital::{ErrorType, InputPin, OutputPin, StatefulOutputPin};
use embedded_hal_async::digital::Wait;

use crate::board::BoardError;
use crate::pin::{Edge, Gpio};
use crate::sync::IrqFlag;

/// A pin with its interrupt line, for drivers that wait for levels and edges.
///
/// The line is taken when it is made, and given back when it is dropped. Its handler is set up for the time of a wait
/// only: an edge between two waits is not seen. A wait ends with the edge, also if the pin has gone back since.
///
/// It is any executor's: the futures are woken by the handler and know no event loop. How to await them in a task is
/// told [above](crate::hal#interrupts-of-a-task).
pub struct EdgeWait<P: Gpio> {
    pin: P,
    seen: Arc<IrqFlag>,
}

impl<P: Gpio> EdgeWait<P> {
    /// Takes the pin's interrupt line.
    ///
    /// # Errors
    ///
    /// `InUse` if another pin has a handler on the same line.
    pub fn new(mut pin: P) -> Result<Self, BoardError> {
        pin.on_edge(Edge::Both, |_, _| {})?;
        pin.mask();
        Ok(Self { pin, seen: Arc::default() })
    }

    /// The pin itself, for everything else that it can do.
    pub fn pin(&mut self) -> &mut P {
        &mut self.pin
    }

    /// Has the handler called at the next edge, and looks whether that is needed.
    async fn wait(
        &mut self,
        edge: Edge,
        is_there: impl FnOnce(&mut P) -> Result<bool, P::Error>,
    ) -> Result<(), P::Error> {
        self.seen.clear();
        let seen = self.seen.clone();
        self.pin.on_edge(edge, move |_, _| seen.set()).expect("the line is this pin's since it was taken");
        let line = Armed(&mut self.pin);
        // Looked at with the handler in its place: no edge can slip in between.
        if !is_there(line.0)? {
            self.seen.wait().await;
        }
        Ok(())
    }
}

/// A line whose handler may be called, until this is dropped.
struct Armed<'a, P: Gpio>(&'a mut P);

impl<P: Gpio> Drop for Armed<'_, P> {
    fn drop(&mut self) {
        self.0.mask();
    }
}

impl<P: Gpio> Drop for EdgeWait<P> {
    fn drop(&mut self) {
        self.pin.off_edge();
    }
}

impl<P: Gpio> ErrorType for EdgeWait<P> {
    type Error = P::Error;
}

impl<P: Gpio> Wait for EdgeWait<P> {
    async fn wait_for_high(&mut self) -> Result<(), P::Error> {
        self.wait(Edge::Rising, P::is_high).await
    }

    async fn wait_for_low(&mut self) -> Result<(), P::Error> {
        self.wait(Edge::Falling, P::is_low).await
    }

    async fn wait_for_rising_edge(&mut self) -> Result<(), P::Error> {
        self.wait(Edge::Rising, |_| Ok(false)).await
    }

    async fn wait_for_falling_edge(&mut self) -> Result<(), P::Error> {
        self.wait(Edge::Falling, |_| Ok(false)).await
    }

    async fn wait_for_any_edge(&mut self) -> Result<(), P::Error> {
        self.wait(Edge::Both, |_| Ok(false)).await
    }
}

impl<P: Gpio> InputPin for EdgeWait<P> {
    fn is_high(&mut self) -> Result<bool, P::Error> {
        self.pin.is_high()
    }

    fn is_low(&mut self) -> Result<bool, P::Error> {
        self.pin.is_low()
    }
}

impl<P: Gpio> OutputPin for EdgeWait<P> {
    fn set_low(&mut self) -> Result<(), P::Error> {
        self.pin.set_low()
    }

    fn set_high(&mut self) -> Result<(), P::Error> {
        self.pin.set_high()
    }
}

impl<P: Gpio> StatefulOutputPin for EdgeWait<P> {
    fn is_set_high(&mut self) -> Result<bool, P::Error> {
        self.pin.is_set_high()
    }

    fn is_set_low(&mut self) -> Result<bool, P::Error> {
        self.pin.is_set_low()
    }
}

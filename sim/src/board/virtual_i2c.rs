//! An I2C unit of a virtual Pyboard, as programs hold it.
//!
//! Owns both forms of a transfer: one that keeps the CPU, and one that waits to be woken. The bus is the unit's.

use std::future::poll_fn;
use std::task::{Context, Poll};

use embedded_hal::i2c::{ErrorType, I2c as BlockingI2c, Operation};
use embedded_hal_async::i2c::I2c as AsyncI2c;
use vpyb_core::I2cError;

use super::machine::Machine;
use super::virtual_board::VirtualBoard;
use crate::mcu::{I2c, I2cOutcome, I2cSegment, I2cTicket};
use crate::world::{Bench, DeviceId};

/// An open I2C unit.
#[derive(Clone)]
pub struct VirtualI2c {
    board: VirtualBoard,
    device: DeviceId,
}

impl VirtualI2c {
    pub(super) fn new(board: VirtualBoard, device: DeviceId) -> Self {
        Self { board, device }
    }

    fn with<T>(&self, f: impl FnOnce(&mut I2c, DeviceId, &mut Bench) -> T) -> T {
        let mut machine = self.board.machine.borrow_mut();
        let (unit, bench) = machine.i2c(self.device);
        f(unit, self.device, bench)
    }

    /// Begins something with the unit at rest, and keeps the CPU until it is over.
    fn until_done(
        &self,
        begin: impl FnOnce(&mut I2c, DeviceId, &mut Bench) -> I2cTicket,
    ) -> Result<Vec<u8>, I2cError> {
        self.board.access();
        let at_rest = |machine: &mut Machine| machine.i2c(self.device).0.is_idle();
        self.board.busy_until(at_rest);
        let ticket = self.with(begin);
        self.board.busy_until(at_rest);
        let outcome = self.with(|unit, _, _| unit.take_outcome(ticket));
        result_of(outcome.expect("a transfer that is over has an outcome"))
    }
}

fn result_of(outcome: I2cOutcome) -> Result<Vec<u8>, I2cError> {
    match outcome {
        I2cOutcome::Done(read) => Ok(read),
        I2cOutcome::NoAddress => Err(I2cError::NoAddress),
        I2cOutcome::NoData => Err(I2cError::NoData),
        I2cOutcome::Arbitration => Err(I2cError::ArbitrationLoss),
        I2cOutcome::Busy => Err(I2cError::Busy),
        I2cOutcome::Stretch => Err(I2cError::Timeout),
        I2cOutcome::Stuck => Err(I2cError::Stuck),
    }
}

/// The parts of a transfer: neighbours of one direction are one part, without a START between them.
fn segments(operations: &[Operation<'_>]) -> Vec<I2cSegment> {
    let mut segments = Vec::new();
    for operation in operations {
        match (operation, segments.last_mut()) {
            (Operation::Write(bytes), Some(I2cSegment::Write(before))) => before.extend_from_slice(bytes),
            (Operation::Write(bytes), _) => segments.push(I2cSegment::Write(bytes.to_vec())),
            (Operation::Read(buffer), Some(I2cSegment::Read(before))) => *before += buffer.len(),
            (Operation::Read(buffer), _) => segments.push(I2cSegment::Read(buffer.len())),
        }
    }
    segments
}

/// Puts what was read where it was wanted.
fn distribute(mut read: &[u8], operations: &mut [Operation<'_>]) {
    for operation in operations {
        if let Operation::Read(buffer) = operation {
            let (mine, rest) = read.split_at(buffer.len().min(read.len()));
            buffer[..mine.len()].copy_from_slice(mine);
            read = rest;
        }
    }
}

impl vpyb_core::I2c for VirtualI2c {
    fn recover(&mut self) -> Result<(), I2cError> {
        self.until_done(|unit, me, bench| unit.begin_recovery(me, bench)).map(drop)
    }
}

impl ErrorType for VirtualI2c {
    type Error = I2cError;
}

impl BlockingI2c for VirtualI2c {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), I2cError> {
        let segments = segments(operations);
        if segments.is_empty() {
            return Ok(());
        }
        let read = self.until_done(|unit, me, bench| unit.begin(address, &segments, me, bench))?;
        distribute(&read, operations);
        Ok(())
    }
}

impl AsyncI2c for VirtualI2c {
    async fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), I2cError> {
        let segments = segments(operations);
        if segments.is_empty() {
            return Ok(());
        }
        self.board.access();
        let mut transfer = Transfer { unit: self, address, segments, begun: None };
        let outcome = poll_fn(|cx| transfer.poll(cx)).await;
        distribute(&result_of(outcome)?, operations);
        Ok(())
    }
}

/// A transfer that somebody awaits.
struct Transfer<'a> {
    unit: &'a VirtualI2c,
    address: u8,
    segments: Vec<I2cSegment>,
    /// What stands for it, once it has begun.
    begun: Option<I2cTicket>,
}

impl Transfer<'_> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<I2cOutcome> {
        let mut machine = self.unit.board.machine.borrow_mut();
        let device = self.unit.device;
        let (unit, bench) = machine.i2c(device);
        match self.begun {
            Some(ticket) => {
                if let Some(outcome) = unit.take_outcome(ticket) {
                    return Poll::Ready(outcome);
                }
            }
            None if unit.is_idle() => {
                self.begun = Some(unit.begin(self.address, &self.segments, device, bench));
            }
            None => {}
        }
        machine.wake_at_rest(device, cx.waker());
        Poll::Pending
    }
}

impl Drop for Transfer<'_> {
    /// A transfer that nobody awaits any more ends with a STOP.
    fn drop(&mut self) {
        if let Some(ticket) = self.begun {
            self.unit.with(|unit, _, _| unit.abandon(ticket));
        }
    }
}

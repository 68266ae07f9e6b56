//! A device on the I2C bus, for the checks of the master: 256 registers at one address.
//!
//! Owns what it does at each edge of the bus. It sits on two other pins that are wired to the master's, and works in their
//! interrupt handlers, as a device beside the chip would. What it is told goes by statics.

use core::cell::RefCell;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use critical_section::Mutex;
use embedded_hal::digital::PinState;
use vpyb_core::time::Duration;
use vpyb_core::{Board, Edge, Gpio, PinMode, Pull};
use vpyb_stm32f405::clock;
use vpyb_stm32f405::pins::{Pin, named};
use vpyb_stm32f405::target::nets::{self, Drive};
use vpyb_stm32f405::target::{ChipBoard, ChipPin};

/// Its address.
pub const ADDRESS: u8 = 0x40;
/// Registers from here on refuse to be written.
pub const READ_ONLY: u8 = 0xF0;

/// Holds SCL low for so many microseconds after each byte.
pub static HOLDS_US: AtomicU32 = AtomicU32::new(0);
/// SDA is held low, as by a device that lost a clock.
pub static STUCK: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    /// Takes the bits of a byte.
    Taking,
    /// Acknowledges it, or not, for one clock.
    Answering,
    /// Gives the bits of a byte.
    Giving,
    /// Hears whether another one is wanted.
    Hearing,
}

struct Target {
    state: State,
    bits: u32,
    byte: u8,
    /// Bytes since START, the address included.
    count: usize,
    reads: bool,
    pointer: u8,
    registers: [u8; 256],
}

static TARGET: Mutex<RefCell<Target>> = Mutex::new(RefCell::new(Target {
    state: State::Idle,
    bits: 0,
    byte: 0,
    count: 0,
    reads: false,
    pointer: 0,
    registers: [0; 256],
}));

fn pin(name: &str) -> Pin {
    named(name).expect("the board has this pin")
}

fn sda(high: bool) {
    let high = high && !STUCK.load(Ordering::Relaxed);
    nets::set(pin("Y4"), if high { Drive::Released } else { Drive::Low }, None);
}

fn shown(name: &str) -> bool {
    critical_section::with(|cs| nets::level(cs, pin(name))) == Some(PinState::High)
}

/// Wires the device to the master's pins; it works for as long as what this gives is kept.
pub fn attach(board: &ChipBoard) -> [ChipPin; 2] {
    nets::join(pin("X9"), pin("Y3"));
    nets::join(pin("X10"), pin("Y4"));
    let mode = PinMode::OpenDrain(Pull::None);
    let mut pins = ["Y3", "Y4"].map(|name| board.pin(name, mode).expect("the pin is free"));
    let [scl, sda] = &mut pins;
    scl.on_edge(Edge::Both, |_, level| on_clock(level == PinState::High)).expect("its line is free");
    sda.on_edge(Edge::Both, |_, level| on_data(level == PinState::High)).expect("its line is free");
    pins
}

/// A change of SDA while the clock is high is START or STOP.
fn on_data(high: bool) {
    if !shown("Y3") {
        return;
    }
    critical_section::with(|cs| {
        let mut target = TARGET.borrow_ref_mut(cs);
        target.state = if high { State::Idle } else { State::Taking };
        (target.bits, target.count) = (0, 0);
    });
}

fn on_clock(high: bool) {
    critical_section::with(|cs| {
        let mut target = TARGET.borrow_ref_mut(cs);
        if high { target.rises(shown("Y4")) } else { target.falls() }
    });
}

impl Target {
    fn rises(&mut self, data: bool) {
        match self.state {
            State::Taking => {
                self.byte = self.byte << 1 | u8::from(data);
                self.bits += 1;
            }
            State::Hearing if data => self.state = State::Idle,
            _ => {}
        }
    }

    fn falls(&mut self) {
        match self.state {
            State::Taking if self.bits == 8 => self.answer(),
            State::Answering if self.reads => self.give(),
            State::Answering => {
                sda(true);
                (self.state, self.bits) = (State::Taking, 0);
            }
            State::Giving if self.bits == 8 => {
                sda(true);
                self.state = State::Hearing;
            }
            State::Giving => self.give_bit(),
            State::Hearing => self.give(),
            _ => sda(true),
        }
    }

    fn answer(&mut self) {
        let taken = match self.count {
            0 => {
                self.reads = self.byte & 1 == 1;
                self.byte >> 1 == ADDRESS
            }
            1 => {
                self.pointer = self.byte;
                true
            }
            _ if self.pointer >= READ_ONLY => false,
            _ => {
                self.registers[usize::from(self.pointer)] = self.byte;
                self.pointer = self.pointer.wrapping_add(1);
                true
            }
        };
        self.count += 1;
        self.state = if taken { State::Answering } else { State::Idle };
        sda(!taken);
        hold_the_clock();
    }

    fn give(&mut self) {
        self.byte = self.registers[usize::from(self.pointer)];
        self.pointer = self.pointer.wrapping_add(1);
        (self.state, self.bits) = (State::Giving, 0);
        self.give_bit();
    }

    fn give_bit(&mut self) {
        sda(self.byte & 0x80 != 0);
        self.byte <<= 1;
        self.bits += 1;
    }
}

/// A device that needs time.
fn hold_the_clock() {
    let micros = HOLDS_US.load(Ordering::Relaxed);
    if micros > 0 {
        let until = clock::now() + Duration::from_micros(micros.into());
        nets::set(pin("Y3"), Drive::Low, None);
        while clock::now() < until {}
        nets::set(pin("Y3"), Drive::Released, None);
    }
}

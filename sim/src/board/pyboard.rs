//! The Pyboard v1.1 as data: its units and their pins.
//!
//! Source: MicroPython's `mpconfigboard.h` for PYBV11; UART clocks from the STM32F405's bus
//! clocks at 168 MHz (APB1 42 MHz, APB2 84 MHz).

/// The model's name in scenario files.
pub const MODEL: &str = "pyboard-v1.1";

/// A UART of the board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UartUnit {
    /// Its name.
    pub name: &'static str,
    /// What MicroPython calls its place on the board; empty if it has no such name.
    pub label: &'static str,
    /// The pin that sends.
    pub tx: &'static str,
    /// The pin that receives.
    pub rx: &'static str,
    /// The pin by which the other side says that it may send, if the board has one.
    pub cts: Option<&'static str>,
    /// The pin by which it says so to the other side.
    pub rts: Option<&'static str>,
    /// Its bus clock in hertz.
    pub clock: u32,
}

/// The UARTs. UART5's pins belong to the SD card.
pub const UARTS: &[UartUnit] = &[
    uart("uart1", "XB", "X9", "X10", 84),
    UartUnit { cts: Some("X1"), rts: Some("X2"), ..uart("uart2", "", "X3", "X4", 42) },
    UartUnit { cts: Some("Y6"), rts: Some("Y7"), ..uart("uart3", "YB", "Y9", "Y10", 42) },
    uart("uart4", "XA", "X1", "X2", 42),
    uart("uart6", "YA", "Y1", "Y2", 84),
];

/// A UART without flow control.
const fn uart(
    name: &'static str,
    label: &'static str,
    tx: &'static str,
    rx: &'static str,
    megahertz: u32,
) -> UartUnit {
    UartUnit { name, label, tx, rx, cts: None, rts: None, clock: megahertz * 1_000_000 }
}

/// An I2C unit of the board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct I2cUnit {
    /// Its name.
    pub name: &'static str,
    /// The clock's pin.
    pub scl: &'static str,
    /// The data pin.
    pub sda: &'static str,
}

/// The I2C units. The accelerometer is on the first one.
pub const BUSES: &[I2cUnit] =
    &[I2cUnit { name: "i2c1", scl: "X9", sda: "X10" }, I2cUnit { name: "i2c2", scl: "Y9", sda: "Y10" }];

/// The buttons of the board: each connects its pin to ground. No resistor pulls the pin up.
pub const SWITCHES: &[(&str, &str)] = &[("USR", "X17")];

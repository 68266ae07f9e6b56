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
    /// The pin that sends.
    pub tx: &'static str,
    /// The pin that receives.
    pub rx: &'static str,
    /// Its bus clock in hertz.
    pub clock: u32,
}

/// The UARTs. UART5's pins belong to the SD card.
pub const UARTS: &[UartUnit] = &[
    UartUnit { name: "uart1", tx: "X9", rx: "X10", clock: 84_000_000 },
    UartUnit { name: "uart2", tx: "X3", rx: "X4", clock: 42_000_000 },
    UartUnit { name: "uart3", tx: "Y9", rx: "Y10", clock: 42_000_000 },
    UartUnit { name: "uart4", tx: "X1", rx: "X2", clock: 42_000_000 },
    UartUnit { name: "uart6", tx: "Y1", rx: "Y2", clock: 84_000_000 },
];

//! The pins of a Pyboard v1.1 as data: where each goes on the chip, and what it can be.
//!
//! Owns the table and its lookups. Sources: MicroPython's `pins.csv` for PYBV11, `stm32f405_af.csv` for the
//! alternate functions, ST's data sheet of the STM32F405 for the analogue ones. Knows neither nets nor who uses
//! a pin.

/// A pin of the chip that the board does something with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BoardPin {
    /// Its name: that printed on the board, `LED1` to `LED4`, or that of the chip for what is on no header.
    pub name: &'static str,
    /// The chip's port, `A` to `D`.
    pub port: char,
    /// The number within the port: also its interrupt line, which it shares with its like in other ports.
    pub number: u8,
    /// Alternate functions, e.g. `USART2_TX`.
    pub functions: &'static [&'static str],
    /// Analogue functions, e.g. `ADC123_IN0`.
    pub analogue: &'static [&'static str],
    /// What the board itself has on it; empty if nothing.
    pub on_board: &'static str,
}

impl BoardPin {
    /// The chip's name of it: `PA0`.
    pub fn chip_name(&self) -> String {
        format!("P{}{}", self.port, self.number)
    }

    /// Whether it is an LED.
    pub fn is_led(&self) -> bool {
        self.name.starts_with("LED")
    }

    /// Whether it is on a header.
    pub fn is_on_header(&self) -> bool {
        self.name.starts_with(['X', 'Y'])
    }
}

const fn pin(
    name: &'static str,
    port: char,
    number: u8,
    functions: &'static [&'static str],
    analogue: &'static [&'static str],
    on_board: &'static str,
) -> BoardPin {
    BoardPin { name, port, number, functions, analogue, on_board }
}

/// The number by which a pin is switched to a function. It depends on the unit alone.
pub fn alternate_number(function: &str) -> Option<u8> {
    let unit = function.split('_').next().unwrap_or(function);
    Some(match unit {
        "TIM1" | "TIM2" => 1,
        "TIM3" | "TIM4" | "TIM5" => 2,
        "TIM8" | "TIM9" | "TIM10" | "TIM11" => 3,
        "I2C1" | "I2C2" | "I2C3" => 4,
        "SPI1" | "SPI2" => 5,
        "SPI3" => 6,
        "USART1" | "USART2" | "USART3" => 7,
        "UART4" | "UART5" | "USART6" => 8,
        "CAN1" | "CAN2" | "TIM12" | "TIM13" | "TIM14" => 9,
        _ => return None,
    })
}

/// The pin of this name.
pub fn find(name: &str) -> Option<&'static BoardPin> {
    PINS.iter().find(|pin| pin.name == name)
}

/// Headers in their order, LEDs, then what is on no header.
#[rustfmt::skip]
pub const PINS: &[BoardPin] = &[
    pin("X1", 'A', 0, &["TIM2_CH1", "TIM2_ETR", "TIM5_CH1", "TIM8_ETR", "UART4_TX", "USART2_CTS"], &["ADC123_IN0"], ""),
    pin("X2", 'A', 1, &["TIM2_CH2", "TIM5_CH2", "UART4_RX", "USART2_RTS"], &["ADC123_IN1"], ""),
    pin("X3", 'A', 2, &["TIM2_CH3", "TIM5_CH3", "TIM9_CH1", "USART2_TX"], &["ADC123_IN2"], ""),
    pin("X4", 'A', 3, &["TIM2_CH4", "TIM5_CH4", "TIM9_CH2", "USART2_RX"], &["ADC123_IN3"], ""),
    pin("X5", 'A', 4, &["SPI1_NSS"], &["ADC12_IN4", "DAC1"], ""),
    pin("X6", 'A', 5, &["TIM2_CH1", "TIM2_ETR", "TIM8_CH1N", "SPI1_SCK"], &["ADC12_IN5", "DAC2"], ""),
    pin("X7", 'A', 6, &["TIM1_BKIN", "TIM3_CH1", "TIM8_BKIN", "TIM13_CH1", "SPI1_MISO"], &["ADC12_IN6"], ""),
    pin("X8", 'A', 7, &["TIM1_CH1N", "TIM3_CH2", "TIM8_CH1N", "TIM14_CH1", "SPI1_MOSI"], &["ADC12_IN7"], ""),
    pin("X9", 'B', 6, &["TIM4_CH1", "USART1_TX", "I2C1_SCL", "CAN2_TX"], &[], ""),
    pin("X10", 'B', 7, &["TIM4_CH2", "USART1_RX", "I2C1_SDA"], &[], ""),
    pin("X11", 'C', 4, &[], &["ADC12_IN14"], ""),
    pin("X12", 'C', 5, &[], &["ADC12_IN15"], ""),
    pin("X17", 'B', 3, &["TIM2_CH2", "SPI1_SCK", "SPI3_SCK"], &[], "the USR switch"),
    pin("X18", 'C', 13, &[], &[], ""),
    pin("X19", 'C', 0, &[], &["ADC123_IN10"], ""),
    pin("X20", 'C', 1, &[], &["ADC123_IN11"], ""),
    pin("X21", 'C', 2, &["SPI2_MISO"], &["ADC123_IN12"], ""),
    pin("X22", 'C', 3, &["SPI2_MOSI"], &["ADC123_IN13"], ""),
    pin("Y1", 'C', 6, &["TIM3_CH1", "TIM8_CH1", "USART6_TX"], &[], ""),
    pin("Y2", 'C', 7, &["TIM3_CH2", "TIM8_CH2", "USART6_RX"], &[], ""),
    pin("Y3", 'B', 8, &["TIM4_CH3", "TIM10_CH1", "I2C1_SCL", "CAN1_RX"], &[], ""),
    pin("Y4", 'B', 9, &["TIM4_CH4", "TIM11_CH1", "I2C1_SDA", "SPI2_NSS", "CAN1_TX"], &[], ""),
    pin("Y5", 'B', 12, &["TIM1_BKIN", "USART3_CK", "SPI2_NSS", "I2C2_SMBA", "CAN2_RX"], &[], ""),
    pin("Y6", 'B', 13, &["TIM1_CH1N", "USART3_CTS", "SPI2_SCK", "CAN2_TX"], &[], ""),
    pin("Y7", 'B', 14, &["TIM1_CH2N", "TIM8_CH2N", "TIM12_CH1", "USART3_RTS", "SPI2_MISO"], &[], ""),
    pin("Y8", 'B', 15, &["TIM1_CH3N", "TIM8_CH3N", "TIM12_CH2", "SPI2_MOSI"], &[], ""),
    pin("Y9", 'B', 10, &["TIM2_CH3", "USART3_TX", "I2C2_SCL", "SPI2_SCK"], &[], ""),
    pin("Y10", 'B', 11, &["TIM2_CH4", "USART3_RX", "I2C2_SDA"], &[], ""),
    pin("Y11", 'B', 0, &["TIM1_CH2N", "TIM3_CH3", "TIM8_CH2N"], &["ADC12_IN8"], ""),
    pin("Y12", 'B', 1, &["TIM1_CH3N", "TIM3_CH4", "TIM8_CH3N"], &["ADC12_IN9"], ""),
    pin("LED1", 'A', 13, &[], &[], "red LED"),
    pin("LED2", 'A', 14, &[], &[], "green LED"),
    pin("LED3", 'A', 15, &["TIM2_CH1"], &[], "yellow LED"),
    pin("LED4", 'B', 4, &["TIM3_CH1"], &[], "blue LED"),
    pin("PB5", 'B', 5, &[], &[], "supply of the accelerometer, high is on"),
    pin("PB2", 'B', 2, &[], &[], "INT of the accelerometer"),
    pin("PA8", 'A', 8, &[], &[], "SD card's detect switch, low is present"),
    pin("PA9", 'A', 9, &[], &[], "USB VBUS"),
    pin("PA10", 'A', 10, &[], &[], "USB ID"),
    pin("PA11", 'A', 11, &[], &[], "USB DM"),
    pin("PA12", 'A', 12, &[], &[], "USB DP"),
    pin("PC8", 'C', 8, &[], &[], "SD card D0"),
    pin("PC9", 'C', 9, &[], &[], "SD card D1"),
    pin("PC10", 'C', 10, &[], &[], "SD card D2"),
    pin("PC11", 'C', 11, &[], &[], "SD card D3"),
    pin("PC12", 'C', 12, &[], &[], "SD card CK"),
    pin("PD2", 'D', 2, &[], &[], "SD card CMD"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_pin_of_the_chip_is_listed_twice() {
        let chip: BTreeSet<_> = PINS.iter().map(BoardPin::chip_name).collect();
        let names: BTreeSet<_> = PINS.iter().map(|pin| pin.name).collect();
        assert_eq!((chip.len(), names.len()), (PINS.len(), PINS.len()));
        assert!(PINS.iter().all(|pin| pin.number < 16));
    }

    /// A pin that is on no header is called as on the chip.
    #[test]
    fn names_beside_the_headers_are_the_chips() {
        let others = PINS.iter().filter(|pin| !pin.is_on_header() && !pin.is_led());
        assert!(others.clone().count() > 0 && others.clone().all(|pin| pin.name == pin.chip_name()));
    }

    #[test]
    fn every_alternate_function_has_a_number() {
        let functions = PINS.iter().flat_map(|pin| pin.functions);
        let unknown: Vec<_> = functions.filter(|function| alternate_number(function).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        // X1 as UART 4 is AF8, as CTS of USART 2 AF7: the data sheet's table of alternate functions.
        assert_eq!((alternate_number("UART4_TX"), alternate_number("USART2_CTS")), (Some(8), Some(7)));
    }

    #[test]
    fn the_switch_shares_its_interrupt_line_with_x4_and_x22() {
        let lines = ["X4", "X17", "X22"].map(|name| find(name).expect("a pin").number);
        assert_eq!(lines, [3, 3, 3]);
    }
}

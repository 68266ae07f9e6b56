//! What an HTU21D makes of the air: codes, resolutions and the checksum.
//!
//! Owns the formulas of the data sheet, in whole numbers so that they are the same everywhere. Knows no bus.

use vpyb_core::time::Duration;

use super::climate::Climate;

/// Bits of a result, and how long it takes at the most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Resolution {
    pub(super) humidity_bits: u32,
    pub(super) temperature_bits: u32,
    pub(super) humidity_time: Duration,
    pub(super) temperature_time: Duration,
}

/// The resolution that bits 7 and 0 of the user register choose. The codes are not in order.
pub(super) fn resolution(user: u8) -> Resolution {
    let (humidity_bits, temperature_bits, humidity_ms, temperature_ms) = match (user >> 7, user & 1) {
        (0, 0) => (12, 14, 16, 50),
        (0, _) => (8, 12, 3, 13),
        (_, 0) => (10, 13, 5, 25),
        (_, _) => (11, 11, 8, 7),
    };
    Resolution {
        humidity_bits,
        temperature_bits,
        humidity_time: Duration::from_millis(humidity_ms),
        temperature_time: Duration::from_millis(temperature_ms),
    }
}

/// The word of a temperature, its status bits 0: T = -46.85 + 175.72 * code / 65536.
pub(super) fn temperature_code(climate: Climate, bits: u32) -> u16 {
    code(i64::from(climate.temperature) + 46_850, 175_720, 175_720, bits)
}

/// The word of a humidity, its status bits 2: RH = -6 + 125 * code / 65536, at the most 118 %.
pub(super) fn humidity_code(climate: Climate, bits: u32) -> u16 {
    code(i64::from(climate.humidity) + 6_000, 125_000, 124_000, bits) | 2
}

/// The nearest code of so many bits to a part of a range, which is cut at the highest; left-aligned.
fn code(part: i64, range: i64, highest: i64, bits: u32) -> u16 {
    let code = ((part.clamp(0, highest) << bits) + range / 2) / range;
    (code.min((1 << bits) - 1) << (16 - bits)) as u16
}

/// The checksum of its data: polynomial x^8 + x^5 + x^4 + 1, from 0, the highest bit first.
pub(super) fn crc8(data: &[u8]) -> u8 {
    data.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 != 0 { crc << 1 ^ 0x31 } else { crc << 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The data sheet's own vectors.
    #[test]
    fn checksums_of_the_data_sheet() {
        assert_eq!(crc8(&[0xDC]), 0x79);
        assert_eq!(crc8(&[0x68, 0x3A]), 0x7C);
        assert_eq!(crc8(&[0x4E, 0x85]), 0x6B);
        assert_eq!(crc8(&[0x7C, 0x82]), 0x97);
    }

    /// 24.7 C is 0x683A in the data sheet, 54.8 %RH is 0x7C82; the status bits say which is which.
    #[test]
    fn words_of_the_data_sheet() {
        let climate = Climate { temperature: 24_690, humidity: 54_790 };
        assert_eq!(temperature_code(climate, 14), 0x6838);
        assert_eq!(humidity_code(climate, 12), 0x7C82);
    }

    #[test]
    fn words_are_rounded_to_their_bits_and_clamped() {
        let climate = Climate { temperature: 24_690, humidity: 54_790 };
        assert_eq!(
            [14, 13, 12, 11].map(|bits| temperature_code(climate, bits)),
            [0x6838, 0x6838, 0x6840, 0x6840]
        );
        assert_eq!(
            [12, 11, 10, 8].map(|bits| humidity_code(climate, bits)),
            [0x7C82, 0x7C82, 0x7C82, 0x7C02]
        );
        let ends = [-46_850, 128_869, 200_000].map(|temperature| Climate { temperature, humidity: 0 });
        assert_eq!(ends.map(|air| temperature_code(air, 14)), [0, 0xFFFC, 0xFFFC]);
        let wet = Climate { temperature: 0, humidity: 130_000 };
        assert_eq!(humidity_code(wet, 12), 0xFDF2);
    }
}

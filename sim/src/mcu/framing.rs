//! Characters as bits on a wire.
//!
//! Owns the order of the bits of a frame, and the parity. Knows no instants.

use vpyb_core::{Parity, UartFrame};

/// A character: up to nine data bits.
pub type Word = u16;

/// How many bits a frame has, the start and stop bits included.
pub fn frame_bits(frame: UartFrame) -> u8 {
    1 + checked_bits(frame) + frame.stop_bits
}

/// Data bits and the parity bit.
pub fn checked_bits(frame: UartFrame) -> u8 {
    frame.bits + u8::from(frame.parity != Parity::None)
}

/// All bits of a character in the order in which they are sent, the first one lowest.
pub fn encode(frame: UartFrame, word: Word) -> u16 {
    let data = word & data_mask(frame);
    let parity = u16::from(parity_of(frame, data)) << frame.bits;
    let stop = ((1 << frame.stop_bits) - 1) << checked_bits(frame);
    (data | parity | stop) << 1
}

/// The data bits of a frame, and whether its parity bit is right. `bits` has the data bits lowest.
pub fn decode(frame: UartFrame, bits: u16) -> (Word, bool) {
    let data = bits & data_mask(frame);
    let parity = bits >> frame.bits & 1 == 1;
    (data, frame.parity == Parity::None || parity == parity_of(frame, data))
}

fn data_mask(frame: UartFrame) -> u16 {
    (1 << frame.bits) - 1
}

fn parity_of(frame: UartFrame, data: Word) -> bool {
    match frame.parity {
        Parity::None => false,
        Parity::Even => data.count_ones() % 2 == 1,
        Parity::Odd => data.count_ones().is_multiple_of(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bits: u8, parity: Parity, stop_bits: u8) -> UartFrame {
        UartFrame { bits, parity, stop_bits }
    }

    /// 'C' is 100 0011: three ones.
    #[test]
    fn frames_are_sent_lowest_bit_first() {
        let sent = |frame, word| {
            let bits = encode(frame, word);
            (0..frame_bits(frame)).map(|bit| if bits >> bit & 1 == 1 { '1' } else { '0' }).collect::<String>()
        };
        assert_eq!(sent(UartFrame::N8, 0x43), "0110000101");
        assert_eq!(sent(frame(7, Parity::Even, 2), 0x43), "01100001111");
        assert_eq!(sent(frame(8, Parity::Odd, 1), 0x43), "01100001001");
        assert_eq!(sent(frame(9, Parity::None, 2), 0x1FE), "001111111111");
        assert_eq!(frame_bits(UartFrame::N8), 10);
        assert_eq!(frame_bits(frame(9, Parity::None, 2)), 12);
        assert_eq!(frame_bits(frame(7, Parity::Odd, 1)), 10);
    }

    #[test]
    fn what_is_sent_is_what_is_read() {
        for parity in [Parity::None, Parity::Even, Parity::Odd] {
            for bits in [7, 8, 9] {
                let frame = frame(bits, parity, 1);
                for word in 0..1 << bits {
                    let sent = encode(frame, word) >> 1;
                    assert_eq!(decode(frame, sent), (word, true));
                    assert_eq!(decode(frame, sent ^ 1).1, parity == Parity::None);
                }
            }
        }
    }
}

//! What drivers decode, for anything that may come.

use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::Config;
use vpyb_core::drivers::htu21d::{celsius, crc8, percent, word};
use vpyb_core::drivers::mma7660::counts;
use vpyb_core::drivers::nec_ir::{EDGES, NecCode, decode};
use vpyb_core::ticks::PERIOD;

fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// The edges of a frame whose spans are multiplied, each by its own percentage.
fn frame(begin: u32, bytes: [u8; 4], percent: &[u32]) -> [u32; EDGES] {
    let mut spans = vec![9_000, 4_500];
    for byte in bytes {
        for bit in 0..8 {
            spans.extend([562, if byte >> bit & 1 == 1 { 1_687 } else { 562 }]);
        }
    }
    spans.push(562);
    let mut times = [begin % PERIOD; EDGES];
    for (edge, span) in spans.iter().enumerate() {
        times[edge + 1] = (times[edge] + span * percent[edge % percent.len()] / 100) % PERIOD;
    }
    times
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// Spaces may be 30 % off and a frame still reads, wherever the ticks wrap.
    #[test]
    fn frames_survive_what_receivers_do_to_them(
        begin: u32,
        address: u8,
        command: u8,
        percent in prop::collection::vec(70_u32..=130, 67),
    ) {
        let times = frame(begin, [address, !address, command, !command], &percent);
        prop_assert_eq!(decode(&times, EDGES, false, 0), (NecCode::Data(command), address.into()));
    }

    /// Of arbitrary bytes, address and command are either right or refused.
    #[test]
    fn a_frame_is_refused_for_what_is_wrong_with_it(bytes: [u8; 4], extended: bool) {
        let times = frame(0, bytes, &[100]);
        let [low, high, command, inverse] = bytes;
        let address = if low == !high { low.into() } else { u16::from_le_bytes([low, high]) };
        let expected = if low != !high && !extended {
            NecCode::BadAddress
        } else if command != !inverse {
            NecCode::BadData
        } else {
            NecCode::Data(command)
        };
        prop_assert_eq!(decode(&times, EDGES, extended, 7), (expected, address));
    }

    /// Whatever the edges are, there is a code, and only a whole frame gives data.
    #[test]
    fn any_edges_have_a_code(
        times in prop::collection::vec(0..PERIOD, EDGES),
        count in 1_usize..=EDGES + 1,
        extended: bool,
        held: u16,
    ) {
        let times: [u32; EDGES] = times.try_into().unwrap();
        let (code, address) = decode(&times, count, extended, held);
        match code {
            NecCode::Data(_) | NecCode::BadData | NecCode::BadAddress => prop_assert_eq!(count, EDGES),
            NecCode::Repeat => prop_assert_eq!((count, address), (4, held)),
            NecCode::Overrun => prop_assert_eq!((count, address), (EDGES + 1, 0)),
            _ => prop_assert_eq!(address, 0),
        }
        prop_assert!((-7..256).contains(&code.number()));
    }

    /// Data with their checksum are whole, and are not when up to three neighbouring bits are wrong.
    #[test]
    fn a_checksum_finds_a_burst_of_errors(data: u16, burst in 1_u32..8, at in 0_u32..22) {
        let [high, low] = data.to_be_bytes();
        let whole = [high, low, crc8(&[high, low])];
        prop_assert_eq!(word(whole), Some(data & !3));
        let sent = u32::from_be_bytes([0, whole[0], whole[1], whole[2]]);
        let [_, a, b, c] = (sent ^ burst << at & 0xFF_FFFF).to_be_bytes();
        prop_assert_eq!(word([a, b, c]), None);
    }

    #[test]
    fn words_are_within_the_sensors_scale(word in any::<u16>()) {
        prop_assert!((-46.9..128.9).contains(&celsius(word)));
        prop_assert!((-6.0..119.0).contains(&percent(word)));
    }
}

/// Each register, with the alert bit and without it.
#[test]
fn six_bits_are_twos_complement() {
    for register in 0..=u8::MAX {
        let value = i16::from(register & 0x3F);
        let expected = if value < 32 { value } else { value - 64 };
        let alert = register & 0x40 != 0;
        assert_eq!(counts(register).map(i16::from), (!alert).then_some(expected), "{register:#04x}");
    }
}

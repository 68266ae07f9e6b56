//! Every unit and every byte: which UARTs there are, and how far apart the speeds of two ends may be.
//!
//! Owns a bench with each unit in a loop, and one whose ends have different speeds. Costs are zero.

use std::collections::BTreeSet;

use embedded_io::{Read, Write};
use vpyb_cli::PROGRAMS;
use vpyb_core::time::Instant;
use vpyb_core::{Board, TaskError, UartConfig, UartFlow, UartFrame};
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::model::{Action, Actor, Scenario, Step, When};
use vpyb_sim::trace::Kind;

use crate::runs::scenario;
use crate::trial::{Said, main_task, says_with};

/// The Pyboard's UARTs, their pins joined to themselves; there is no UART 5, whose pins are those of the SD card. A byte at
/// 9600 baud keeps the CPU for 1.0417 ms.
#[test]
fn each_uart_hears_itself_and_there_is_no_uart_5() {
    let change = |scenario: &mut Scenario| {
        let pins = [["X9", "X10"], ["X3", "X4"], ["Y9", "Y10"], ["X1", "X2"], ["Y1", "Y2"]];
        scenario.board.links = pins.map(|link| link.map(String::from)).into();
    };
    let main = main_task!(|bench| {
        for number in 1..=6 {
            match bench.board.uart(&format!("uart{number}"), UartConfig::baud(9600)) {
                Ok(mut line) => {
                    let mut heard = [0; 3];
                    line.write_all(&[number, 0x55, 0xFF]).map_err(TaskError::failed)?;
                    line.read_exact(&mut heard).expect("three bytes");
                    bench.say(format_args!("uart{number} {heard:02x?}"));
                }
                Err(error) => bench.say(error),
            }
        }
        Ok(())
    });
    let expected = Said::by_all(&[
        "3.125 uart1 [01, 55, ff]",
        "6.250 uart2 [02, 55, ff]",
        "9.375 uart3 [03, 55, ff]",
        "12.500 uart4 [04, 55, ff]",
        "12.500 the board has no UART `uart5`; it has uart1, uart2, uart3, uart4, uart6",
        "15.625 uart6 [06, 55, ff]",
    ]);
    says_with(change, main, expected);
}

/// UART 1 divides 84 MHz and the others 42 MHz by at most 65 535; only UARTs 2 and 3 have CTS and RTS.
#[test]
fn what_a_uart_cannot_be_is_refused() {
    let main = main_task!(|bench| {
        let plain = UartConfig::baud(9600);
        let [both, frame] = [
            UartConfig { flow: UartFlow { cts: true, rts: true }, ..plain },
            UartConfig { frame: UartFrame { bits: 7, ..UartFrame::N8 }, ..plain },
        ];
        for unit in ["uart1", "uart4", "uart6", "uart2", "uart3"] {
            bench.tell(unit, bench.board.uart(unit, both));
        }
        bench.tell("1200 baud", bench.board.uart("uart1", UartConfig::baud(1200)));
        bench.tell("7 bits", bench.board.uart("uart1", frame));
        bench.tell("once more", bench.board.uart("uart2", both));
        bench.tell("otherwise", bench.board.uart("uart2", plain));
        Ok(())
    });
    let expected = Said::by_all(&[
        "0 uart1: uart1 cannot be set up: it has no pins for flow control",
        "0 uart4: uart4 cannot be set up: it has no pins for flow control",
        "0 uart6: uart6 cannot be set up: it has no pins for flow control",
        "0 uart2: ok",
        "0 uart3: ok",
        "0 1200 baud: uart1 cannot be set up: a clock of 84 MHz makes 1282 to 5250000 baud, not 1200",
        "0 7 bits: uart1 cannot be set up: it has 8 or 9 data bits without parity, 7 or 8 with it, and 1 or 2 stop bits",
        "0 once more: ok",
        "0 otherwise: uart2 cannot be set up: it is open already, with other settings",
    ]);
    says_with(|_| (), main, expected);
}

/// What a UART of 10 000 baud receives without a flaw of bytes that are sent at another speed, each piece every 5 ms.
fn whole(baud: u32, pieces: &[&[u8]]) -> Vec<u8> {
    let mut bench = scenario(
        r#"
        objects.uarts = { u = { uart = "uart2", baud = 10000 } }
        run.until = "2s"
        [[task]]
        name = "main"
        script = [{ forever = [{ read = { uart = "u", n = 1 } }] }]
    "#,
        PROGRAMS,
    );
    let steps = pieces.iter().enumerate().map(|(number, data)| {
        let action = Action::Send { to: "uart2".into(), data: data.to_vec(), times: 1, baud };
        let at = Instant::from_millis(1 + 5 * number as u64);
        Step { when: When::At(at), action, mark: None, span: 0..0 }
    });
    bench.actors.push(Actor { name: "outside".into(), steps: steps.collect() });
    let outcome = runner::run(&bench, PROGRAMS, Options::default());
    let records = outcome.trace.records().iter();
    let flaws: BTreeSet<Instant> =
        records.clone().filter(|record| matches!(record.kind, Kind::Serial { .. })).map(|r| r.at).collect();
    let received = records.filter_map(|record| match record.kind {
        Kind::UartRx { byte, framing: false, .. } if !flaws.contains(&record.at) => Some(byte),
        _ => None,
    });
    received.collect()
}

/// The stop bit is sampled for the last time 9.594 bits after the start: 3 % slow that is after 9.306 bits of the sender, 3 %
/// fast after 9.882, both in its stop bit, and its next start bit comes later than that. 6 % slow the middle of the stop
/// bit is after 8.93 bits, in the last data bit, and two samples of the last data bit lie in the bit before. 6 % fast two samples
/// of the last data bit lie in the stop bit, and one of the bit before lies in the last. Either way whole are only the bytes
/// whose last two bits are 1.
#[test]
fn a_mismatch_of_3_percent_is_read_and_one_of_6_percent_is_not() {
    let all: Vec<u8> = (0..=255).collect();
    for baud in [9_700, 10_000, 10_300] {
        assert_eq!(whole(baud, &[&all]), all, "one after the other at {baud} baud");
    }
    let single: Vec<&[u8]> = all.chunks(1).collect();
    for baud in [9_400, 10_600] {
        assert_eq!(
            whole(baud, &single),
            (0b1100_0000..=255).collect::<Vec<u8>>(),
            "one at a time at {baud} baud"
        );
    }
}

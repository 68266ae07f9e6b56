//! UARTs on their wires: frames, flaws, breaks, flow control, and a peer that answers.
//!
//! Owns scenarios that are written out here. Costs are zero but where a test says otherwise. At 10 000 baud a bit
//! lasts 100 us, and the last sample of a frame comes 59.4 us into its stop bit.

use vpyb_sim::trace::{Kind, Trace};

use crate::runs::{check, rows, run};

/// What the UARTs do, what the outside notes, and what scripts get.
fn serial(trace: &Trace) -> Vec<String> {
    rows(trace, |kind| {
        let of_uart = matches!(
            kind,
            Kind::Serial { .. }
                | Kind::UartRx { .. }
                | Kind::UartTx { .. }
                | Kind::UartOverrun { .. }
                | Kind::UartHeld { .. }
                | Kind::UartNoStart { .. }
                | Kind::Device { .. }
        );
        of_uart || matches!(kind, Kind::Op { result: Some(_), .. } | Kind::Line { .. })
    })
}

/// A character of nine bits is two bytes of a stream; its parity would be a tenth. Two stop bits make a frame of 12.
#[test]
fn nine_bits_and_two_stop_bits() {
    let outcome = run(r#"
        board.links = [["X1", "X2"]]
        objects.uarts = { u = { uart = "uart4", baud = 10000, bits = 9, stop = 2 } }
        run.main = "main"
        [[task]]
        name = "main"
        script = [{ awrite = { uart = "u", data = "A\u0001z\u0000" } }, { read = { uart = "u", n = 4 } }]
    "#);
    check(
        "nine bits",
        &serial(&outcome.trace),
        &[
            "0 uart4 frames of 9N2",
            "0 uart4 tx 'A' 0x41",
            "0 uart4 tx  the ninth bit is 1",
            "1059375 uart4 rx 'A' 0x41 in the data register",
            "1059375 uart4 rx  the ninth bit is 1",
            "1200000 uart4 tx 'z' 0x7a",
            "2259375 uart4 rx 'z' 0x7a in the data register",
            "2400000 main 1 read → b'A\\x01z\\x00'",
        ],
    );
}

/// The outside sends with even parity what is read with odd parity: each character is there, and damaged.
#[test]
fn a_wrong_parity_bit_is_seen() {
    let outcome = run(r#"
        objects.uarts = { u = { uart = "uart2", baud = 10000, bits = 7, parity = "odd" } }
        parts.peer = { kind = "serial-peer", uart = "uart2", baud = 10000, bits = 7, parity = "even" }
        run.until = "10ms"
        [[task]]
        name = "main"
        script = [{ read = { uart = "u", n = 2 } }]
        [[stimulus]]
        at = "1ms"
        send = { to = "uart2", data = "C" }
    "#);
    check(
        "parity",
        &serial(&outcome.trace),
        &[
            "0 uart2 frames of 7O1",
            "1000000 peer tx 'C' 0x43",
            "1959375 uart2 rx 'C' 0x43 in the data register",
            "1959375 uart2 rx  'C' 0x43  parity error",
            "3000000 uart2 rx  idle",
            "4000000 main 0 read → b'C'",
        ],
    );
}

/// The samples of data bit 2 come at 1346.9, 1353.1 and 1359.4 us: a glitch of 4 us turns the second one over, and the
/// other two decide.
#[test]
fn noise_is_seen_and_outvoted() {
    let outcome = run(r#"
        objects.uarts = { u = { uart = "uart2", baud = 10000 } }
        run.until = "10ms"
        [[task]]
        name = "main"
        script = [{ read = { uart = "u", n = 1 } }]
        [[stimulus]]
        at = "1ms"
        send = { to = "uart2", data = "C" }
        [[stimulus]]
        at = "1351us"
        glitch = { pin = "X4", for = "4us" }
    "#);
    check(
        "noise",
        &serial(&outcome.trace),
        &[
            "1000000 uart2.peer tx 'C' 0x43",
            "1959375 uart2 rx 'C' 0x43 in the data register",
            "1959375 uart2 rx  'C' 0x43  noise",
            "1959375 main 0 read → b'C'",
            "3000000 uart2 rx  idle",
        ],
    );
}

/// A pulse of 40 us is over before the samples of a start bit decide. A break is a character of zeros without a stop
/// bit; the next start bit is the next falling edge. The line is idle for a frame after the last stop bit.
#[test]
fn a_glitch_a_break_and_an_idle_line() {
    let outcome = run(r#"
        objects.uarts = { u = { uart = "uart2", baud = 10000 } }
        run.until = "20ms"
        [[task]]
        name = "main"
        script = [{ forever = [{ read = { uart = "u", n = 1 } }] }]
        [[actor]]
        name = "outside"
        steps = [
          { at = "1ms", pulse = { pin = "X4", level = "low", for = "40us" } },
          { at = "2ms", break = { to = "uart2", for = "3ms" } },
          { after = "1ms", send = { to = "uart2", data = "k" } },
        ]
    "#);
    check(
        "a break",
        &serial(&outcome.trace),
        &[
            "1059375 uart2 rx  no start bit: a glitch",
            "2000000 uart2.peer tx  break",
            "2959375 uart2 rx '\\x00' 0x00 in the data register, framing error",
            "2959375 main 0[0].0 read → b'\\x00'",
            "6000000 uart2.peer tx 'k' 0x6b",
            "6000000 uart2 rx  idle",
            "6959375 uart2 rx 'k' 0x6b in the data register",
            "6959375 main 0[1].0 read → b'k'",
            "8000000 uart2 rx  idle",
        ],
    );
}

/// Each side holds the other back. The ring takes two and the register one; then RTS is high, and the peer waits, even
/// though the program reads only at 20 ms. Nothing is lost.
#[test]
fn rts_holds_the_peer_back() {
    let outcome = run(r#"
        objects.uarts = { u = { uart = "uart2", baud = 10000, flow = "rts" } }
        parts.peer = { kind = "serial-peer", uart = "uart2", baud = 10000, flow = "rts" }
        uart2.read_buf_len = 2
        run.main = "main"
        [[task]]
        name = "main"
        script = [{ sleep_ms = 20 }, { readexactly = { uart = "u", n = 6 } }]
        [[stimulus]]
        at = "1ms"
        send = { to = "uart2", data = "abcdef" }
    "#);
    check(
        "RTS",
        &serial(&outcome.trace),
        &[
            "0 uart2 frames of 8N1, flow by RTS",
            "1000000 peer tx 'a' 0x61",
            "1959375 uart2 rx 'a' 0x61 in the data register",
            "2000000 peer tx 'b' 0x62",
            "2959375 uart2 rx 'b' 0x62 in the data register",
            "3000000 peer tx 'c' 0x63",
            "3959375 uart2 rx 'c' 0x63 in the data register",
            "3959375 uart2 rx 'c' 0x63  ring full: stays in the data register, interrupt off",
            "4000000 peer tx  held back: CTS is high",
            "5000000 uart2 rx  idle",
            "20000000 peer tx 'd' 0x64",
            "20959375 uart2 rx 'd' 0x64 in the data register",
            "21000000 peer tx 'e' 0x65",
            "21959375 uart2 rx 'e' 0x65 in the data register",
            "22000000 peer tx 'f' 0x66",
            "22959375 uart2 rx 'f' 0x66 in the data register",
            "22959375 main 1 readexactly → b'abcdef'",
        ],
    );
}

/// CTS is high until 5 ms, and again from 6 ms on, in the middle of a frame, which is not cut off. A write that keeps the CPU
/// gives up after twice `timeout_char`, 3 ms at this speed; one by interrupt waits.
#[test]
fn cts_holds_the_uart_back() {
    let source = |ring: u16| {
        format!(
            r#"
        objects.uarts = {{ u = {{ uart = "uart2", baud = 10000, flow = "cts", write_buf_len = {ring} }} }}
        run.until = "30ms"
        [[task]]
        name = "main"
        script = [{{ awrite = {{ uart = "u", data = "abc" }} }}, {{ log = "written" }}]
        [[actor]]
        name = "outside"
        steps = [
          {{ at = "0ms", drive = {{ pin = "X1", level = "high" }} }},
          {{ at = "5ms", drive = {{ pin = "X1", level = "low" }} }},
          {{ at = "6500us", drive = {{ pin = "X1", level = "high" }} }},
          {{ at = "20ms", drive = {{ pin = "X1", level = "low" }} }},
        ]
    "#
        )
    };
    check(
        "CTS",
        &serial(&run(&source(0)).trace),
        &[
            "0 uart2 frames of 8N1, flow by CTS",
            "0 uart2 tx  held back: CTS is high",
            "5000000 uart2 tx 'a' 0x61",
            "6000000 uart2 tx 'b' 0x62",
            "7000000 uart2 tx  held back: CTS is high",
            "12000000 uart2 tx  gives up waiting for CTS",
            "12000000 main prints \"written\"",
            "12000000 main 1 log → written",
            "20000000 uart2 tx 'c' 0x63",
        ],
    );
    check(
        "CTS and a ring",
        &serial(&run(&source(2)).trace),
        &[
            "0 uart2 frames of 8N1, flow by CTS, transmit ring of 2",
            "0 uart2 tx  held back: CTS is high",
            "0 main prints \"written\"",
            "0 main 1 log → written",
            "5000000 uart2 tx 'a' 0x61",
            "6000000 uart2 tx 'b' 0x62",
            "7000000 uart2 tx  held back: CTS is high",
            "20000000 uart2 tx 'c' 0x63",
        ],
    );
}

/// Without a ring the step lasts as long as three frames; with one it is over at once, and the interrupt sends.
#[test]
fn a_write_keeps_the_cpu_or_not() {
    let source = |ring: u16| {
        format!(
            r#"
        objects.uarts = {{ u = {{ uart = "uart4", baud = 10000, write_buf_len = {ring} }} }}
        cpu.isr = "2us"
        run.until = "10ms"
        [[task]]
        name = "main"
        script = [{{ awrite = {{ uart = "u", data = "abc" }} }}, {{ log = "written" }}]
    "#
        )
    };
    check(
        "a write",
        &serial(&run(&source(0)).trace),
        &[
            "0 uart4 tx 'a' 0x61",
            "1000000 uart4 tx 'b' 0x62",
            "2000000 uart4 tx 'c' 0x63",
            "3000000 main prints \"written\"",
            "3000000 main 1 log → written",
        ],
    );
    check(
        "a write by interrupt",
        &serial(&run(&source(8)).trace),
        &[
            "0 uart4 frames of 8N1, transmit ring of 8",
            "0 main prints \"written\"",
            "0 main 1 log → written",
            "2000 uart4 tx 'a' 0x61",
            "1002000 uart4 tx 'b' 0x62",
            "2002000 uart4 tx 'c' 0x63",
        ],
    );
    check(
        "a write by interrupt with too small a ring",
        &serial(&run(&source(1)).trace),
        &[
            "0 uart4 frames of 8N1, transmit ring of 1",
            "2000 uart4 tx 'a' 0x61",
            "4000 main prints \"written\"",
            "4000 main 1 log → written",
            "1002000 uart4 tx 'b' 0x62",
            "2002000 uart4 tx 'c' 0x63",
        ],
    );
}

/// It answers after its pauses, the first time in another way than later; without supply not at all.
#[test]
fn a_peer_answers_pauses_and_fails() {
    let outcome = run(r#"
        objects.uarts = { u = { uart = "uart2", baud = 10000 } }
        run.until = "60ms"
        [parts.modem]
        kind = "serial-peer"
        uart = "uart2"
        baud = 10000
        replies = [
          { to = "AT\n", send = ["E\n"], times = 1 },
          { to = "AT\n", send = ["A", "B\n"], pause = "2ms" },
        ]
        [[task]]
        name = "main"
        script = [{ repeat = { times = 3, do = [
          { awrite = { uart = "u", data = "AT\n" } },
          { wait_for_ms = { limit = 15, do = [{ readline = "u" }] } },
        ] } }]
        [[stimulus]]
        at = "20ms"
        power = { part = "modem", to = "off" }
    "#);
    check(
        "a peer",
        &serial(&outcome.trace),
        &[
            "0 uart2 tx 'A' 0x41",
            "1000000 uart2 tx 'T' 0x54",
            "2000000 uart2 tx '\\n' 0x0a",
            "2959375 modem hears \"AT\\n\"",
            "2959375 modem tx 'E' 0x45",
            "3000000 main 0[0].1 wait_for_ms → begin",
            "3918750 uart2 rx 'E' 0x45 in the data register",
            "3959375 modem tx '\\n' 0x0a",
            "4918750 uart2 rx '\\n' 0x0a in the data register",
            "4918750 main 0[0].1.0 readline → b'E\\n'",
            "4918750 main 0[0].1 wait_for_ms → ok",
            "4918750 uart2 tx 'A' 0x41",
            "5918750 uart2 tx 'T' 0x54",
            "5959375 uart2 rx  idle",
            "6918750 uart2 tx '\\n' 0x0a",
            "7878125 modem hears \"AT\\n\"",
            "7918750 main 0[1].1 wait_for_ms → begin",
            "9878125 modem tx 'A' 0x41",
            "10837500 uart2 rx 'A' 0x41 in the data register",
            "11878125 uart2 rx  idle",
            "12878125 modem tx 'B' 0x42",
            "13837500 uart2 rx 'B' 0x42 in the data register",
            "13878125 modem tx '\\n' 0x0a",
            "14837500 uart2 rx '\\n' 0x0a in the data register",
            "14837500 main 0[1].1.0 readline → b'AB\\n'",
            "14837500 main 0[1].1 wait_for_ms → ok",
            "14837500 uart2 tx 'A' 0x41",
            "15837500 uart2 tx 'T' 0x54",
            "15878125 uart2 rx  idle",
            "16837500 uart2 tx '\\n' 0x0a",
            "17796875 modem hears \"AT\\n\"",
            "17837500 main 0[2].1 wait_for_ms → begin",
            "19796875 modem tx 'A' 0x41",
            "20000000 modem power off",
            "20756250 uart2 rx '\\xff' 0xff in the data register",
            "21796875 uart2 rx  idle",
            "32000000 main 0[2].1 wait_for_ms → TimeoutError",
        ],
    );
}

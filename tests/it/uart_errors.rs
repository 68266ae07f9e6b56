//! What goes wrong on a UART, as the typed errors of `embedded-io`.
//!
//! Owns programs on the simulated board under each discipline. Steps and calls cost nothing. Framing and overrun are in
//! `hal`, beside the adapter that awaits them.

use embedded_io::{Read, ReadReady, Write, WriteReady};
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{Board, Parity, UartConfig, UartFlow, UartFrame};
use vpyb_sim::board::VirtualUart;
use vpyb_sim::scenario::model::{Action, Actor, Line, Part, Scenario, Step, When};

use crate::trial::{Said, main_task, says_with};

/// Somebody outside who does one thing, at an instant in microseconds.
fn outside(scenario: &mut Scenario, us: u64, action: Action) {
    let step = Step { when: When::At(Instant::from_micros(us)), action, mark: None, span: 0..0 };
    scenario.actors.push(Actor { name: format!("outside#{us}"), steps: vec![step] });
}

fn sends(scenario: &mut Scenario, us: u64, data: &[u8]) {
    outside(scenario, us, Action::Send { to: "uart4".into(), data: data.into(), times: 1, baud: 10_000 });
}

/// What is sent with odd parity is read with even parity: damaged, and there all the same. At 10 000 baud a frame of seven
/// bits and a parity bit takes 1 ms, and is whole 959 us after its start.
#[test]
fn a_wrong_parity_bit_is_an_error_and_the_byte_comes_after_it() {
    let change = |scenario: &mut Scenario| {
        sends(scenario, 1_000, b"C");
        let line = Line { bits: Some(7), parity: Some(Parity::Odd), ..Line::default() };
        let replies = Vec::new();
        let peer = Part::SerialPeer { uart: "uart4".into(), baud: 10_000, line, replies };
        scenario.parts.insert("peer".into(), peer);
    };
    let main = main_task!(|bench| {
        let frame = UartFrame { bits: 7, parity: Parity::Even, stop_bits: 1 };
        let mut line = bench.board.uart("uart4", UartConfig { frame, ..UartConfig::baud(10_000) })?;
        let mut byte = [0];
        let error = line.read(&mut byte).expect_err("a parity error");
        bench.say(format_args!("{error}; {:?}", embedded_io::Error::kind(&error)));
        bench.say(format_args!("{:?} {}", line.read(&mut byte), byte.escape_ascii()));
        Ok(())
    });
    let expected = Said::by_all(&["1.959 parity error: a bit was turned over; Other", "1.959 Ok(1) C"]);
    says_with(change, main, expected);
}

/// The fourth data bit is looked at 1446.9, 1453.1 and 1459.4 us after power-on; a glitch turns the second sample over.
#[test]
fn noise_is_an_error_although_the_byte_is_right() {
    let change = |scenario: &mut Scenario| {
        sends(scenario, 1_000, b"C");
        let glitch = Action::Glitch { pin: "X2".into(), span: Duration::from_micros(4) };
        outside(scenario, 1_451, glitch);
    };
    let main = main_task!(|bench| {
        let mut line = bench.board.uart("uart4", UartConfig::baud(10_000))?;
        let mut byte = [0];
        bench.say(format_args!("{}", line.read(&mut byte).expect_err("noise")));
        bench.say(format_args!("{:?} {}", line.read(&mut byte), byte.escape_ascii()));
        Ok(())
    });
    let expected = Said::by_all(&["1.959 noise: the samples of a bit differed", "1.959 Ok(1) C"]);
    says_with(change, main, expected);
}

/// Nobody lets the UARTs send: CTS is pulled up. A write that keeps the CPU gives up after twice 3 ms; the first one has
/// put a byte into the data register by then, the second one none. One by interrupt takes what its ring holds, and the
/// wait for its end gives up.
#[test]
fn a_line_that_is_held_back_is_a_time_out() {
    let main = main_task!(|bench| {
        let flow = UartFlow { cts: true, rts: false };
        let mut line = bench.board.uart("uart2", UartConfig { flow, ..UartConfig::baud(10_000) })?;
        bench.say(format_args!("{:?}", line.write(b"abc")));
        let error = line.write(b"bc").expect_err("the data register is full");
        bench.say(format_args!("{error}; {:?}", embedded_io::Error::kind(&error)));
        let config = UartConfig { flow, write_buf_len: 2, ..UartConfig::baud(10_000) };
        let mut line = bench.board.uart("uart3", config)?;
        bench.say(format_args!("{:?}", line.write(b"abc")));
        bench.say(format_args!("{:?}", line.flush()));
        Ok(())
    });
    let expected = Said::by_all(&[
        "6 Ok(1)",
        "12 time-out: the other side lets nothing be sent; TimedOut",
        "12 Ok(2)",
        "18 Err(Timeout)",
    ]);
    says_with(|_| (), main, expected);
}

/// A UART can be read when a byte is whole, 959.375 us after its start, until it was read. Of four bytes that are written by
/// interrupt one is being sent, one is in the data register, and two fill the ring, until the first has left. One without
/// a ring has room unless CTS keeps a byte in its data register.
#[test]
fn a_uart_says_whether_it_would_keep_anybody_waiting() {
    let change = |scenario: &mut Scenario| sends(scenario, 1_000, b"C");
    let main = main_task!(|bench| {
        let mut line = bench.board.uart("uart4", UartConfig::baud(10_000))?;
        let config = UartConfig { write_buf_len: 2, ..UartConfig::baud(10_000) };
        let mut ring = bench.board.uart("uart6", config)?;
        let flow = UartFlow { cts: true, rts: false };
        let mut held = bench.board.uart("uart3", UartConfig { flow, ..UartConfig::baud(10_000) })?;
        let ready = |line: &mut VirtualUart, when: &str| {
            let (read, write) = (line.read_ready().unwrap(), line.write_ready().unwrap());
            bench.say(format_args!("{when}: read {read}, write {write}"));
        };
        ready(&mut line, "nothing has come");
        bench.board.delay_us(1_960);
        ready(&mut line, "a byte is there");
        line.read_exact(&mut [0]).expect("a byte");
        ready(&mut line, "it was read");
        ring.write_all(b"abc").expect("room for three");
        ready(&mut ring, "three are written");
        ring.write_all(b"d").expect("room for one");
        ready(&mut ring, "four are written");
        bench.board.delay_us(1_000);
        ready(&mut ring, "one has left");
        ready(&mut held, "nothing was sent");
        assert_eq!(held.write(b"e"), Ok(1));
        ready(&mut held, "a byte is held back");
        Ok(())
    });
    let expected = Said::by_all(&[
        "0 nothing has come: read false, write true",
        "1.960 a byte is there: read true, write true",
        "1.960 it was read: read false, write true",
        "1.960 three are written: read false, write true",
        "1.960 four are written: read false, write false",
        "2.960 one has left: read false, write true",
        "2.960 nothing was sent: read false, write true",
        "8 a byte is held back: read false, write false",
    ]);
    says_with(change, main, expected);
}

/// A break lasts as long as a frame, 1 ms and its stop bit, and is received as a zero without a stop bit.
#[test]
fn a_break_is_sent_and_received() {
    let change = |scenario: &mut Scenario| scenario.board.links = vec![["X1".into(), "X2".into()]];
    let main = main_task!(|bench| {
        let mut line = bench.board.uart("uart4", UartConfig::baud(10_000))?;
        vpyb_core::Uart::send_break(&line)?;
        bench.say("sent");
        let mut byte = [1];
        bench.say(format_args!("{:?}", line.read(&mut byte)));
        bench.say(format_args!("{:?} {byte:?}", line.read(&mut byte)));
        Ok(())
    });
    says_with(change, main, Said::by_all(&["1.100 sent", "1.100 Err(Framing)", "1.100 Ok(1) [0]"]));
}

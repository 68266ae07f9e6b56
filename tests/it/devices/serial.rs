//! Drivers of serial lines on a line that expects exact bytes.
//!
//! Owns how a scripted line of `embedded-hal-nb` is a device of `embedded-io`: what is asked for is taken when the device is
//! asked whether it is ready, and kept until it is read. Nothing costs anything; the line is asked at each millisecond.

use std::rc::Rc;

use embedded_hal_mock::eh1::serial::{Mock as SerialMock, Transaction};
use embedded_hal_nb::serial::{ErrorKind as LineError, Read as _, Write as _};
use embedded_io::{ErrorKind, ErrorType, Read, ReadReady, Write, WriteReady};
use vpyb_core::drivers::{HalfDuplex, RecordUart};
use vpyb_core::stream::FromIo;

use crate::trial::{Bench, Rules, TopLevel, main_task, run_with};

/// A line with a script for each direction.
struct Line {
    heard: SerialMock<u8>,
    /// How much of that is left. Then there is silence.
    left: usize,
    sent: SerialMock<u8>,
    /// What has come and was not read.
    came: Option<Result<u8, ErrorKind>>,
}

fn kind(error: LineError) -> ErrorKind {
    match error {
        LineError::FrameFormat => ErrorKind::InvalidData,
        _ => ErrorKind::Other,
    }
}

impl ErrorType for Line {
    type Error = ErrorKind;
}

impl ReadReady for Line {
    fn read_ready(&mut self) -> Result<bool, ErrorKind> {
        if self.came.is_none() && self.left > 0 {
            self.left -= 1;
            self.came = match self.heard.read() {
                Ok(byte) => Some(Ok(byte)),
                Err(nb::Error::WouldBlock) => None,
                Err(nb::Error::Other(error)) => Some(Err(kind(error))),
            };
        }
        Ok(self.came.is_some())
    }
}

impl Read for Line {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        buf[0] = self.came.take().expect("it was ready")?;
        Ok(1)
    }
}

impl WriteReady for Line {
    fn write_ready(&mut self) -> Result<bool, ErrorKind> {
        Ok(true)
    }
}

impl Write for Line {
    fn write(&mut self, data: &[u8]) -> Result<usize, ErrorKind> {
        for &byte in data {
            nb::block!(self.sent.write(byte)).map_err(kind)?;
        }
        Ok(data.len())
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// What comes at one question.
type Heard = nb::Result<u8, LineError>;

const NOTHING: [Heard; 1] = [Err(nb::Error::WouldBlock)];

fn bytes(text: &str) -> Vec<Heard> {
    text.bytes().map(Ok).collect()
}

const fn fails(error: LineError) -> [Heard; 1] {
    [Err(nb::Error::Other(error))]
}

/// A line, and its scripts, to be asked at last whether all of them was done.
fn line(heard: &[&[Heard]], sent: &[Transaction<u8>]) -> (Rc<FromIo<Line>>, [SerialMock<u8>; 2]) {
    let heard = heard.concat().into_iter().map(|heard| match heard {
        Ok(byte) => Transaction::read(byte),
        Err(error) => Transaction::read_error(error),
    });
    let heard: Vec<_> = heard.collect();
    let left = heard.len();
    let [heard, sent] = [heard.as_slice(), sent].map(SerialMock::new);
    let scripts = [heard.clone(), sent.clone()];
    (Rc::new(FromIo::both("line", Line { heard, left, sent, came: None })), scripts)
}

fn says(bench: &Bench, what: &str, bytes: &[u8]) {
    bench.say(format_args!("{what} {}", bytes.escape_ascii()));
}

fn passed(main: TopLevel, expected: &[&str]) {
    let ran = run_with(Rules::V2, |_| (), main);
    let lines: Vec<&str> = ran.lines.iter().map(String::as_str).collect();
    assert_eq!((ran.verdict.as_str(), lines.as_slice()), ("passed", expected));
}

/// A record goes out with its end. Of what comes in, the first record is there at once, the second in two pieces; the third
/// is cut off by an error, and the fourth is whole.
#[test]
fn records_are_the_bytes_between_zeros() {
    let main = main_task!(|bench| {
        let (second, error) = (bytes("o\0th"), fails(LineError::FrameFormat));
        let heard: [&[Heard]; 6] = [&bytes("one\0tw"), &NOTHING, &NOTHING, &second, &error, &bytes("four\0")];
        let (line, mut scripts) = line(&heard, &[Transaction::write_many(b"ask\0")]);
        let records = RecordUart::new(&bench.ev, line.clone());
        records.send(b"ask").await?;
        for _ in 0..4 {
            says(&bench, "record", &records.record().await?);
            bench.say(format_args!("error {:?}", line.take_error()));
        }
        scripts.iter_mut().for_each(SerialMock::done);
        Ok(())
    });
    // The sender pauses for 100 ms; the line has nothing when it is asked once more in that pass, and at its end.
    let expected = [
        "100 record one",
        "100 error None",
        "101 record two",
        "101 error None",
        "101 record th",
        "101 error Some(InvalidData)",
        "101 record four",
        "101 error None",
    ];
    passed(main, &expected);
}

/// A command goes out with its end of line; the reply is over 3 ms after its last line, and the time without any. What comes
/// between commands is forgotten. After an error nobody listens any more.
#[test]
fn a_command_is_answered_by_lines() {
    let main = main_task!(|bench| {
        let (first, late, last) = (bytes("Line 1\nLine 2\n"), bytes("late\n"), bytes("Line 3\n"));
        let error = fails(LineError::Overrun);
        let quiet = NOTHING.repeat(5);
        let heard: [&[Heard]; 7] = [&NOTHING, &first, &quiet, &late, &quiet, &last, &error];
        let sent = [b"one\r\n", b"two\r\n", b"six\r\n"].map(Transaction::write_many);
        let (line, mut scripts) = line(&heard, &sent);
        let master = HalfDuplex::new(&bench.ev, line.clone(), 3)?;
        for command in ["one", "two", "six"] {
            for reply in master.send_command(command.as_bytes()).await? {
                says(&bench, "reply", &reply);
            }
            bench.say(format_args!("{command}: error {:?}", line.take_error()));
            bench.ev.sleep_ms(2).await?;
        }
        scripts.iter_mut().for_each(SerialMock::done);
        Ok(())
    });
    let expected = [
        "4 reply Line 1\\n",
        "4 reply Line 2\\n",
        "4 one: error None",
        "11 reply Line 3\\n",
        "11 two: error Some(Other)",
        "16 six: error None",
    ];
    passed(main, &expected);
}

/// What cannot be sent is dropped, and the reply is what comes all the same.
#[test]
fn what_is_not_sent_is_dropped() {
    let main = main_task!(|bench| {
        let error = nb::Error::Other(LineError::Noise);
        let sent = [Transaction::write(b'r'), Transaction::write_error(b'u', error)];
        let (line, mut scripts) = line(&[&NOTHING, &NOTHING, &bytes("so\n")], &sent);
        let master = HalfDuplex::new(&bench.ev, line.clone(), 3)?;
        for reply in master.send_command(b"run").await? {
            says(&bench, "reply", &reply);
        }
        bench.say(format_args!("error {:?}", line.take_error()));
        scripts.iter_mut().for_each(SerialMock::done);
        Ok(())
    });
    passed(main, &["5 reply so\\n", "5 error Some(Other)"]);
}

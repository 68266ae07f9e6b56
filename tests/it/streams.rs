//! Streams beside the recordings: closing, writing piece by piece, devices and users of `embedded-io`, and the drivers
//! that are streams.
//!
//! Owns programs on the simulated board under the disciplines that differ. Steps cost nothing, so that each time is exact.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::rc::Rc;

use embedded_io::ErrorKind;
use embedded_io_async::{Read as _, Write as _};
use vpyb_core::drivers::{MillisecTimer, PinCall};
use vpyb_core::stream::{FromIo, Pollable, Readiness, StreamRead, StreamWrite, ToIo};
use vpyb_core::{Board, Interrupt, StreamReader, StreamWriter, TaskError};
use vpyb_sim::runner::boxed;

use crate::trial::{Bench, Rules, run, run_under};

/// A device in memory: what is put in can be read, what is written is kept; it takes three bytes at a time.
#[derive(Default)]
struct Memory {
    input: RefCell<VecDeque<u8>>,
    output: RefCell<Vec<u8>>,
    closed: Cell<u32>,
}

impl Pollable for Memory {
    fn name(&self) -> &str {
        "memory"
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let readable = if self.input.borrow().is_empty() { Readiness::NONE } else { Readiness::READ };
        interest.and(readable.or(Readiness::WRITE))
    }

    fn close(&self) {
        self.closed.set(self.closed.get() + 1);
    }
}

impl StreamRead for Memory {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        let mut input = self.input.borrow_mut();
        let n = buf.len().min(input.len());
        buf.iter_mut().zip(input.drain(..n)).for_each(|(to, byte)| *to = byte);
        (n > 0).then_some(n)
    }
}

impl StreamWrite for Memory {
    fn write(&self, data: &[u8]) -> Option<usize> {
        let n = data.len().min(3);
        self.output.borrow_mut().extend(&data[..n]);
        (n > 0).then_some(n)
    }
}

/// A blocking device of `embedded-io`, which must not be called before it is ready; its third answer is an error.
struct Modem {
    ready_after: u32,
    asked: u32,
    answers: u32,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken")
    }
}

impl std::error::Error for Broken {}

impl embedded_io::Error for Broken {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl embedded_io::ErrorType for Modem {
    type Error = Broken;
}

impl embedded_io::ReadReady for Modem {
    fn read_ready(&mut self) -> Result<bool, Broken> {
        self.asked += 1;
        Ok(self.asked > self.ready_after)
    }
}

impl embedded_io::Read for Modem {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Broken> {
        assert!(self.asked > self.ready_after, "it is read only when it is ready");
        self.answers += 1;
        if self.answers == 3 {
            return Err(Broken);
        }
        buf[0] = b'a';
        Ok(1)
    }
}

#[test]
fn a_device_of_embedded_io_is_a_stream_whose_error_ends_it() {
    for rules in Rules::ALL {
        let ran = run_under(rules, |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let modem = Rc::new(FromIo::reader("modem", Modem { ready_after: 5, asked: 0, answers: 0 }));
                let reader = StreamReader::new(&bench.ev, modem.clone());
                top.run_until_complete(async move {
                    for _ in 0..3 {
                        let read = reader.read(8).await?;
                        bench.say(format_args!("{read:?} {:?}", modem.take_error()));
                    }
                    Ok(())
                })
                .await?;
                Ok(())
            })
        });
        // When the sixth question is asked depends on where the discipline asks.
        let said: Vec<&str> = ran.lines.iter().map(|line| line.split_once(' ').expect("a time").1).collect();
        assert_eq!(said, ["[97] None", "[97] None", "[] Some(Broken)"], "{rules:?}");
        assert_eq!(ran.verdict, "passed");
    }
}

#[test]
fn a_reader_and_a_writer_are_devices_of_embedded_io_async() {
    for rules in Rules::ALL {
        let ran = run_under(rules, |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let memory = Rc::new(Memory::default());
                let mut reader = StreamReader::new(&bench.ev, memory.clone());
                let mut writer = StreamWriter::new(&bench.ev, memory.clone());
                let (ev, feed) = (bench.ev.clone(), memory.clone());
                bench.ev.create_task(async move {
                    ev.sleep_ms(7).await?;
                    feed.input.borrow_mut().extend(*b"hello");
                    Ok(())
                })?;
                top.run_until_complete(async move {
                    let mut buf = [0; 5];
                    reader.read_exact(&mut buf).await.expect("five bytes come");
                    writer.write_all(b"answer").await?;
                    writer.flush().await?;
                    let output = memory.output.borrow().clone();
                    bench.say(format_args!("{} {}", buf.escape_ascii(), output.escape_ascii()));
                    let read = embedded_io_async::Read::read(&mut reader, &mut buf);
                    let nothing = bench.ev.wait_for_ms(read, 10).await;
                    let kind = embedded_io::Error::kind(&nothing.expect_err("nothing comes"));
                    bench.say(format_args!("{kind:?}"));
                    Ok(())
                })
                .await?;
                Ok(())
            })
        });
        assert_eq!(ran.lines, ["7 hello answer", "17 TimedOut"], "{rules:?}");
    }
}

#[test]
fn a_stream_is_a_blocking_device_of_embedded_io() {
    let ran = run(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let memory = Memory::default();
            let (waits, ready_at) = (Cell::new(0), 4);
            let pause = || {
                bench.board.delay_us(1000);
                waits.set(waits.get() + 1);
                if waits.get() == ready_at {
                    memory.input.borrow_mut().extend(*b"xyz");
                }
            };
            let mut device = ToIo::new(&memory, pause);
            let mut buf = [0; 8];
            let read = embedded_io::Read::read(&mut device, &mut buf);
            assert_eq!((read, &buf[..3]), (Ok(3), &b"xyz"[..]));
            // It takes three bytes at a time.
            let written: Result<(), Infallible> = embedded_io::Write::write_all(&mut device, b"seven77");
            assert!(written.is_ok() && *memory.output.borrow() == b"seven77");
            bench.say("done");
            Ok(())
        })
    });
    assert_eq!((ran.lines, ran.verdict.as_str()), (vec!["4 done".to_owned()], "passed"));
}

#[test]
fn pieces_are_written_one_after_the_other_and_closing_closes() {
    for rules in Rules::ALL {
        let ran = run_under(rules, |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let memory = Rc::new(Memory::default());
                let writer = StreamWriter::new(&bench.ev, memory.clone());
                let reader = StreamReader::new(&bench.ev, memory.clone());
                memory.input.borrow_mut().extend(*b"12");
                top.run_until_complete(async move {
                    writer.awriteiter([&b"one "[..], b"two ", b"three"]).await?;
                    writer.aclose().await?;
                    let mut two = [0; 2];
                    reader.readinto(&mut two).await?;
                    reader.aclose().await?;
                    bench.say(memory.output.borrow().escape_ascii());
                    bench.say(memory.closed.get());
                    Ok(())
                })
                .await?;
                Ok(())
            })
        });
        assert_eq!(ran.lines, ["0 one two three", "0 2"], "{rules:?}");
    }
}

/// Reference §10.2, 38: V2's `aclose` of a reader that never waited is a `KeyError`, which stops the loop.
#[test]
fn closing_a_reader_that_never_waited_stops_the_loop_under_v2_only() {
    let ended = |rules| {
        let ran = run_under(rules, |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                let reader = StreamReader::new(&bench.ev, Rc::new(Memory::default()));
                top.run_until_complete(async move { Ok::<(), TaskError>(reader.aclose().await?) }).await?;
                Ok(())
            })
        });
        ran.verdict
    };
    assert_eq!(ended(Rules::V2), "error: event loop: memory was given up but nobody waits for it");
    for rules in [Rules::Fast, Rules::FastIo, Rules::V3] {
        assert_eq!(ended(rules), "passed", "{rules:?}");
    }
}

#[test]
fn a_timer_that_is_a_stream_can_be_interrupted_and_used_again() {
    for rules in Rules::ALL {
        let ran = run_under(rules, |top, _| {
            boxed(async move {
                let bench = Bench::of(&top);
                top.run_until_complete(async move {
                    let timer = MillisecTimer::new(&bench.ev);
                    timer.wait_ms(30).await?;
                    bench.say("30 ms");
                    let ended = bench.ev.wait_for_ms(timer.wait_ms(100), 20).await;
                    assert_eq!(ended, Err(Interrupt::TimedOut));
                    bench.say("given up");
                    timer.wait_ms(5).await?;
                    bench.say("5 ms");
                    Ok(())
                })
                .await?;
                Ok(())
            })
        });
        assert_eq!(ran.lines, ["30 30 ms", "50 given up", "55 5 ms"], "{rules:?}");
    }
}

/// A pin that a test moves.
#[derive(Clone, Default)]
struct Moved(Rc<Cell<bool>>);

impl embedded_hal::digital::ErrorType for Moved {
    type Error = Infallible;
}

impl embedded_hal::digital::InputPin for Moved {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.0.get())
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(!self.0.get())
    }
}

#[test]
fn a_watched_pin_calls_back_at_the_next_tick_and_misses_what_goes_back_before() {
    let ran = run(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let (pin, told) = (Moved::default(), bench.clone());
            let call = move |high| told.say(if high { "up" } else { "down" });
            let task = PinCall::new("pin", pin.clone()).calling(&bench.ev, call)?;
            top.run_until_complete(async move {
                bench.ev.sleep_ms(10).await?;
                pin.0.set(true);
                bench.ev.sleep_ms(10).await?;
                pin.0.set(false);
                pin.0.set(true);
                bench.ev.sleep_ms(10).await?;
                pin.0.set(false);
                bench.ev.sleep_ms(10).await?;
                bench.ev.cancel(&task)?;
                bench.ev.sleep_ms(1).await?;
                pin.0.set(true);
                bench.ev.sleep_ms(10).await?;
                bench.say("nobody is told");
                Ok(())
            })
            .await?;
            Ok(())
        })
    });
    assert_eq!(ran.lines, ["10 up", "30 down", "51 nobody is told"]);
}

//! The adapters of `core/src/hal`: edges, delays and UARTs behind the async traits that drivers of others take.
//!
//! Owns programs on the simulated board under each discipline. Steps and calls cost nothing, so that each time is exact;
//! a handler runs at the instant of its edge.

use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;

use embedded_hal::digital::InputPin;
use embedded_hal_async::delay::DelayNs;
use embedded_hal_async::digital::Wait;
use embedded_io_async::{Read, Write};
use vpyb_core::hal::{AsyncIo, EdgeWait, LoopDelay};
use vpyb_core::stream::{Pollable, Readiness};
use vpyb_core::time::Instant;
use vpyb_core::{Board, Gpio, Interrupt, PinMode, Pull, TaskError, UartConfig, UartError};
use vpyb_sim::scenario::model::{Action, Actor, Level, Scenario, Step, UartOverride, When};
use vpyb_sim::trace::Kind;

use crate::trial::{Bench, Rules, Said, main_task, run_with, says, says_with};

/// An actor that drives X3: each instant in microseconds, and the level from then on.
fn drives_x3(scenario: &mut Scenario, levels: &[(u64, Option<Level>)]) {
    let step = |&(us, level): &(u64, Option<Level>)| Step {
        when: When::At(Instant::from_micros(us)),
        action: Action::Drive { pin: "X3".into(), level },
        mark: None,
        span: 0..0,
    };
    let steps = levels.iter().map(step).collect();
    scenario.actors.push(Actor { name: "outside".into(), steps });
}

fn x3(bench: &Bench) -> EdgeWait<<vpyb_sim::board::VirtualBoard as Board>::Pin> {
    let pin = bench.board.pin("X3", PinMode::Input(Pull::Up)).expect("a pin");
    EdgeWait::new(pin).expect("a free line")
}

#[test]
fn edges_and_levels_are_awaited_and_what_comes_between_two_waits_is_not_seen() {
    let change = |scenario: &mut Scenario| {
        let levels = [
            (1_500, Some(Level::Low)),
            (4_000, None),
            // Between two waits.
            (6_000, Some(Level::Low)),
            (6_500, None),
            (9_000, Some(Level::Low)),
            (9_250, None),
        ];
        drives_x3(scenario, &levels);
    };
    let main = main_task!(|bench| {
        let mut pin = x3(&bench);
        pin.wait_for_high().await.expect("a pin");
        bench.say("is high");
        pin.wait_for_low().await.expect("a pin");
        bench.say("is low");
        pin.wait_for_low().await.expect("a pin");
        bench.say("is low still");
        pin.wait_for_rising_edge().await.expect("a pin");
        bench.say("rises");
        bench.ev.sleep_ms(3).await?;
        pin.wait_for_falling_edge().await.expect("a pin");
        bench.say("falls");
        pin.wait_for_any_edge().await.expect("a pin");
        bench.say(format_args!("changes, high: {}", pin.is_high().expect("a pin")));
        Ok(())
    });
    let said = Said::by_all(&[
        "0 is high",
        "1.500 is low",
        "1.500 is low still",
        "4 rises",
        "9 falls",
        "9.250 changes, high: true",
    ]);
    says_with(change, main, said);
}

/// The pulse lasts 10 us, and the task is in a busy step of 1 ms then.
#[test]
fn a_wait_ends_with_its_edge_although_the_pin_has_gone_back() {
    let change = |scenario: &mut Scenario| {
        drives_x3(scenario, &[(2_500, Some(Level::Low)), (2_510, None)]);
    };
    let main = main_task!(|bench| {
        let busy = bench.spawn("busy", |bench| async move {
            bench.ev.sleep_ms(2).await?;
            bench.board.delay_us(1_000);
            Ok(())
        });
        let mut pin = x3(&bench);
        pin.wait_for_low().await.expect("a pin");
        bench.say(format_args!("low: {}", pin.is_low().expect("a pin")));
        drop(busy);
        Ok(())
    });
    says_with(change, main, Said::by_all(&["3 low: false"]));
}

#[test]
fn a_wait_is_given_up_at_once_and_its_edge_calls_no_handler() {
    let change = |scenario: &mut Scenario| drives_x3(scenario, &[(5_000, Some(Level::Low))]);
    let ran = run_with(
        Rules::V2,
        change,
        main_task!(|bench| {
            let mut pin = x3(&bench);
            let ev = bench.ev.clone();
            let ended = ev.wait_for_ms(ev.interruptible(pin.wait_for_low()), 3).await;
            bench.say(format_args!("{ended:?}"));
            ev.sleep_ms(7).await?;
            // The line is free again when the pin is dropped.
            let other = || bench.board.pin("Y5", PinMode::Input(Pull::None)).expect("a pin");
            pin.pin().mask();
            drop(pin);
            drop(EdgeWait::new(other()).expect("a line"));
            Ok(())
        }),
    );
    assert_eq!((ran.lines, ran.verdict.as_str()), (vec!["3 Err(TimedOut)".into()], "passed"));
    let handlers = ran.trace.records().iter().filter(|record| matches!(record.kind, Kind::Handler { .. }));
    assert_eq!(handlers.count(), 0);
}

/// X4 and X22 are both the third of their ports.
#[test]
fn a_line_that_another_pin_uses_is_refused() {
    let main = main_task!(|bench| {
        let pin = |name| bench.board.pin(name, PinMode::Input(Pull::None)).expect("a pin");
        let first = EdgeWait::new(pin("X4")).expect("a free line");
        let refused = EdgeWait::new(pin("X22")).map(drop).expect_err("one line");
        bench.say(refused);
        drop(first);
        bench.tell("then", EdgeWait::new(pin("X22")).map(drop));
        Ok(())
    });
    says(main, Said::by_all(&["0 interrupt line 3 of pin X22 is in use by pin X4", "0 then: ok"]));
}

/// At 0.3 ms: 1 ms is over at 1.3 ms, so that the tick of 2 ms is the first; 2.7 ms are over exactly at 3 ms.
#[test]
fn a_delay_is_never_short_and_ends_with_a_tick() {
    let main = main_task!(|bench| {
        for (name, ns) in [("1 us", 1_000), ("1 ms", 1_000_000), ("2.7 ms", 2_700_000)] {
            bench.ev.sleep_ms(10 - bench.ev.time() as i32 % 10).await?;
            bench.board.delay_us(300);
            LoopDelay::new(&bench.ev).delay_ns(ns).await;
            bench.say(name);
        }
        LoopDelay::new(&bench.ev).delay_us(0).await;
        bench.say("nothing");
        LoopDelay::new(&bench.ev).delay_ms(50_000).await;
        bench.say("50 s");
        Ok(())
    });
    says(main, Said::by_all(&["11 1 us", "22 1 ms", "33 2.7 ms", "33 nothing", "50033 50 s"]));
}

/// Two delays side by side, then one that is interrupted: it leaves no entry behind that could wake the task.
#[test]
fn delays_are_combined_and_interrupted_like_any_future() {
    let main = main_task!(|bench| {
        let pause = |ms, name| {
            let bench = bench.clone();
            async move {
                LoopDelay::new(&bench.ev).delay_ms(ms).await;
                bench.say(name);
            }
        };
        vpyb_core::sync::gather([pause(20, "20 ms"), pause(10, "10 ms")]).await;
        let waits = bench.spawn_telling("task", |bench| async move {
            bench.ev.interruptible(LoopDelay::new(&bench.ev).delay_ms(100)).await?;
            Ok::<(), Interrupt>(())
        });
        bench.ev.sleep_ms(5).await?;
        bench.ev.cancel(&waits).expect("it has begun");
        bench.ev.sleep_ms(5).await?;
        bench.say("then");
        Ok(())
    });
    says(main, Said::by_all(&["10 10 ms", "20 20 ms", "25 task: cancelled", "30 then"]));
}

// ---- UARTs -----------------------------------------------------------------------------------------

/// A step of the outside world that sends on UART 4's RX wire.
fn sends(scenario: &mut Scenario, ms: u64, data: &[u8], baud: u32) {
    let action = Action::Send { to: "uart4".into(), data: data.into(), times: 1, baud };
    let step = Step { when: When::At(Instant::from_millis(ms)), action, mark: None, span: 0..0 };
    match scenario.actors.first_mut() {
        Some(actor) => actor.steps.push(step),
        None => scenario.actors.push(Actor { name: "line".into(), steps: vec![step] }),
    }
}

fn uart4(bench: &Bench) -> AsyncIo<<vpyb_sim::board::VirtualBoard as Board>::Uart> {
    AsyncIo::new(&bench.ev, bench.board.uart("uart4", UartConfig::baud(9600)).expect("a UART"))
}

/// A byte is whole 9.594 bits after its start bit, 999 us at 9600 baud, and the second one 1042 us later.
#[test]
fn a_uart_is_read_and_written_by_a_driver_of_embedded_io_async() {
    let change = |scenario: &mut Scenario| sends(scenario, 5, b"ok", 9600);
    let main = main_task!(|bench| {
        let mut line = uart4(&bench);
        line.write_all(b"AT").await.expect("written");
        bench.say("written");
        let mut answer = [0; 2];
        line.read_exact(&mut answer).await.expect("an answer");
        bench.say(answer.escape_ascii());
        let read = bench.ev.interruptible(line.read(&mut answer));
        let ended =
            bench.ev.wait_for_ms(async { Ok::<_, Interrupt>(read.await?.expect("no error")) }, 4).await;
        bench.say(format_args!("{ended:?}"));
        Ok(())
    });
    // Two bytes of 10 bits at 9600 baud keep the CPU for 2.083 ms. What is sent at 5 ms ends 19.594 bits later.
    says_with(change, main, Said::by_all(&["2.083 written", "7.041 ok", "11 Err(TimedOut)"]));
}

/// At 4800 baud a bit lasts twice as long as the receiver thinks: where it samples the stop bit, a zero byte is low still.
#[test]
fn framing_and_overrun_are_errors_with_a_name() {
    let framing = |scenario: &mut Scenario| sends(scenario, 1, b"\0", 4800);
    let main = main_task!(|bench| {
        let mut line = uart4(&bench);
        let mut byte = [0];
        let error = line.read(&mut byte).await.expect_err("a framing error");
        assert_eq!(error, UartError::Framing);
        bench.say(format_args!("{error}; {:?}", embedded_io::Error::kind(&error)));
        Ok(())
    });
    says_with(framing, main, Said::by_all(&["1.999 framing error: a stop bit was low; Other"]));

    // A ring of two bytes, and one that is held: of six the fourth to the sixth are lost.
    let overrun = |scenario: &mut Scenario| {
        sends(scenario, 1, b"123456", 9600);
        let small = UartOverride { read_buf_len: Some(2), ..UartOverride::default() };
        scenario.uarts.insert("uart4".into(), small);
    };
    let main = main_task!(|bench| {
        let mut line = uart4(&bench);
        bench.ev.sleep_ms(20).await?;
        let mut buf = [0; 8];
        bench.say(format_args!("{:?}", line.read(&mut buf).await));
        let mut kept = Vec::new();
        while kept.len() < 3 {
            let n = line.read(&mut buf).await.expect("what was kept");
            kept.extend_from_slice(&buf[..n]);
        }
        bench.say(kept.escape_ascii());
        Ok(())
    });
    says_with(overrun, main, Said::by_all(&["20 Err(Overrun)", "20 123"]));
}

/// Both directions are waited for at once, also under `uasyncio-v2`, where a writer pushes a reader of the same stream
/// out.
#[test]
fn a_reader_and_a_writer_of_one_device_do_not_push_each_other_out() {
    let main = main_task!(|bench| {
        let gate = Pair::default();
        let io = AsyncIo::new(&bench.ev, gate.clone());
        let (mut reader, mut writer) = (io.clone(), io);
        bench.spawn("reader", |bench| async move {
            let mut byte = [0];
            reader.read_exact(&mut byte).await.expect("a byte");
            bench.say("read");
            Ok(())
        });
        bench.spawn("writer", |bench| async move {
            writer.write_all(b"x").await.expect("room");
            bench.say("written");
            Ok(())
        });
        bench.ev.sleep_ms(2).await?;
        gate.ready.set(Readiness::WRITE);
        bench.ev.sleep_ms(2).await?;
        gate.ready.set(Readiness::READ);
        bench.ev.sleep_ms(2).await?;
        Ok::<(), TaskError>(())
    });
    says(main, Said::by_all(&["2 written", "4 read"]));
}

/// A device that is ready as a test says.
#[derive(Clone)]
pub struct Pair {
    ready: Rc<Cell<Readiness>>,
}

impl Default for Pair {
    fn default() -> Self {
        Self { ready: Rc::new(Cell::new(Readiness::NONE)) }
    }
}

impl Pollable for Pair {
    fn name(&self) -> &str {
        "pair"
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        self.ready.get().and(interest)
    }
}

impl embedded_io::ErrorType for Pair {
    type Error = Infallible;
}

impl embedded_io::Read for Pair {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        buf[0] = b'x';
        Ok(1)
    }
}

impl embedded_io::Write for Pair {
    fn write(&mut self, data: &[u8]) -> Result<usize, Self::Error> {
        Ok(data.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Asking consumes what there is, as with the tutorial's `PinCall`: the loop's question takes the first one, so that who
/// is told of it finds nothing and has to be told again.
#[test]
fn who_is_told_and_finds_nothing_is_told_again() {
    #[derive(Clone, Default)]
    struct Shy(Rc<Cell<u32>>);

    impl Pollable for Shy {
        fn name(&self) -> &str {
            "shy"
        }

        fn poll(&self, _: Readiness) -> Readiness {
            let left = self.0.get();
            self.0.set(left.saturating_sub(1));
            if left > 0 { Readiness::READ } else { Readiness::NONE }
        }
    }

    impl embedded_io::ErrorType for Shy {
        type Error = Infallible;
    }

    impl embedded_io::Read for Shy {
        fn read(&mut self, _: &mut [u8]) -> Result<usize, Infallible> {
            Ok(1)
        }
    }

    let main = main_task!(|bench| {
        let shy = Shy::default();
        let mut reader = AsyncIo::new(&bench.ev, shy.clone());
        bench.spawn("reader", |bench| async move {
            reader.read(&mut [0]).await.expect("a byte");
            bench.say("read");
            Ok(())
        });
        for count in [1, 2] {
            bench.ev.sleep_ms(2).await?;
            shy.0.set(count);
        }
        bench.ev.sleep_ms(2).await?;
        Ok(())
    });
    says(main, Said::by_all(&["4 read"]));
}

// ---- what there is not -----------------------------------------------------------------------------

#[test]
fn what_no_board_hands_out_is_an_error_that_names_it() {
    /// Firmware with a display that cannot be had: it compiles, and says at its start what it misses.
    fn display<B: Board>(board: &B) -> Result<impl embedded_hal::spi::SpiDevice, TaskError> {
        Ok(board.spi("spi1")?)
    }
    let main = main_task!(|bench| {
        bench.tell("display", display(&bench.board).map(drop));
        bench.tell("input", bench.board.adc("X19").map(drop));
        bench.tell("servo", bench.board.pwm("X1").map(drop));
        Ok(())
    });
    let said = Said::by_all(&[
        "0 display: SPI unit `spi1` is not built: no board hands one out yet",
        "0 input: the analogue input of pin `X19` is not built: no board hands one out yet",
        "0 servo: the PWM channel of pin `X1` is not built: no board hands one out yet",
    ]);
    says(main, said);
}

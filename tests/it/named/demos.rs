//! Demos of devices that the examples have in another way: the accelerometer, a UART's two ends, a pin and a timer.
//!
//! Each is written after the original, with the names of its tasks and what it prints once it runs.

use std::cell::Cell;
use std::rc::Rc;

use embedded_hal::digital::StatefulOutputPin;
use vpyb_core::drivers::PinCall;
use vpyb_core::stream::{StreamReader, StreamWriter};
use vpyb_core::{Board, PinMode, Pull, TaskError, Top, UartConfig, ticks};

use super::case::Case;
use super::env::{Ended, Env, Program, bytes, program, sleep};
use crate::bench::{TestBoard, TestUart};

pub const CASES: &[Case] = &[
    Case::probe("demo_apoll", apoll),
    Case::probe("demo_auart", auart),
    Case::probe("fast_pin_cb_latency", pin_cb_latency).asking_for(6, 0).after_texts(1),
    Case::probe("fast_pin_cb_latency_no", pin_cb_latency).after_texts(1),
    Case::probe("fast_pin_cb_test", pin_cb_test).asking_for(6, 0).after_texts(1),
    Case::probe("fast_pin_cb_test_no", pin_cb_test).after_texts(1),
];

/// The accelerometer, as the original's class filters it.
struct Accelerometer {
    env: Env,
    at: [i64; 3],
    since: u32,
}

impl Accelerometer {
    const TIMEOUT_MS: i32 = 2000;

    /// For how many milliseconds nothing has changed; 0 if something has.
    fn poll(&mut self) -> i32 {
        let now = self.env.board.acceleration();
        let squares = now.iter().zip(self.at).map(|(now, at)| (now - at) * (now - at));
        if squares.sum::<i64>() > 16 {
            (self.at, self.since) = (now, self.env.time());
            return 0;
        }
        ticks::ticks_diff(self.env.time(), self.since)
    }
}

fn apoll(top: Top<TestBoard>) -> Program {
    async fn accel_coro(env: Env) -> Ended {
        env.ev.sleep_ms(30).await?;
        let (at, since) = (env.board.acceleration(), env.time());
        let mut accel = Accelerometer { env: env.clone(), at, since };
        loop {
            let elapsed = accel.poll();
            if elapsed == 0 {
                let [x, y, z] = accel.at;
                say!(env, "Value x:{x:3} y:{y:3} z:{z:3}");
            } else if elapsed > Accelerometer::TIMEOUT_MS {
                say!(env, "Timeout waiting for accelerometer change");
                accel.since = env.time();
            }
            env.ev.sleep_ms(100).await?;
        }
    }
    async fn run(env: Env) -> Ended {
        say!(env, "Testing accelerometer for 20 secs. Move the Pyboard!");
        say!(env, "Test runs for 20s.");
        env.ev.sleep(20.0).await?;
        say!(env, "Test complete!");
        Ok(())
    }
    program(top, |main| async move {
        main.create(accel_coro(main.env()));
        Ok(main.run(run(main.env())).await?)
    })
}

type Reader = StreamReader<TestUart>;
type Writer = StreamWriter<TestUart>;

fn ends(env: &Env, name: &str) -> Result<(Reader, Writer), TaskError> {
    let uart = Rc::new(env.board.uart(name, UartConfig::baud(9600))?);
    Ok((StreamReader::new(&env.ev, uart.clone()), StreamWriter::new(&env.ev, uart)))
}

fn auart(top: Top<TestBoard>) -> Program {
    async fn sender(env: Env, writer: Writer) -> Ended {
        loop {
            writer.awrite(b"Hello uart\n").await?;
            env.ev.sleep(2.0).await?;
        }
    }
    async fn receiver(env: Env, reader: Reader) -> Ended {
        loop {
            let line = reader.readline().await?;
            // The original's spelling.
            say!(env, "Recieved {}", bytes(&line));
        }
    }
    program(top, |main| async move {
        let (reader, writer) = ends(&main, "uart4")?;
        main.create(sender(main.env(), writer));
        main.create(receiver(main.env(), reader));
        Ok(main.run_forever().await?)
    })
}

/// A timer changes X1, which is wired to X2, and `changed` is told of X2; its first argument is how many microseconds ago
/// X1 changed.
async fn pin_cb(main: super::env::Main, mut changed: impl FnMut(&Env, i32, bool) + 'static) -> Ended {
    async fn dummy(env: Env) -> Ended {
        loop {
            env.ev.sleep(0.0).await?;
            env.busy_us(5_000);
        }
    }
    let mut output = main.board.pin("X1", PinMode::Output)?;
    let at = Rc::new(Cell::new(0));
    let (clock, changing) = (main.board.clone(), at.clone());
    main.board.tick(2.1, move || {
        changing.set(clock.ticks_us());
        let Ok(()) = output.toggle();
    });
    for _ in 0..5 {
        main.create(dummy(main.env()));
    }
    let input = PinCall::new("PinCall#1", main.board.pin("X2", PinMode::Input(Pull::None))?);
    let env = main.env();
    input.calling(&main.ev, move |level| {
        changed(&env, ticks::ticks_diff(env.board.ticks_us(), at.get()), level);
    })?;
    Ok(main.run(sleep(main.env(), 20.0)).await?)
}

fn pin_cb_test(top: Top<TestBoard>) -> Program {
    program(top, |main| {
        pin_cb(main, |env, _, level| {
            let edge = if level { "rise" } else { "fall" };
            say!(env, "Callback {} {edge}", u8::from(level));
        })
    })
}

fn pin_cb_latency(top: Top<TestBoard>) -> Program {
    let mut most = 0;
    program(top, move |main| {
        pin_cb(main, move |env, latency, level| {
            if level {
                most = most.max(latency);
                say!(env, "Latency {latency:6}μs {most:6}μs max");
            }
        })
    })
}

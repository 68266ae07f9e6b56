//! The demos of devices: LEDs, the accelerometer, UARTs, drivers that are streams, timers and pins.
//!
//! Each is written after the original, with the names of its tasks and what it prints once it runs.

use std::cell::Cell;
use std::rc::Rc;

use embedded_hal::digital::StatefulOutputPin;
use vpyb_core::asyn::DelayMs;
use vpyb_core::drivers::{MillisecTimer, PinCall};
use vpyb_core::stream::{StreamReader, StreamWriter};
use vpyb_core::{Board, PinMode, Pull, TaskError, Top, UartConfig, ticks};

use super::case::Case;
use super::env::{Ended, Env, Program, bytes, is_cancelled, program, sleep};
use crate::bench::{TestBoard, TestLed, TestUart};

pub const CASES: &[Case] = &[
    Case::probe("demo_aledflash", aledflash),
    Case::probe("demo_apoll", apoll),
    Case::probe("demo_auart", auart),
    Case::probe("demo_auart_hd", auart_hd),
    Case::probe("fast_can_test", can_test).asking_for(16, 16).after_texts(1),
    Case::probe("fast_ms_timer_test", ms_timer_test).asking_for(6, 0).after_texts(1),
    Case::probe("fast_ms_timer_test_no", ms_timer_test).after_texts(1),
    Case::probe("fast_pin_cb_latency", pin_cb_latency).asking_for(6, 0).after_texts(1),
    Case::probe("fast_pin_cb_latency_no", pin_cb_latency).after_texts(1),
    Case::probe("fast_pin_cb_test", pin_cb_test).asking_for(6, 0).after_texts(1),
    Case::probe("fast_pin_cb_test_no", pin_cb_test).after_texts(1),
];

fn aledflash(top: Top<TestBoard>) -> Program {
    async fn toggle(env: Env, mut led: TestLed, ms: i32) -> Ended {
        loop {
            env.ev.sleep_ms(ms).await?;
            let Ok(()) = led.toggle();
        }
    }
    program(top, |main| async move {
        say!(main, "Flash LED's for  10 seconds");
        for (led, ms) in [("LED1", 200), ("LED2", 700), ("LED3", 1200), ("LED4", 1700)] {
            main.create(toggle(main.env(), main.board.led(led)?, ms));
        }
        Ok(main.run(sleep(main.env(), 10.0)).await?)
    })
}

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

/// Who sends commands, and takes a reply to be over when no line has come for a while.
#[derive(Clone)]
struct Master {
    env: Env,
    delay: DelayMs,
    reply: Rc<Cell<Vec<Vec<u8>>>>,
}

impl Master {
    const TIMEOUT_MS: i32 = 4000;

    async fn reply(&self) -> Result<Vec<Vec<u8>>, TaskError> {
        self.delay.trigger(Self::TIMEOUT_MS)?;
        while self.delay.running() {
            self.env.ev.sleep(1.0).await?;
        }
        Ok(self.reply.take())
    }
}

/// UART 2 is the master's, UART 4 the device's.
fn auart_hd(top: Top<TestBoard>) -> Program {
    async fn _recv(master: Master, reader: Reader) -> Ended {
        loop {
            let line = reader.readline().await?;
            let mut reply = master.reply.take();
            reply.push(line);
            master.reply.set(reply);
            master.delay.trigger(Master::TIMEOUT_MS)?;
        }
    }
    async fn _run(env: Env, reader: Reader, writer: Writer) -> Ended {
        loop {
            reader.readline().await?;
            for line in ["Line 1\r\n", "Line 2\r\n", "Line 3\r\n", "Goodbye\r\n"] {
                writer.awrite(line.as_bytes()).await?;
                env.ev.sleep_ms(300).await?;
            }
        }
    }
    async fn test(env: Env, master: Master, writer: Writer) -> Ended {
        say!(env, "This test takes 10s to complete.");
        for command in [Some("Run"), None] {
            say!(env, "");
            match command {
                Some(command) => {
                    writer.awrite(format!("{command}\r\n").as_bytes()).await?;
                    say!(env, "Command sent: {command}");
                }
                None => say!(env, "Timeout test."),
            }
            let reply = master.reply().await?;
            say!(env, "{}", if reply.is_empty() { "Timed out waiting for result." } else { "Result is:" });
            for line in reply {
                env.board.print(format_args!("{}", String::from_utf8_lossy(&line)));
            }
        }
        Ok(())
    }
    program(top, |main| async move {
        let (reader, writer) = ends(&main, "uart2")?;
        let delay = DelayMs::new(&main.ev, 1000);
        let master = Master { env: main.env(), delay, reply: Rc::default() };
        main.create(_recv(master.clone(), reader));
        let (reader, answering) = ends(&main, "uart4")?;
        main.create(_run(main.env(), reader, answering));
        Ok(main.run(test(main.env(), master, writer)).await?)
    })
}

/// Says how a pause ended.
fn paused(env: &Env, task: &str, seconds: u32, ended: Ended) -> Ended {
    if ended.is_ok() {
        say!(env, "{task} ended {seconds}");
    } else if is_cancelled(&ended) {
        say!(env, "{task} cancelled {seconds}");
    } else {
        return ended;
    }
    Ok(())
}

fn can_test(top: Top<TestBoard>) -> Program {
    async fn foo(env: Env, seconds: u32) -> Ended {
        say!(env, "foo started");
        let ended = env.ev.sleep(seconds.into()).await;
        paused(&env, "foo", seconds, ended.map_err(Into::into))
    }
    async fn lpfoo(env: Env, seconds: u32) -> Ended {
        say!(env, "lpfoo started");
        let ended = env.ev.after(seconds.into()).await;
        paused(&env, "lpfoo", seconds, ended.map_err(Into::into))
    }
    async fn run(env: Env, low: bool, seconds: u32) -> Ended {
        match low {
            false => env.ev.wait_for(foo(env.clone(), seconds), 2.0).await,
            true => env.ev.wait_for(lpfoo(env.clone(), seconds), 2.0).await,
        }
    }
    async fn wait(env: &Env) -> Ended {
        say!(env, "Pausing 7s to ensure no task still running.");
        Ok(env.ev.sleep(7.0).await?)
    }
    async fn main_task(env: Env) -> Ended {
        let tasks = [
            env.ev.create_task(foo(env.clone(), 1))?,
            env.ev.create_task(foo(env.clone(), 5))?,
            env.ev.create_task(lpfoo(env.clone(), 1))?,
            env.ev.create_task(lpfoo(env.clone(), 5))?,
        ];
        env.ev.sleep(2.0).await?;
        say!(env, "Cancelling tasks");
        for task in &tasks {
            env.ev.cancel(task)?;
        }
        env.ev.sleep(0.0).await?;
        wait(&env).await?;
        say!(env, "Launching tasks with 2s timeout");
        for (low, seconds) in [(false, 1), (true, 1), (false, 20), (true, 20)] {
            env.create(run(env.clone(), low, seconds));
        }
        wait(&env).await
    }
    program(top, |main| async move { Ok(main.run(main_task(main.env())).await?) })
}

fn ms_timer_test(top: Top<TestBoard>) -> Program {
    async fn foo(env: Env) -> Ended {
        loop {
            env.ev.sleep(0.0).await?;
            env.busy_us(10_000);
        }
    }
    async fn timer_test(env: Env, number: u32) -> Ended {
        let timer = MillisecTimer::named(&env.ev, format!("MillisecTimer#{}", number + 1));
        loop {
            let begin = env.time();
            timer.wait_ms(30).await?;
            say!(env, "{number} {}", ticks::ticks_diff(env.time(), begin));
            env.ev.sleep(0.5 + f64::from(number) / 5.0).await?;
        }
    }
    program(top, |main| async move {
        for _ in 0..10 {
            main.create(foo(main.env()));
        }
        for number in 0..3 {
            main.create(timer_test(main.env(), number));
        }
        Ok(main.run(sleep(main.env(), 10.0)).await?)
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

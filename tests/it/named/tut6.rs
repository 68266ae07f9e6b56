//! Tutorial sections 6 to 8: drivers, and how tasks get on with each other.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamReader};
use vpyb_core::{Board, Top, Uart, UartConfig, ticks};

use super::case::Case;
use super::env::{Ended, Env, Program, bytes, program, sleep_ms};
use crate::bench::{TestBoard, TestUart};

pub const CASES: &[Case] = &[
    Case::probe("tut_6_2_record_uart", |top| record_uart(top, false, 0)),
    Case::probe("tut_6_4_mstimer", |top| mstimer(top, 10)),
    Case::probe("tut_6_4_mstimer_idle", |top| mstimer(top, 0)),
    Case::probe("tut_6_4_pincall", |top| pincall(top, 5)),
    Case::probe("tut_6_4_pincall_idle", |top| pincall(top, 0)),
    Case::probe("tut_6_poll_flag", poll_flag),
    Case::probe("tut_7_4_rr", round_robin),
    Case::probe("tut_7_4_rr_good", |top| record_uart(top, false, 2)),
    Case::probe("tut_7_4_rr_hog", |top| record_uart(top, true, 2)),
    Case::probe("tut_7_4_slow_good", |top| slow_record(top, false)),
    Case::probe("tut_7_4_slow_hog", |top| slow_record(top, true)),
    Case::probe("tut_8_4_good_code", good_code),
    Case::probe("tut_8_4_hello", hello),
];

/// Records that end with a zero byte, on a UART.
struct RecordOrientedUart {
    env: Env,
    uart: TestUart,
    data: RefCell<Vec<u8>>,
    /// It does not yield while there is data.
    hogs: bool,
}

impl RecordOrientedUart {
    fn new(env: Env, hogs: bool) -> Self {
        let uart = env.board.uart("uart4", UartConfig::baud(9600)).expect("the bench has it");
        Self { env, uart, data: RefCell::default(), hogs }
    }

    async fn ready(&self) -> Ended {
        let mut data = Vec::new();
        while !data.ends_with(&[0]) {
            if !self.hogs {
                self.env.ev.sleep(0.0).await?;
            }
            while self.uart.any() == 0 {
                self.env.ev.sleep(0.0).await?;
            }
            let mut part = vec![0; self.uart.any()];
            self.uart.read(&mut part);
            data.extend(part);
        }
        data.pop();
        *self.data.borrow_mut() = data;
        Ok(())
    }

    async fn send_record(&self, data: &[u8]) -> Ended {
        vpyb_core::stream::StreamWrite::write(&self.uart, &[data, &[0]].concat());
        Ok(self.env.ev.sleep(0.1).await?)
    }

    fn read_record(&self) -> String {
        bytes(&self.data.take())
    }
}

async fn rr(env: Env, n: u32) -> Ended {
    loop {
        say!(env, "Roundrobin  {n}");
        env.ev.sleep(0.0).await?;
    }
}

fn record_uart(top: Top<TestBoard>, hogs: bool, others: u32) -> Program {
    async fn run(env: Env, hogs: bool) -> Ended {
        let device = RecordOrientedUart::new(env.clone(), hogs);
        device.send_record(b"A line of text.").await?;
        for _ in 0..20 {
            device.ready().await?;
            say!(env, "Got: {}", device.read_record());
            device.send_record(b"A line of text.").await?;
        }
        Ok(())
    }
    program(top, move |main| async move {
        for n in 0..others {
            main.create(rr(main.env(), n));
        }
        Ok(main.run(run(main.env(), hogs)).await?)
    })
}

fn slow_record(top: Top<TestBoard>, hogs: bool) -> Program {
    async fn run(env: Env, hogs: bool) -> Ended {
        let device = RecordOrientedUart::new(env.clone(), hogs);
        for _ in 0..3 {
            device.ready().await?;
            say!(env, "Got {} {}", device.read_record(), env.time());
        }
        Ok(())
    }
    program(top, move |main| async move {
        main.create(rr(main.env(), 1));
        Ok(main.run(run(main.env(), hogs)).await?)
    })
}

fn round_robin(top: Top<TestBoard>) -> Program {
    program(top, |main| async move {
        for n in 0..3 {
            main.create(rr(main.env(), n));
        }
        Ok(main.run(sleep_ms(main.env(), 20)).await?)
    })
}

/// A stream that is readable from a time on.
struct MillisecTimer {
    env: Env,
    name: String,
    end: Cell<u32>,
}

impl Pollable for MillisecTimer {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let over = ticks::ticks_diff(self.env.time(), self.end.get()) >= 0;
        if over { Readiness::READ.and(interest) } else { Readiness::NONE }
    }
}

impl StreamRead for MillisecTimer {
    fn read(&self, _buf: &mut [u8]) -> Option<usize> {
        None
    }

    fn read_line(&self, line: &mut Vec<u8>) -> Option<usize> {
        line.push(b'\n');
        Some(1)
    }
}

fn mstimer(top: Top<TestBoard>, others: u32) -> Program {
    async fn measure(env: Env, label: usize, pause_ms: i32) -> Ended {
        let name = format!("MillisecTimer#{}", label + 1);
        let timer = Rc::new(MillisecTimer { env: env.clone(), name, end: Cell::new(0) });
        let reader = StreamReader::new(&env.ev, timer.clone());
        for _ in 0..20 {
            let begin = env.board.now_us();
            timer.end.set(ticks::ticks_add(env.time(), 30));
            reader.readline().await?;
            let took = env.board.now_us() - begin;
            say!(env, "{label} {} {took}", took / 1000);
            env.ev.sleep_ms(pause_ms).await?;
        }
        Ok(())
    }
    async fn foo(env: Env) -> Ended {
        loop {
            env.busy_us(10_000);
            env.ev.sleep_ms(0).await?;
        }
    }
    program(top, move |main| async move {
        for _ in 0..others {
            main.create(foo(main.env()));
        }
        for (label, ms) in [500, 700, 900].into_iter().enumerate() {
            main.create(measure(main.env(), label, ms));
        }
        Ok(main.run(sleep_ms(main.env(), 4000)).await?)
    })
}

/// A stream that is readable when a pin has changed, and says so when it is read.
struct PinCall {
    env: Env,
    level: Cell<bool>,
}

impl PinCall {
    fn pin(&self) -> bool {
        self.env.board.level("X2")
    }
}

impl Pollable for PinCall {
    fn name(&self) -> &str {
        "PinCall#1"
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let asked = !interest.and(Readiness::READ).is_empty();
        let changed = asked && self.level.replace(self.pin()) != self.level.get();
        if changed { Readiness::READ } else { Readiness::NONE }
    }
}

impl StreamRead for PinCall {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        let text = if self.level.get() { "up" } else { "down" };
        say!(self.env, "{text} {} {}", u8::from(self.pin()), self.env.board.ticks_us());
        buf[0] = b'\n';
        Some(1)
    }
}

fn pincall(top: Top<TestBoard>, others: u32) -> Program {
    async fn dummy(env: Env) -> Ended {
        loop {
            env.busy_us(5000);
            env.ev.sleep_ms(0).await?;
        }
    }
    async fn run(env: Env) -> Ended {
        let pin = PinCall { env: env.clone(), level: Cell::new(env.board.level("X2")) };
        let reader = StreamReader::new(&env.ev, Rc::new(pin));
        loop {
            reader.read(1).await?;
        }
    }
    program(top, move |main| async move {
        for _ in 0..others {
            main.create(dummy(main.env()));
        }
        main.create(run(main.env()));
        Ok(main.run(sleep_ms(main.env(), 3000)).await?)
    })
}

fn poll_flag(top: Top<TestBoard>) -> Program {
    async fn device(env: Env) -> Ended {
        let fell = env.board.fell("X1");
        loop {
            if fell.take() {
                say!(env, "serviced {}", env.time());
            }
            env.ev.sleep(0.0).await?;
        }
    }
    program(top, |main| async move {
        main.create(device(main.env()));
        Ok(main.run(sleep_ms(main.env(), 60)).await?)
    })
}

fn good_code(top: Top<TestBoard>) -> Program {
    async fn setter(env: Env, flag: Rc<Cell<bool>>) -> Ended {
        env.ev.sleep_ms(5).await?;
        flag.set(true);
        say!(env, "flag set {}", env.time());
        Ok(())
    }
    async fn good_code(env: Env, flag: Rc<Cell<bool>>) -> Ended {
        while !flag.take() {
            env.ev.sleep(0.0).await?;
        }
        Ok(())
    }
    program(top, |main| async move {
        let flag = Rc::new(Cell::new(false));
        main.create(setter(main.env(), flag.clone()));
        main.run(good_code(main.env(), flag)).await?;
        say!(main, "flag seen False {}", main.time());
        Ok(())
    })
}

fn hello(top: Top<TestBoard>) -> Program {
    async fn hello(env: Env) -> Ended {
        for _ in 0..10 {
            say!(env, "Hello world.");
            env.ev.sleep(1.0).await?;
        }
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(hello(main.env())).await?) })
}

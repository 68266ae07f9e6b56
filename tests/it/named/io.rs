//! Tests of stream I/O: reads, writes, overflows, and waits that end otherwise.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamReader, StreamWrite, StreamWriter};
use vpyb_core::{Board, Top, Uart, UartConfig, ticks};

use super::case::Case;
use super::env::{Ended, Env, Program, bytes, is_cancelled, is_timed_out, program, sleep, sleep_ms};
use crate::bench::{TestBoard, TestUart};

pub const CASES: &[Case] = &[
    Case::probe("io_poll_starve", poll_starve),
    Case::probe("io_read_write", read_write),
    Case::probe("io_stale_registration", stale_registration),
    Case::probe("io_stream_read", stream_read),
    Case::probe("io_timeout_race", timeout_race),
    Case::probe("io_uart_overflow", uart_overflow),
];

fn uart(env: &Env, name: &str, baud: u32) -> Rc<TestUart> {
    Rc::new(env.board.uart(name, UartConfig::baud(baud)).expect("the bench has it"))
}

fn poll_starve(top: Top<TestBoard>) -> Program {
    async fn spin(env: Env) -> Ended {
        loop {
            env.busy_us(500);
            env.ev.sleep_ms(0).await?;
        }
    }
    async fn receiver(env: Env, uart: Rc<TestUart>) -> Ended {
        let sr = StreamReader::new(&env.ev, uart);
        loop {
            let r = sr.readline().await?;
            say!(env, "rx {} {}", bytes(&r), env.board.ticks_us());
        }
    }
    program(top, |main| async move {
        main.create(receiver(main.env(), uart(&main, "uart4", 115_200)));
        for _ in 0..8 {
            main.create(spin(main.env()));
        }
        Ok(main.run(sleep_ms(main.env(), 60)).await?)
    })
}

/// A device that is readable 25 ms after the last line, and takes one byte each 10 ms.
struct Dev {
    env: Env,
    read_at: Cell<u32>,
    write_at: Cell<u32>,
    lines: Cell<u32>,
    out: RefCell<Vec<u8>>,
}

impl Dev {
    fn reached(&self, at: &Cell<u32>) -> bool {
        ticks::ticks_diff(self.env.time(), at.get()) >= 0
    }
}

impl Pollable for Dev {
    fn name(&self) -> &str {
        "Dev#1"
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let mut ready = Readiness::NONE;
        for (at, direction) in [(&self.read_at, Readiness::READ), (&self.write_at, Readiness::WRITE)] {
            if self.reached(at) {
                ready = ready.or(direction);
            }
        }
        ready.and(interest)
    }
}

impl StreamRead for Dev {
    fn read(&self, _buf: &mut [u8]) -> Option<usize> {
        None
    }

    fn read_line(&self, line: &mut Vec<u8>) -> Option<usize> {
        self.read_at.set(ticks::ticks_add(self.env.time(), 25));
        self.lines.set(self.lines.get() + 1);
        let text = format!("r{}\n", self.lines.get());
        line.extend(text.bytes());
        Some(text.len())
    }
}

impl StreamWrite for Dev {
    fn write(&self, data: &[u8]) -> Option<usize> {
        if !self.reached(&self.write_at) {
            return Some(0);
        }
        self.write_at.set(ticks::ticks_add(self.env.time(), 10));
        self.out.borrow_mut().push(data[0]);
        Some(1)
    }
}

fn read_write(top: Top<TestBoard>) -> Program {
    async fn rd(env: Env, d: Rc<Dev>) -> Ended {
        let s = StreamReader::new(&env.ev, d);
        loop {
            let line = s.readline().await?;
            say!(env, "rd {} {}", bytes(&line), env.time());
        }
    }
    async fn wr(env: Env, d: Rc<Dev>) -> Ended {
        let s = StreamWriter::new(&env.ev, d.clone());
        for i in 0..4 {
            s.awrite(format!("abcd{i}").as_bytes()).await?;
            say!(env, "wr {} {}", bytes(&d.out.borrow()), env.time());
            env.ev.sleep_ms(40).await?;
        }
        Ok(())
    }
    async fn run(env: Env, d: Rc<Dev>) -> Ended {
        env.ev.sleep_ms(500).await?;
        say!(env, "out {}", bytes(&d.out.borrow()));
        Ok(())
    }
    program(top, |main| async move {
        let d = Rc::new(Dev {
            env: main.env(),
            read_at: Cell::new(0),
            write_at: Cell::new(0),
            lines: Cell::new(0),
            out: RefCell::default(),
        });
        main.create(rd(main.env(), d.clone()));
        main.create(wr(main.env(), d.clone()));
        Ok(main.run(run(main.env(), d)).await?)
    })
}

fn stale_registration(top: Top<TestBoard>) -> Program {
    async fn reader(env: Env, uart: Rc<TestUart>) -> Ended {
        match StreamReader::new(&env.ev, uart).readline().await.map_err(Into::into) {
            Ok(line) => say!(env, "read {} {}", bytes(&line), env.time()),
            ended if is_cancelled(&ended) => say!(env, "cancelled {}", env.time()),
            other => other.map(drop)?,
        }
        for _ in 0..3 {
            let t = env.time();
            env.ev.sleep_ms(200).await?;
            say!(env, "sleep of 200 took {}", env.time() - t);
        }
        Ok(())
    }
    async fn run(env: Env, uart: Rc<TestUart>) -> Ended {
        let c = env.ev.create_task(reader(env.clone(), uart.clone()))?;
        env.ev.sleep_ms(100).await?;
        env.ev.cancel(&c)?;
        env.ev.sleep_ms(900).await?;
        say!(env, "any {}", uart.any());
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env(), uart(&main, "uart1", 9600))).await?) })
}

fn stream_read(top: Top<TestBoard>) -> Program {
    async fn r_read(env: Env, uart: Rc<TestUart>) -> Ended {
        let sr = StreamReader::new(&env.ev, uart);
        loop {
            let data = sr.read(8).await?;
            say!(env, "read {} {}", bytes(&data), env.time());
        }
    }
    async fn r_exact(env: Env, uart: Rc<TestUart>) -> Ended {
        let sr = StreamReader::new(&env.ev, uart);
        loop {
            let data = sr.readexactly(10).await?;
            say!(env, "exact {} {}", bytes(&data), env.time());
        }
    }
    async fn r_line(env: Env, uart: Rc<TestUart>) -> Ended {
        let sr = StreamReader::new(&env.ev, uart);
        loop {
            let data = sr.readline().await?;
            say!(env, "line {} {}", bytes(&data), env.time());
        }
    }
    program(top, |main| async move {
        main.create(r_read(main.env(), uart(&main, "uart1", 9600)));
        main.create(r_exact(main.env(), uart(&main, "uart2", 9600)));
        main.create(r_line(main.env(), uart(&main, "uart3", 2400)));
        Ok(main.run(sleep(main.env(), 1.0)).await?)
    })
}

fn timeout_race(top: Top<TestBoard>) -> Program {
    async fn reader(env: Env, uart: Rc<TestUart>) -> Ended {
        let sr = StreamReader::new(&env.ev, uart);
        match env.ev.wait_for_ms(sr.read(4), 100).await.map_err(Into::into) {
            Ok(r) => say!(env, "read {} {}", bytes(&r), env.time()),
            ended if is_timed_out(&ended) => say!(env, "timed out {}", env.time()),
            other => other.map(drop)?,
        }
        for i in 0..3 {
            env.ev.sleep_ms(50).await?;
            say!(env, "awake {i} {}", env.time());
        }
        Ok(())
    }
    async fn run(env: Env, uart: Rc<TestUart>) -> Ended {
        env.create(reader(env.clone(), uart.clone()));
        env.ev.sleep_ms(400).await?;
        say!(env, "end {}", uart.any());
        Ok(())
    }
    program(top, |main| async move { Ok(main.run(run(main.env(), uart(&main, "uart1", 9600))).await?) })
}

fn uart_overflow(top: Top<TestBoard>) -> Program {
    async fn receiver(env: Env, uart: Rc<TestUart>) -> Ended {
        let sr = StreamReader::new(&env.ev, uart);
        loop {
            let r = sr.readline().await?;
            let (head, tail) = (&r[..r.len().min(8)], &r[r.len().saturating_sub(8)..]);
            say!(env, "Received {} {} {} {}", r.len(), bytes(head), bytes(tail), env.time());
        }
    }
    async fn blocker(env: Env, uart: Rc<TestUart>) -> Ended {
        env.ev.sleep_ms(100).await?;
        say!(env, "blocking {}", env.time());
        env.busy_us(150_000);
        say!(env, "unblocked {} {}", uart.any(), env.time());
        Ok(())
    }
    program(top, |main| async move {
        let uart = uart(&main, "uart4", 9600);
        main.create(receiver(main.env(), uart.clone()));
        main.create(blocker(main.env(), uart.clone()));
        main.run(sleep(main.env(), 1.0)).await?;
        say!(main, "any {}", uart.any());
        Ok(())
    })
}

//! The demos of a driver that is read and written a character at a time (section 6.4): for ever, cancelled, timed out.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamReader, StreamWrite, StreamWriter};
use vpyb_core::{Board, TaskError, Top};

use super::case::Case;
use super::env::{Ended, Env, Program, bytes, is_cancelled, is_timed_out, program};
use crate::bench::TestBoard;

pub const CASES: &[Case] = &[
    Case::probe("demo_iorw", forever),
    Case::probe("fast_iorw_can", cancelled).after_texts(4),
    Case::probe("fast_iorw_can_ioq", cancelled).asking_for(6, 0).after_texts(4),
    Case::probe("fast_iorw_to", timed_out).after_texts(4),
    Case::probe("fast_iorw_to_ioq", timed_out).asking_for(6, 0).after_texts(4),
];

/// The driver. Timers stand for its hardware: five times a second a character has come, and ten times a second one is
/// out.
#[derive(Default)]
struct MyIo {
    /// A character can be read.
    readable: Cell<bool>,
    /// How much of the present line was read.
    read: Cell<usize>,
    /// A character waits to be put out.
    writing: Cell<Option<u8>>,
    /// What was put out of the present line.
    out: RefCell<Vec<u8>>,
}

const LINE: &[u8] = b"ready\n";

impl MyIo {
    fn new(board: &TestBoard) -> Rc<Self> {
        let device = Rc::new(Self::default());
        let hardware = device.clone();
        board.tick(5.0, move || hardware.readable.set(true));
        let (hardware, console) = (device.clone(), board.clone());
        board.tick(10.0, move || {
            let Some(byte) = hardware.writing.take() else { return };
            hardware.out.borrow_mut().push(byte);
            if byte == b'\n' {
                console.print(format_args!("{}", String::from_utf8_lossy(&hardware.out.take())));
            }
        });
        device
    }
}

impl Pollable for MyIo {
    fn name(&self) -> &str {
        "MyIO#1"
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let read = if self.readable.get() { Readiness::READ } else { Readiness::NONE };
        let write = if self.writing.get().is_none() { Readiness::WRITE } else { Readiness::NONE };
        read.or(write).and(interest)
    }
}

impl StreamRead for MyIo {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        let first = buf.first_mut()?;
        self.readable.set(false);
        let at = self.read.get();
        *first = LINE[at];
        self.read.set((at + 1) % LINE.len());
        Some(1)
    }

    fn read_line(&self, line: &mut Vec<u8>) -> Option<usize> {
        let mut byte = [0];
        let count = self.read(&mut byte)?;
        line.extend(byte);
        Some(count)
    }
}

impl StreamWrite for MyIo {
    fn write(&self, data: &[u8]) -> Option<usize> {
        self.writing.set(Some(*data.first()?));
        Some(1)
    }
}

async fn receive(env: &Env, device: Rc<MyIo>) -> Result<(), TaskError> {
    let reader = StreamReader::new(&env.ev, device);
    loop {
        let line = reader.readline().await?;
        say!(env, "Received {}", bytes(&line));
    }
}

async fn send(env: &Env, device: Rc<MyIo>, after: f64) -> Result<(), TaskError> {
    let writer = StreamWriter::new(&env.ev, device);
    env.ev.sleep(after).await?;
    for count in 1_u32.. {
        writer.awrite(format!("Wrote Hello MyIO {count}\n").as_bytes()).await?;
        env.ev.sleep(2.0).await?;
    }
    Ok(())
}

async fn receiver(env: Env, device: Rc<MyIo>) -> Ended {
    trap(&env, "Receiver", receive(&env, device).await)
}

async fn sender(env: Env, device: Rc<MyIo>, after: f64) -> Ended {
    trap(&env, "Sender", send(&env, device, after).await)
}

/// Says who was interrupted, and how.
fn trap(env: &Env, who: &str, ended: Ended) -> Ended {
    match ended {
        ended if is_timed_out(&ended) => say!(env, "{who} timeout"),
        ended if is_cancelled(&ended) => say!(env, "{who} cancelled"),
        ended => return ended,
    }
    Ok(())
}

fn forever(top: Top<TestBoard>) -> Program {
    program(top, |main| async move {
        let device = MyIo::new(&main.board);
        main.create(receiver(main.env(), device.clone()));
        main.create(sender(main.env(), device, 5.0));
        Ok(main.run_forever().await?)
    })
}

fn cancelled(top: Top<TestBoard>) -> Program {
    program(top, |main| async move {
        let device = MyIo::new(&main.board);
        let env = main.env();
        let tasks = [
            main.ev.create_task(receiver(env.clone(), device.clone()))?,
            main.ev.create_task(sender(env.clone(), device, 1.0))?,
        ];
        let run = async move {
            env.ev.sleep(15.0).await?;
            for task in &tasks {
                env.ev.cancel(task)?;
            }
            Ok(env.ev.sleep(1.0).await?)
        };
        Ok(main.run(run).await?)
    })
}

/// Chance, as the recordings' board has it.
struct Chance(u32);

impl Chance {
    /// 15 s and up to 1023 ms more.
    fn time_out(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(1_103_515_245).wrapping_add(12_345) & 0x7FFF_FFFF;
        15.0 + f64::from(self.0 >> 21) / 1000.0
    }
}

fn timed_out(top: Top<TestBoard>) -> Program {
    async fn run(env: Env, device: Rc<MyIo>, seconds: f64) -> Ended {
        let ended = env.ev.wait_for(receive(&env, device), seconds).await;
        trap(&env, "Receiver", ended)
    }
    async fn do_test(env: Env) -> Ended {
        let (device, mut chance) = (MyIo::new(&env.board), Chance(12_345));
        loop {
            let (read, write) = (chance.time_out(), chance.time_out());
            say!(env, "Timeouts: {read:7.3}s read {write:7.3}s write");
            env.create(run(env.clone(), device.clone(), read));
            let ended = env.ev.wait_for(send(&env, device.clone(), 1.0), write).await;
            trap(&env, "Sender", ended)?;
            env.ev.sleep(2.0).await?;
        }
    }
    program(top, |main| async move {
        main.create(do_test(main.env()));
        Ok(main.run_forever().await?)
    })
}

//! A device that is read and written as a stream, and the defect of `uasyncio-v2` (tutorial section 6.4, `iorw.py`,
//! `iorw_can.py`, `iorw_to.py`).
//!
//! # Wiring
//!
//! None: the device is emulated by the task `hardware`. It has a character to read every 200 ms, which together are
//! `ready\n` again and again, and puts out a character every 100 ms.
//!
//! # What you should see
//!
//! Part `forever`: `Received b'ready\n'` every 1.2 s, and from 5 s on `Wrote Hello MyIO 1` and so on, each when its
//! last character is out. Under `uasyncio-v2` nothing is received any more once something was written.
//!
//! Part `cancel`: the writer begins after a second; both are cancelled after 15 s. Part `timeout`: both have a
//! time-out of 15 s, and begin anew; what was read of a line by then is lost.
//!
//! # How it works
//!
//! In `uasyncio-v2` a device has one registration. The writer's takes the place of the reader's, and takes it away
//! with it. With `drivers = 2` reader and writer have a driver each, which is how one gets round it.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};
use vpyb_core::{
    ArgDefault, ArgSpec, Args, Board, Config, Interrupt, StreamReader, StreamWriter, TaskError, Top,
};

use crate::env::{Ended, Env, Main, no_part};
use crate::text::Bytes;

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "part", default: ArgDefault::Text("forever"), help: "`forever`, `cancel` or `timeout`" },
    ArgSpec { name: "drivers", default: ArgDefault::Int(1), help: "2: one for reading and one for writing" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "hardware", "receiver", "sender"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let device = Rc::new(Device::default());
    let reading = Rc::new(MyIo { name: "MyIO#1", device: device.clone() });
    let writing = match args.int("drivers") {
        2 => Rc::new(MyIo { name: "MyIO#2", device: device.clone() }),
        _ => reading.clone(),
    };
    main.ev.create_task(hardware(main.env(), device))?;
    let ends =
        Ends { reader: StreamReader::new(&main.ev, reading), writer: StreamWriter::new(&main.ev, writing) };
    match args.text("part") {
        "forever" => forever(main, ends).await,
        "cancel" => Ok(main.run(cancel(main.env(), ends)).await?),
        "timeout" => Ok(main.run(timeout(main.env(), ends)).await?),
        other => Err(no_part(other, &["forever", "cancel", "timeout"])),
    }
}

/// What the emulated hardware and its driver have in common.
#[derive(Default)]
struct Device {
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

async fn hardware<B: Board>(env: Env<B>, device: Rc<Device>) -> Ended {
    // Out of step with what happens at whole seconds.
    env.ev.sleep_ms(50).await?;
    for round in 1_u32.. {
        if round.is_multiple_of(2) {
            device.readable.set(true);
        }
        match device.writing.take() {
            Some(b'\n') => {
                let line = device.out.take();
                say!(env, "{}", String::from_utf8_lossy(&line));
            }
            Some(byte) => device.out.borrow_mut().push(byte),
            None => {}
        }
        env.ev.sleep_ms(100).await?;
    }
    Ok(())
}

/// The driver: a stream in both directions.
struct MyIo {
    name: &'static str,
    device: Rc<Device>,
}

impl Pollable for MyIo {
    fn name(&self) -> &str {
        self.name
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let mut ready = Readiness::NONE;
        if self.device.readable.get() {
            ready = ready.or(Readiness::READ);
        }
        if self.device.writing.get().is_none() {
            ready = ready.or(Readiness::WRITE);
        }
        ready.and(interest)
    }
}

impl StreamRead for MyIo {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        let first = buf.first_mut().filter(|_| self.device.readable.take())?;
        let at = self.device.read.get();
        *first = LINE[at];
        self.device.read.set((at + 1) % LINE.len());
        Some(1)
    }
}

impl StreamWrite for MyIo {
    fn write(&self, data: &[u8]) -> Option<usize> {
        if self.device.writing.get().is_some() {
            return None;
        }
        self.device.writing.set(data.first().copied());
        Some(data.len().min(1))
    }
}

/// Both directions.
struct Ends {
    reader: StreamReader<MyIo>,
    writer: StreamWriter<MyIo>,
}

async fn receive<B: Board>(env: &Env<B>, reader: &StreamReader<MyIo>) -> Result<(), Interrupt> {
    loop {
        let line = reader.readline().await?;
        say!(env, "Received {}", Bytes(&line));
    }
}

async fn send<B: Board>(env: &Env<B>, writer: &StreamWriter<MyIo>) -> Result<(), Interrupt> {
    for count in 1_u32.. {
        writer.awrite(format!("Wrote Hello MyIO {count}\n").as_bytes()).await?;
        env.ev.sleep(2.0).await?;
    }
    Ok(())
}

async fn forever<B: Board>(main: Main<B>, ends: Ends) -> Ended {
    main.ev.create_task(receiver(main.env(), ends.reader))?;
    main.ev.create_task(sender(main.env(), ends.writer, 5.0))?;
    Ok(main.run_forever().await?)
}

async fn receiver<B: Board>(env: Env<B>, reader: StreamReader<MyIo>) -> Ended {
    if receive(&env, &reader).await == Err(Interrupt::Cancelled) {
        say!(env, "Receiver cancelled");
    }
    Ok(())
}

async fn sender<B: Board>(env: Env<B>, writer: StreamWriter<MyIo>, after: f64) -> Ended {
    env.ev.sleep(after).await?;
    if send(&env, &writer).await == Err(Interrupt::Cancelled) {
        say!(env, "Sender cancelled");
    }
    Ok(())
}

async fn cancel<B: Board>(env: Env<B>, ends: Ends) -> Ended {
    let receiver = env.ev.create_task(receiver(env.clone(), ends.reader))?;
    let sender = env.ev.create_task(sender(env.clone(), ends.writer, 1.0))?;
    env.ev.sleep(15.0).await?;
    env.ev.cancel(&receiver)?;
    env.ev.cancel(&sender)?;
    Ok(env.ev.sleep(1.0).await?)
}

/// Reads and writes for 15 s each, twice.
async fn timeout<B: Board>(env: Env<B>, ends: Ends) -> Ended {
    let Ends { reader, writer } = ends;
    let own = env.clone();
    env.ev.create_task_named("receiver", async move {
        loop {
            if own.ev.wait_for(receive(&own, &reader), 15.0).await == Err(Interrupt::TimedOut) {
                say!(own, "Receiver timeout");
            }
        }
    })?;
    for _ in 0..2 {
        if env.ev.wait_for(send(&env, &writer), 15.0).await == Err(Interrupt::TimedOut) {
            say!(env, "Sender timeout");
        }
        env.ev.sleep(2.0).await?;
    }
    Ok(())
}

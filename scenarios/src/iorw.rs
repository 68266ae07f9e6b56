//! A device that is read and written as a stream, and the defect of `uasyncio-v2` (tutorial section 6.4, `iorw.py`,
//! `iorw_can.py`, `iorw_to.py`).
//!
//! # Wiring
//!
//! None: the device is emulated by handlers of two timers. It has a character to read every 200 ms, which together are
//! `ready\n` again and again, and puts out a character every 100 ms. The task `screen` shows each line that is out.
//!
//! # What you should see
//!
//! Part `forever`: `Received b'ready\n'` every 1.2 s, and from 5 s on `Wrote Hello MyIO 1` and so on, each when its
//! last character is out. Under `uasyncio-v2` nothing is received any more once something was written.
//!
//! Part `cancel`: the writer begins after a second; both are cancelled after 15 s. Part `timeout`: both have a
//! time-out of 15 to 16 s, which it prints; 2 s after the writer's both begin anew, with others. What was read of a line by
//! then is lost.
//!
//! # How it works
//!
//! In `uasyncio-v2` a device has one registration. The writer's takes the place of the reader's, and takes it away
//! with it. With `drivers = 2` reader and writer have a driver each, which is how one gets round it.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};

use vpyb_core::stream::{Pollable, Readiness, StreamRead, StreamWrite};
use vpyb_core::sync::{IrqFlag, IrqQueue};
use vpyb_core::time::Duration;
use vpyb_core::{
    ArgDefault, ArgSpec, Args, Board, Config, Interrupt, StreamReader, StreamWriter, TaskError, Top,
};

use crate::env::{Ended, Env, Main, no_part};
use crate::text::Bytes;

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "part", default: ArgDefault::Text("forever"), help: "`forever`, `cancel` or `timeout`" },
    ArgSpec { name: "after_ms", default: ArgDefault::Int(0), help: "when the hardware begins" },
    ArgSpec { name: "drivers", default: ArgDefault::Int(1), help: "2: one for reading and one for writing" },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "screen", "receiver", "sender", "do_test", "run"];

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, a timer cannot be set up, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    let device = Arc::new(Device::default());
    let reading = Rc::new(MyIo { name: "MyIO#1", device: device.clone() });
    let writing = match args.int("drivers") {
        2 => Rc::new(MyIo { name: "MyIO#2", device: device.clone() }),
        _ => reading.clone(),
    };
    let after_ms = i32::try_from(args.int("after_ms")).unwrap_or(0);
    main.ev.create_task(screen(main.env(), device, after_ms))?;
    let ends =
        Ends { reader: StreamReader::new(&main.ev, reading), writer: StreamWriter::new(&main.ev, writing) };
    match args.text("part") {
        "forever" => forever(main, ends).await,
        "cancel" => Ok(main.run(cancel(main.env(), ends)).await?),
        "timeout" => {
            main.ev.create_task(do_test(main.env(), Rc::new(ends)))?;
            Ok(main.run_forever().await?)
        }
        other => Err(no_part(other, &["forever", "cancel", "timeout"])),
    }
}

/// What the emulated hardware and its driver have in common. Handlers of timers use it, too.
#[derive(Default)]
struct Device {
    /// A character can be read.
    readable: AtomicBool,
    /// How much of the present line was read.
    read: AtomicUsize,
    /// A character waits to be put out; 0 is none.
    writing: AtomicI32,
    /// What was put out of the present line.
    out: IrqQueue<64>,
    /// A line is out.
    line: IrqFlag,
}

const LINE: &[u8] = b"ready\n";

/// Has timers stand for the hardware.
fn set_up<B: Board>(env: &Env<B>, device: &Arc<Device>) -> Ended {
    let reading = device.clone();
    env.board.on_timer("timer4", Duration::from_millis(200), move |_irq| {
        reading.readable.store(true, Ordering::Relaxed);
    })?;
    let writing = device.clone();
    env.board.on_timer("timer5", Duration::from_millis(100), move |_irq| {
        let Ok(byte @ 1..) = u32::try_from(writing.writing.swap(0, Ordering::Relaxed)) else { return };
        // A line is shorter than the queue; what is not would be lost on its screen.
        let _ = writing.out.push(byte);
        if byte == u32::from(b'\n') {
            writing.line.set();
        }
    })?;
    Ok(())
}

async fn screen<B: Board>(env: Env<B>, device: Arc<Device>, after_ms: i32) -> Ended {
    if after_ms > 0 {
        env.ev.sleep_ms(after_ms).await?;
    }
    set_up(&env, &device)?;
    loop {
        env.ev.interruptible(device.line.wait()).await?;
        let out = core::iter::from_fn(|| device.out.try_get());
        let line: Vec<u8> = out.filter_map(|byte| u8::try_from(byte).ok()).collect();
        say!(env, "{}", String::from_utf8_lossy(&line).trim_end());
    }
}

/// The driver: a stream in both directions.
struct MyIo {
    name: &'static str,
    device: Arc<Device>,
}

impl Pollable for MyIo {
    fn name(&self) -> &str {
        self.name
    }

    fn poll(&self, interest: Readiness) -> Readiness {
        let mut ready = Readiness::NONE;
        if self.device.readable.load(Ordering::Relaxed) {
            ready = ready.or(Readiness::READ);
        }
        if self.device.writing.load(Ordering::Relaxed) == 0 {
            ready = ready.or(Readiness::WRITE);
        }
        ready.and(interest)
    }
}

impl StreamRead for MyIo {
    fn read(&self, buf: &mut [u8]) -> Option<usize> {
        let first = buf.first_mut().filter(|_| self.device.readable.swap(false, Ordering::Relaxed))?;
        let at = self.device.read.load(Ordering::Relaxed);
        *first = LINE[at];
        self.device.read.store((at + 1) % LINE.len(), Ordering::Relaxed);
        Some(1)
    }
}

impl StreamWrite for MyIo {
    fn write(&self, data: &[u8]) -> Option<usize> {
        if self.device.writing.load(Ordering::Relaxed) != 0 {
            return None;
        }
        let first = *data.first()?;
        self.device.writing.store(first.into(), Ordering::Relaxed);
        Some(1)
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

async fn send<B: Board>(env: &Env<B>, writer: &StreamWriter<MyIo>, after: f64) -> Result<(), Interrupt> {
    env.ev.sleep(after).await?;
    for count in 1_u32.. {
        writer.awrite(format!("Wrote Hello MyIO {count}\n").as_bytes()).await?;
        env.ev.sleep(2.0).await?;
    }
    Ok(())
}

/// Says who was interrupted, and how.
fn trap<B: Board>(env: &Env<B>, who: &str, ended: Result<(), Interrupt>) -> Ended {
    match ended {
        Err(Interrupt::TimedOut) => say!(env, "{who} timeout"),
        Err(Interrupt::Cancelled) => say!(env, "{who} cancelled"),
        ended => ended?,
    }
    Ok(())
}

async fn receiver<B: Board>(env: Env<B>, reader: StreamReader<MyIo>) -> Ended {
    trap(&env, "Receiver", receive(&env, &reader).await)
}

async fn sender<B: Board>(env: Env<B>, writer: StreamWriter<MyIo>, after: f64) -> Ended {
    trap(&env, "Sender", send(&env, &writer, after).await)
}

async fn forever<B: Board>(main: Main<B>, ends: Ends) -> Ended {
    main.ev.create_task(receiver(main.env(), ends.reader))?;
    main.ev.create_task(sender(main.env(), ends.writer, 5.0))?;
    Ok(main.run_forever().await?)
}

async fn cancel<B: Board>(env: Env<B>, ends: Ends) -> Ended {
    let receiver = env.ev.create_task(receiver(env.clone(), ends.reader))?;
    let sender = env.ev.create_task(sender(env.clone(), ends.writer, 1.0))?;
    env.ev.sleep(15.0).await?;
    env.ev.cancel(&receiver)?;
    env.ev.cancel(&sender)?;
    Ok(env.ev.sleep(1.0).await?)
}

/// Chance: the generator of the C standard's example, by its upper bits.
struct Chance(u32);

impl Chance {
    /// 15 s and up to 1023 ms more.
    fn time_out(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(1_103_515_245).wrapping_add(12_345) & 0x7FFF_FFFF;
        15.0 + f64::from(self.0 >> 21) / 1000.0
    }
}

async fn run<B: Board>(env: Env<B>, ends: Rc<Ends>, seconds: f64) -> Ended {
    trap(&env, "Receiver", env.ev.wait_for(receive(&env, &ends.reader), seconds).await)
}

/// Reads and writes, each until its time is up, again and again.
async fn do_test<B: Board>(env: Env<B>, ends: Rc<Ends>) -> Ended {
    let mut chance = Chance(12_345);
    loop {
        let (read, write) = (chance.time_out(), chance.time_out());
        say!(env, "Timeouts: {read:7.3}s read {write:7.3}s write");
        env.ev.create_task(run(env.clone(), ends.clone(), read))?;
        trap(&env, "Sender", env.ev.wait_for(send(&env, &ends.writer, 1.0), write).await)?;
        env.ev.sleep(2.0).await?;
    }
}

//! A driver for records that end with a zero byte, and how to test that it yields (tutorial sections 6.2 and 7.4).
//!
//! # Wiring
//!
//! UART 4. Part `loopback`: a link from X1 to X2. Part `slow`: somebody outside sends records on X2.
//!
//! # What you should see
//!
//! Part `loopback`: `Got: b'A line of text.'` twenty times, one every 117 ms, which is what sixteen characters and a
//! pause of 100 ms take. Part `slow`: three records, beside one task that prints `Roundrobin` whenever it is its
//! turn.
//!
//! Part `probe`: such tasks alone, as many as `others` says, each with its number. They may also run beside the
//! loop-back.
//!
//! With `hogs` the driver is written as the tutorial first had it: it does not yield while there is something to
//! read. Beside a loop-back it then keeps the CPU for a whole record, and the others' lines stop; while a slow sender
//! makes it wait for each byte, nothing is to be seen of it.
//!
//! # How it works
//!
//! The driver is awaited. It asks the UART at each turn, takes what there is, and returns when that ends a record.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;

use vpyb_core::stream::{StreamRead, StreamWrite};
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, TaskError, Top, Uart, UartConfig};

use crate::env::{Ended, Env, Main, no_part};
use crate::text::Bytes;

/// What the program can be told.
pub const ARGS: &[ArgSpec] = &[
    ArgSpec { name: "part", default: ArgDefault::Text("loopback"), help: "`loopback`, `slow` or `probe`" },
    ArgSpec {
        name: "hogs",
        default: ArgDefault::Int(0),
        help: "1: the driver does not yield while it reads",
    },
    ArgSpec {
        name: "others",
        default: ArgDefault::Int(0),
        help: "how many tasks print when it is their turn",
    },
];

/// The tasks that it makes.
pub const TASKS: &[&str] = &["main", "rr"];

const RECORD: &[u8] = b"A line of text.";

/// The firmware's top level.
///
/// # Errors
///
/// If a queue is full, the board has no UART 4, or there is no such part.
pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
    let main = Main::new(top, Config::default());
    for n in 0..args.int("others") {
        main.ev.create_task(rr(main.env(), n))?;
    }
    let hogs = args.int("hogs") != 0;
    match args.text("part") {
        "loopback" => main.run(loopback(main.env(), hogs)).await?,
        "slow" => {
            main.ev.create_task(rr(main.env(), 1))?;
            main.run(slow(main.env(), hogs)).await?;
        }
        "probe" => main.run_for_ms(20).await?,
        other => return Err(no_part(other, &["loopback", "slow", "probe"])),
    }
    Ok(())
}

async fn rr<B: Board>(env: Env<B>, n: i64) -> Ended {
    loop {
        say!(env, "Roundrobin  {n}");
        env.ev.sleep(0.0).await?;
    }
}

/// The driver.
struct RecordOrientedUart<B: Board> {
    env: Env<B>,
    uart: Rc<B::Uart>,
    data: RefCell<Vec<u8>>,
    /// It does not yield while there is something to read.
    hogs: bool,
}

impl<B: Board> RecordOrientedUart<B> {
    fn new(env: Env<B>, hogs: bool) -> Result<Self, TaskError> {
        let uart = Rc::new(env.board.uart("uart4", UartConfig::baud(9600))?);
        Ok(Self { env, uart, data: RefCell::default(), hogs })
    }

    /// Waits for a record.
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
            let count = self.uart.read(&mut part).unwrap_or(0);
            data.extend(&part[..count]);
        }
        data.pop();
        *self.data.borrow_mut() = data;
        Ok(())
    }

    /// Sends a record, and waits until it is sure to be gone.
    async fn send_record(&self, data: &[u8]) -> Ended {
        self.uart.write(&[data, &[0]].concat());
        Ok(self.env.ev.sleep(0.1).await?)
    }

    /// The record that was waited for.
    fn read_record(&self) -> Vec<u8> {
        self.data.take()
    }
}

async fn loopback<B: Board>(env: Env<B>, hogs: bool) -> Ended {
    let device = RecordOrientedUart::new(env.clone(), hogs)?;
    device.send_record(RECORD).await?;
    for _ in 0..20 {
        device.ready().await?;
        say!(env, "Got: {}", Bytes(&device.read_record()));
        device.send_record(RECORD).await?;
    }
    Ok(())
}

async fn slow<B: Board>(env: Env<B>, hogs: bool) -> Ended {
    let device = RecordOrientedUart::new(env.clone(), hogs)?;
    for _ in 0..3 {
        device.ready().await?;
        say!(env, "Got {} {}", Bytes(&device.read_record()), env.time());
    }
    Ok(())
}

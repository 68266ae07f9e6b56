//! A whole byte over a wire of the virtual Pyboard: what the simulator takes for it.
//!
//! A serial peer sends; its ten edges go over a net; the UART takes samples about the middle of each bit, puts the byte into
//! its register, requests its interrupt, whose handler puts it into the ring; the event loop finds the device ready, and a
//! task reads it. All of it is in the trace. The byte is 0x55, which has an edge at each of its bits.

use std::rc::Rc;
use std::time::Instant;

use vpyb_core::time::Duration as Span;
use vpyb_core::{ArgDefault, ArgSpec, Args, Board, Config, StreamReader, TaskError, Top, UartConfig};
use vpyb_sim::program;
use vpyb_sim::runner::{self, Options, Program};
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::scenario::with;
use vpyb_sim::vocabulary;

use crate::harness::{Case, Round};

pub const NAME: &str = "vpyb-sim, a whole byte over the wire, with its trace";

/// Firmware that reads a byte at a time.
mod byte_reader {
    use super::*;

    pub const ARGS: &[ArgSpec] =
        &[ArgSpec { name: "bytes", default: ArgDefault::Int(1), help: "how many bytes it reads" }];
    pub const TASKS: &[&str] = &["main"];

    pub async fn main<B: Board>(top: Top<B>, args: Args) -> Result<(), TaskError> {
        let event_loop = top.event_loop(Config::default());
        let uart = Rc::new(top.board().uart("uart2", UartConfig::baud(9600))?);
        let reader = StreamReader::new(&event_loop, uart);
        let bytes = args.int("bytes");
        top.run_until_complete(async move {
            let mut byte = [0];
            for _ in 0..bytes {
                reader.readinto(&mut byte).await?;
            }
            Ok(())
        })
        .await?;
        Ok(())
    }
}

const PROGRAMS: &[Program] = &[program!(byte_reader)];

pub fn case() -> Case {
    Case::ours(NAME, round())
}

fn round() -> Round {
    Box::new(|_, bytes| {
        let scenario = scenario(bytes);
        let start = Instant::now();
        let outcome = runner::run(&scenario, PROGRAMS, Options::default());
        let span = start.elapsed();
        assert_eq!(outcome.verdict, "passed", "each byte is read");
        span
    })
}

fn scenario(bytes: u32) -> Scenario {
    let send = with("to", "uart2").and("data", "U").and("times", i64::from(bytes));
    let longest = Span::from_millis(u64::from(bytes) * 2 + 1000);
    Scenario::builder("Bytes come over a wire")
        .program("byte_reader")
        .arg("bytes", i64::from(bytes))
        .part("peer", with("kind", "serial-peer").and("uart", "uart2"))
        .stimulus(with("at", "10ms").and("send", send))
        .until(longest)
        .build(&vocabulary(PROGRAMS))
        .unwrap_or_else(|problems| panic!("{problems}"))
}

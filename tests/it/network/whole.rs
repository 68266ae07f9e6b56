//! Whatever the network does, a stream arrives whole and in its order.

use proptest::prelude::*;
use vpyb_core::net::{Listener as _, Network as _, Socket as _};
use vpyb_core::time::{Duration, Instant};
use vpyb_core::{ArgDefault, ArgSpec, StreamReader, StreamWriter, TaskError};
use vpyb_sim::runner::{Program, boxed};
use vpyb_sim::scenario::model;

use super::{lan, server};
use crate::trial::{Bench, Rules};

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever gets lost, and however it is cut: what is read is what was written, in its order, and then the end.
    #[test]
    fn a_stream_arrives_whole_and_in_order(
        // With a tenth of all messages lost nobody gives up: thirteen losses in turn are one in a thousand million.
        loss in 0..1_000_u32,
        bandwidth in prop::option::of(20_000..1_000_000_u32),
        latency_ms in 0..200_u64,
        buffer in 1..2_000_usize,
        seed: u64,
        written in 1..40_usize,
        read in 1..900_usize,
    ) {
        let mut scenario = crate::trial::scenario(Rules::V2);
        let latency = Duration::from_millis(latency_ms);
        lan(&mut scenario, model::Network { latency, bandwidth, loss, buffer, ..model::Network::default() });
        (scenario.run.seed, scenario.run.limit) = (seed, Some(Instant::from_millis(3_600_000)));
        scenario.run.max_step = Duration::from_secs(600);
        // Sizes go to the program by way of its arguments.
        let args = [("written", written as i64), ("read", read as i64)];
        let args = args.map(|(name, value)| (name.to_owned(), model::Arg::Int(value))).into_iter().collect();
        scenario.program = Some(model::Program { name: "test".into(), args });
        let outcome = vpyb_sim::runner::run(&scenario, &[STREAM], Default::default());
        prop_assert_eq!(outcome.verdict.as_str(), "passed");
    }
}

const SIZE: &[ArgSpec] = &[
    ArgSpec { name: "written", default: ArgDefault::Int(1), help: "pieces that are written" },
    ArgSpec { name: "read", default: ArgDefault::Int(1), help: "bytes that are read at once" },
];

/// Writes pieces of growing length on one end and compares what comes out of the other.
const STREAM: Program = Program {
    name: "test",
    args: SIZE,
    tasks: &[],
    main: |top, args| {
        let (written, read) = (args.int("written") as usize, args.int("read") as usize);
        boxed(async move {
            let bench = Bench::of(&top);
            top.run_until_complete(async move {
                let listener = bench.listen();
                // To connect is tried seven times, which may all be in vain.
                let client = loop {
                    if let Ok(client) = bench.network().connect(server()) {
                        break client;
                    }
                };
                let peer = loop {
                    match listener.accept() {
                        Some(peer) if peer.error().is_none() => break peer,
                        _ => bench.ev.sleep_ms(1).await?,
                    }
                };
                let pieces = move || (0..written).map(|n| vec![n as u8; 17 * n + 1]);
                bench.spawn("writer", |bench| async move {
                    let writer = StreamWriter::new(&bench.ev, std::rc::Rc::new(client));
                    writer.awriteiter(pieces()).await?;
                    Ok(writer.aclose().await?)
                });
                let reader = StreamReader::new(&bench.ev, std::rc::Rc::new(peer));
                let mut found = Vec::new();
                loop {
                    match reader.read(read).await? {
                        part if part.is_empty() => break,
                        part => found.extend(part),
                    }
                }
                assert_eq!(found, pieces().flatten().collect::<Vec<_>>());
                Ok::<(), TaskError>(())
            })
            .await?;
            Ok(())
        })
    },
    around: None,
};

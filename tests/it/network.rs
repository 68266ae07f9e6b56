//! Stream sockets on the virtual board: what takes how long, what is a part, and what is lost.
//!
//! Owns programs whose tasks talk to each other. Steps and calls cost nothing, so that each time is exact; a message is
//! under way for 5 ms unless a test says otherwise.

mod faults;
mod whole;

use std::net::SocketAddr;

use embedded_io::{Error as _, Read, Write, WriteReady};
use embedded_io_async::{Read as _, Write as _};
use vpyb_core::hal::AsyncIo;
use vpyb_core::net::{Listener as _, NetError, Network, Socket as _};
use vpyb_core::stream::{Pollable, Readiness};
use vpyb_core::time::Instant;
use vpyb_core::{Board, StreamReader, StreamWriter};
use vpyb_sim::board::{VirtualListener, VirtualNetwork, VirtualSocket};
use vpyb_sim::scenario::model::{self, Action, Actor, NetworkChange, Part, Scenario, Step, When};
use vpyb_sim::trace::{Kind, Trace};

use crate::runs::{check, rows};
use crate::trial::{Bench, Rules, Said, main_task, run, run_with, says_with};

/// Puts a network on the bench.
fn lan(scenario: &mut Scenario, network: model::Network) {
    scenario.parts.insert("lan".into(), Part::Network(network));
}

fn plain(scenario: &mut Scenario) {
    lan(scenario, model::Network::default());
}

/// Does something to the network at these milliseconds.
fn changes(scenario: &mut Scenario, steps: &[(u64, NetworkChange)]) {
    let step = |&(ms, change): &(u64, NetworkChange)| Step {
        when: When::At(Instant::from_millis(ms)),
        action: Action::Network(change),
        mark: None,
        span: 0..0,
    };
    scenario.actors.push(Actor { name: "outside".into(), steps: steps.iter().map(step).collect() });
}

/// Everything that happened on the network.
fn network(trace: &Trace) -> Vec<String> {
    rows(trace, |kind| matches!(kind, Kind::Net { .. }))
}

const PORT: u16 = 80;

/// The server's address: the first host.
fn server() -> SocketAddr {
    "10.0.0.1:80".parse().expect("an address")
}

impl Bench {
    fn network(&self) -> VirtualNetwork {
        self.board.network().expect("there is one")
    }

    fn listen(&self) -> VirtualListener {
        self.network().listen(PORT).expect("a free port")
    }

    /// Both ends of a connection. Costs 10 ms.
    fn connection(&self) -> [VirtualSocket; 2] {
        let listener = self.listen();
        let client = self.network().connect(server()).expect("somebody listens");
        [client, listener.accept().expect("a connection")]
    }
}

/// There and back: the client is connected after 10 ms. The server's end exists from 5 ms on.
#[test]
fn a_line_there_and_back_record_by_record() {
    let ran = run_with(
        Rules::V2,
        plain,
        main_task!(|bench| {
            let listener = bench.listen();
            bench.spawn("server", |bench| async move {
                while listener.poll(Readiness::READ).is_empty() {
                    bench.ev.sleep_ms(1).await?;
                }
                let mut socket = listener.accept().expect("a connection");
                let mut line = [0; 6];
                socket.read_exact(&mut line).expect("a line");
                socket.write_all(b"world\n").expect("room");
                Ok(())
            });
            let mut client = bench.network().connect(server()).expect("somebody listens");
            client.write_all(b"hello\n").expect("room");
            bench.ev.yield_now().await?;
            let mut answer = [0; 6];
            client.read_exact(&mut answer).expect("an answer");
            bench.say(answer.escape_ascii());
            Ok(())
        }),
    );
    let expected = [
        "0 lan:80 listens on port 80",
        "0 socket#1 connects to port 80",
        "5000000 socket#2 waits to be accepted on port 80",
        "10000000 socket#1 is connected",
        "10000000 socket#1 is given 6 bytes",
        "10000000 socket#1 sends 6 bytes, from 0 on",
        "10000000 socket#2 is accepted",
        "15000000 socket#2 6 bytes arrive, 6 unread",
        "15000000 socket#2 6 bytes read, 0 left",
        "15000000 socket#2 is given 6 bytes",
        "15000000 socket#2 sends 6 bytes, from 0 on",
        "15000000 socket#2 is closed",
        "15000000 socket#2 sends the end, at 6",
        "15000000 lan:80 is closed",
        "20000000 socket#1 6 bytes arrive, 6 unread",
        "20000000 socket#1 the other end has closed",
        "20000000 socket#1 6 bytes read, 0 left",
    ];
    let found = network(&ran.trace);
    check("there and back", &found[..expected.len()], &expected);
    assert_eq!((ran.lines, ran.verdict.as_str()), (vec!["20 world\\n".into()], "passed"));
}

/// At 100 000 bits a second a segment of 536 bytes and its 40 of heads take 46.08 ms, an acknowledgement 3.2 ms, and each is
/// 5 ms under way. Two segments fit into what a socket keeps.
#[test]
fn a_write_takes_a_part_and_all_messages_share_the_bandwidth() {
    let narrow = |scenario: &mut Scenario| {
        lan(scenario, model::Network { bandwidth: Some(100_000), ..model::Network::default() });
    };
    let main = main_task!(|bench| {
        let [mut client, peer] = bench.connection();
        bench.spawn("reader", |bench| async move {
            let reader = StreamReader::new(&bench.ev, std::rc::Rc::new(peer));
            loop {
                let part = reader.read(2_000).await?;
                if part.is_empty() {
                    bench.say("the end");
                    return Ok(());
                }
                bench.say(format_args!("{} read", part.len()));
            }
        });
        let mut left = [7_u8; 2_000].as_slice();
        while !left.is_empty() {
            while !client.write_ready().expect("no error") {
                bench.ev.sleep_ms(1).await?;
            }
            let count = client.write(left).expect("no error");
            bench.say(format_args!("{count} taken"));
            left = &left[count..];
        }
        drop(client);
        bench.ev.sleep_ms(200).await?;
        Ok(())
    });
    let said = Said::by_all(&[
        // Connecting takes two messages of 40 bytes: 2 * (3.2 + 5) ms.
        "16.400 1072 taken",
        // 16.4 + 46.08 + 5 ms, and 46.08 ms later.
        "67.480 536 read",
        "113.560 536 read",
        // The first acknowledgement leaves when the second segment has, at 108.56 ms, and comes 3.2 + 5 ms later.
        "117 536 taken",
        "122 392 taken",
        // Room for the third is told by the second acknowledgement only, at 121.76 ms; for the fourth by the third one.
        "172.840 536 read",
        "220.600 392 read",
        "223.800 the end",
    ]);
    says_with(narrow, main, said);
}

/// The reader reads nothing for a second: it keeps 1072 bytes, the writer as many. Reading makes room, of which the writer
/// is told when there is enough for a segment.
#[test]
fn what_is_not_read_holds_the_writer_up() {
    let ran = run_with(
        Rules::V2,
        plain,
        main_task!(|bench| {
            let [mut client, mut peer] = bench.connection();
            let mut written = 0;
            while bench.ev.time() < 1_000 {
                if client.write_ready().expect("no error") {
                    written += client.write(&[7; 600]).expect("no error");
                }
                bench.ev.sleep_ms(10).await?;
            }
            bench.say(format_args!("{written} written"));
            let mut read = 0;
            while read < written {
                read += peer.read(&mut [0; 200]).expect("no error");
            }
            bench.say(format_args!("{read} read"));
            Ok(())
        }),
    );
    assert_eq!(ran.lines, ["1000 2144 written", "1020 2144 read"]);
    let sent: Vec<_> = network(&ran.trace).into_iter().filter(|row| row.contains("sends")).collect();
    let expected = [
        "10000000 socket#1 sends 536 bytes, from 0 on",
        "10000000 socket#1 sends 64 bytes, from 536 on",
        "20000000 socket#1 sends 472 bytes, from 600 on",
        "1005000000 socket#1 sends 536 bytes, from 1072 on",
        "1005000000 socket#1 sends 64 bytes, from 1608 on",
        "1015000000 socket#1 sends 472 bytes, from 1672 on",
        "1020000000 socket#2 sends the end, at 0",
        "1020000000 socket#1 sends the end, at 2144",
    ];
    check("segments", &sent, &expected);
}

/// A writer that finds no room asks again and again, each minute at last, and does not give up as long as it is answered.
/// Connecting takes 10 ms, and the second half has room in its socket 10 ms later, when the first is acknowledged; after the
/// pause it goes out in two portions, each of which takes room to be told of and a way of 5 ms.
#[test]
fn a_writer_waits_for_room_for_as_long_as_it_takes() {
    let change = |scenario: &mut Scenario| {
        plain(scenario);
        scenario.run.limit = Some(Instant::from_millis(3_600_000));
    };
    let main = main_task!(|bench| {
        let [mut client, mut peer] = bench.connection();
        client.write_all(&[7; 2_144]).expect("room for both halves");
        bench.ev.sleep_ms(1_800_000).await?;
        let mut read = 0;
        while read < 2_144 {
            read += peer.read(&mut [0; 600]).expect("no error");
        }
        bench.say(format_args!("{:?}", client.error()));
        Ok(())
    });
    says_with(change, main, Said::by_all(&["1800040 None"]));
}

/// A driver of `embedded-io-async` on each end, and streams on both ends of another connection.
#[test]
fn sockets_are_devices_of_embedded_io_async_and_streams() {
    let main = main_task!(|bench| {
        let [client, peer] = bench.connection();
        bench.spawn("echo", |bench| async move {
            let mut line = AsyncIo::new(&bench.ev, peer);
            let mut buf = [0; 16];
            let count = line.read(&mut buf).await.expect("no error");
            line.write_all(&buf[..count]).await.expect("no error");
            assert_eq!(line.read(&mut buf).await, Ok(0), "the other end has closed");
            bench.say("the end");
            Ok(())
        });
        let mut client = AsyncIo::new(&bench.ev, client);
        client.write_all(b"abc").await.expect("no error");
        let mut answer = [0; 3];
        client.read_exact(&mut answer).await.expect("no error");
        bench.say(answer.escape_ascii());
        drop(client);
        bench.ev.sleep_ms(10).await?;

        let [client, peer] = bench.connection().map(std::rc::Rc::new);
        let reader = StreamReader::new(&bench.ev, peer);
        let writer = StreamWriter::new(&bench.ev, client);
        writer.awrite(b"one\ntwo").await?;
        writer.aclose().await?;
        for _ in 0..3 {
            bench.say(reader.readline().await?.escape_ascii());
        }
        Ok(())
    });
    // Connected at 10 ms, there and back until 20, closed then. The second connection is there at 40 ms.
    let said = Said::by_all(&["20 abc", "25 the end", "45 one\\n", "45 two", "45 "]);
    says_with(plain, main, said);
}

/// Nobody listens: the host says so. An address that nobody has never answers.
#[test]
fn a_port_that_nobody_listens_on_refuses_and_a_port_is_listened_on_once() {
    let main = main_task!(|bench| {
        let refused = bench.network().connect(server()).map(drop).expect_err("nobody listens");
        bench.say(format_args!("{refused}; {:?}", refused.kind()));
        let listener = bench.listen();
        bench.tell("again", bench.network().listen(PORT).map(drop));
        assert!(listener.accept().is_none());
        drop(listener);
        bench.tell("then", bench.network().listen(PORT).map(drop));
        let nobody = bench.network().begin_connect("10.9.9.9:80".parse().expect("an address"));
        bench.ev.sleep_ms(50).await?;
        bench.say(format_args!("{:?} {:?}", nobody.poll(Readiness::WRITE), nobody.error()));
        Ok(())
    });
    let said = Said::by_all(&[
        "10 connection refused: nobody listens there; ConnectionRefused",
        "10 again: somebody listens on this port already",
        "10 then: ok",
        "60 Readiness(0) None",
    ]);
    says_with(plain, main, said);
}

/// Whoever waits to be accepted when the listener goes is told, and so is a sixth one that finds no place: it tries again.
#[test]
fn five_may_wait_to_be_accepted() {
    let main = main_task!(|bench| {
        let listener = bench.listen();
        let clients: Vec<_> = (0..6).map(|_| bench.network().begin_connect(server())).collect();
        bench.ev.sleep_ms(20).await?;
        let connected = || clients.iter().filter(|client| !client.poll(Readiness::WRITE).is_empty()).count();
        bench.say(connected());
        let _first = listener.accept();
        bench.ev.sleep_ms(1_000).await?;
        bench.say(connected());
        drop(listener);
        bench.ev.sleep_ms(5).await?;
        let reset = clients.iter().filter(|client| client.error() == Some(NetError::Reset)).count();
        bench.say(format_args!("{reset} reset"));
        Ok(())
    });
    says_with(plain, main, Said::by_all(&["20 5", "1020 6", "1025 5 reset"]));
}

#[test]
fn a_board_without_a_network_says_so() {
    let ran = run(main_task!(|bench| {
        bench.tell("network", bench.board.network().map(drop));
        Ok(())
    }));
    let said = "0 network: the board has no network; put a part of kind `network` on the bench";
    assert_eq!(ran.lines, [said]);
}

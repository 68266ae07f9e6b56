//! What goes wrong on a network: outages, resets, losses, and names that nobody knows.

use vpyb_core::net::{Network as _, Socket as _};
use vpyb_core::stream::{Pollable, Readiness};
use vpyb_core::{Interrupt, StreamReader};
use vpyb_sim::scenario::model::{self, NetworkChange, Scenario};

use super::{changes, lan, network, plain, server};
use crate::runs::check;
use crate::trial::{Rules, Said, main_task, run_with, says_with};

/// Down from 100 ms to 2 s. What is written at 200 ms is lost; it is sent again after 1 s, and lost, and after 2 s more it
/// gets through, 1.2 s after the network is back.
#[test]
fn an_outage_is_silence_and_what_was_written_comes_late() {
    let change = |scenario: &mut Scenario| {
        plain(scenario);
        changes(scenario, &[(100, NetworkChange::Down), (2_000, NetworkChange::Up)]);
    };
    let ran = run_with(
        Rules::V2,
        change,
        main_task!(|bench| {
            let [mut client, peer] = bench.connection();
            bench.ev.sleep_ms(190).await?;
            embedded_io::Write::write_all(&mut client, b"hello").expect("room");
            let peer = StreamReader::new(&bench.ev, std::rc::Rc::new(peer));
            let silence: Result<_, Interrupt> = bench.ev.wait_for_ms(peer.read(5), 1_000).await;
            bench.say(format_args!("{silence:?} {:?}", client.error()));
            bench.say(peer.read(5).await?.escape_ascii());
            Ok(())
        }),
    );
    assert_eq!(ran.lines, ["1200 Err(TimedOut) None", "3205 hello"]);
    let expected = [
        "100000000 lan is down: nothing gets through",
        "200000000 socket#1 is given 5 bytes",
        "200000000 socket#1 sends 5 bytes, from 0 on",
        "200000000 socket#1 5 bytes are LOST: the network is down",
        "1200000000 socket#1 has no answer for 1s: tries again, 1",
        "1200000000 socket#1 sends 5 bytes, from 0 on",
        "1200000000 socket#1 5 bytes are LOST: the network is down",
        "2000000000 lan is up",
        "3200000000 socket#1 has no answer for 2s: tries again, 2",
        "3200000000 socket#1 sends 5 bytes, from 0 on",
        "3205000000 socket#2 5 bytes arrive, 5 unread",
    ];
    let rows = network(&ran.trace);
    let from = rows.iter().position(|row| row.contains("is down")).expect("an outage");
    check("an outage", &rows[from..from + expected.len()], &expected);
}

/// What is on its way when the network goes down is lost, too.
#[test]
fn a_message_under_way_is_lost() {
    let change = |scenario: &mut Scenario| {
        plain(scenario);
        changes(scenario, &[(2, NetworkChange::Down)]);
    };
    let main = main_task!(|bench| {
        let _listener = bench.listen();
        let client = bench.network().begin_connect(server());
        bench.ev.sleep_ms(100).await?;
        bench.say(format_args!("{:?} {:?}", client.poll(Readiness::WRITE), client.error()));
        Ok(())
    });
    says_with(change, main, Said::by_all(&["100 Readiness(0) None"]));
}

/// Six more tries after 1, 2, 4, 8, 16 and 32 s, and a last wait of a minute: 123 s.
#[test]
fn to_connect_in_vain_takes_two_minutes_and_keeps_the_cpu_if_it_blocks() {
    let change = |scenario: &mut Scenario| {
        plain(scenario);
        changes(scenario, &[(0, NetworkChange::Down)]);
        scenario.run.limit = Some(vpyb_core::time::Instant::from_millis(200_000));
    };
    let main = main_task!(|bench| {
        bench.ev.sleep_ms(1).await?;
        let client = bench.network().begin_connect(server());
        while client.poll(Readiness::WRITE).is_empty() {
            bench.ev.sleep_ms(1_000).await?;
        }
        bench.say(format_args!("{:?}", client.error()));
        Ok(())
    });
    says_with(change, main, Said::by_all(&["123001 Some(TimedOut)"]));

    let blocking = main_task!(|bench| {
        bench.ev.sleep_ms(1).await?;
        bench.tell("connected", bench.network().connect(server()).map(drop));
        Ok(())
    });
    assert_eq!(run_with(Rules::V2, change, blocking).verdict, "hang");
}

/// Both ends are told at once. What had come and was not read is lost, and so is what had not gone out.
#[test]
fn a_reset_is_an_error_on_both_ends() {
    let change = |scenario: &mut Scenario| {
        plain(scenario);
        changes(scenario, &[(50, NetworkChange::Reset)]);
    };
    let main = main_task!(|bench| {
        let [mut client, mut peer] = bench.connection();
        embedded_io::Write::write_all(&mut client, b"hello").expect("room");
        bench.ev.sleep_ms(30).await?;
        let io = embedded_io::Read::read(&mut peer, &mut [0; 2]);
        bench.say(format_args!("{io:?}"));
        let reader = StreamReader::new(&bench.ev, std::rc::Rc::new(client));
        bench.say(reader.readline().await?.escape_ascii());
        bench.say(format_args!("{:?} {:?}", peer.error(), embedded_io::Read::read(&mut peer, &mut [0; 9])));
        bench.say(format_args!("{:?}", embedded_io::Write::write(&mut peer, b"x")));
        Ok(())
    });
    let said = Said::by_all(&["40 Ok(2)", "50 ", "50 Some(Reset) Err(Reset)", "50 Err(Reset)"]);
    says_with(change, main, said);
    let failed: Vec<_> = network(&run_with(Rules::V2, change, main).trace)
        .into_iter()
        .filter(|row| row.contains("fails"))
        .collect();
    let expected = [
        "50000000 socket#1 fails: the connection is reset",
        "50000000 socket#2 fails: the connection is reset; 3 unread and 0 unsent bytes are LOST",
    ];
    check("a reset", &failed, &expected);
}

/// A look-up takes the way there and back and 10 ms of the name server's; in an outage it is given up after 5 s. Nobody
/// else runs meanwhile.
#[test]
fn looking_up_a_name_keeps_the_cpu() {
    let change = |scenario: &mut Scenario| {
        lan(scenario, model::Network { hosts: vec!["a".into(), "b".into()], ..model::Network::default() });
        changes(scenario, &[(100, NetworkChange::Down)]);
    };
    let main = main_task!(|bench| {
        bench.spawn("ticker", |bench| async move {
            loop {
                bench.ev.sleep_ms(15).await?;
                bench.say("tick");
                if bench.ev.time() > 5_000 {
                    return Ok(());
                }
            }
        });
        bench.ev.sleep_ms(1).await?;
        for host in ["b", "c"] {
            bench.say(format_args!("{host}: {:?}", bench.network().look_up(host)));
        }
        bench.ev.sleep_ms(99).await?;
        bench.say(format_args!("a: {:?}", bench.network().look_up("a")));
        bench.ev.sleep_ms(20).await?;
        Ok(())
    });
    let ran = run_with(Rules::V2, change, main);
    let expected = [
        "21 b: Ok(10.0.0.2)",
        "41 c: Err(UnknownHost)",
        "41 tick",
        "56 tick",
        "71 tick",
        "86 tick",
        "101 tick",
        "116 tick",
        "131 tick",
        "5140 a: Err(TimedOut)",
        "5140 tick",
    ];
    check("look-ups", &ran.lines, &expected);
    let looked: Vec<_> = network(&ran.trace)
        .into_iter()
        .filter(|row| row.contains("looked") || row.contains("LOST"))
        .collect();
    let expected = [
        "21000000 lan looked up b: found, took 20ms",
        "41000000 lan looked up c: unknown, took 20ms",
        "140000000 lan 32 bytes are LOST: the network is down",
        "5140000000 lan looked up a: no answer, took 5s",
    ];
    check("look-ups in the trace", &looked, &expected);
}

/// The end of the stream is acknowledged, too; after it nothing is tried again.
#[test]
fn a_lost_end_is_sent_again() {
    let change = |scenario: &mut Scenario| {
        plain(scenario);
        changes(scenario, &[(20, NetworkChange::Down), (500, NetworkChange::Up)]);
    };
    let main = main_task!(|bench| {
        let [client, peer] = bench.connection();
        bench.ev.sleep_ms(20).await?;
        drop(client);
        let reader = StreamReader::new(&bench.ev, std::rc::Rc::new(peer));
        bench.say(reader.read(1).await?.len());
        bench.ev.sleep_ms(60_000 - 2_000).await?;
        Ok(())
    });
    says_with(change, main, Said::by_all(&["1035 0"]));
    let rows = network(&run_with(Rules::V2, change, main).trace);
    assert_eq!(rows.iter().filter(|row| row.contains("tries again")).count(), 1, "{rows:#?}");
}

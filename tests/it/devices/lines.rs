//! Records and replies on the serial lines of the simulated board. A byte at 9600 baud takes 1.0417 ms; steps cost nothing.

use std::rc::Rc;

use vpyb_core::drivers::{HalfDuplex, RecordUart};
use vpyb_core::stream::{StreamReader, StreamWriter};
use vpyb_core::{Board, TaskError, UartConfig};
use vpyb_sim::board::VirtualUart;
use vpyb_sim::runner::boxed;
use vpyb_sim::scenario::model::Scenario;

use crate::trial::{Bench, Ran, Rules, TopLevel, run_with};

type Result = std::result::Result<(), TaskError>;

fn uart(bench: &Bench, name: &str) -> std::result::Result<Rc<VirtualUart>, TaskError> {
    Ok(Rc::new(bench.board.uart(name, UartConfig::baud(9600))?))
}

/// UART 4 hears itself.
fn run_linked(main: TopLevel) -> Ran {
    run_with(Rules::V2, |scenario| scenario.board.links = vec![["X1".into(), "X2".into()]], main)
}

/// UART 4 and UART 2 hear each other.
fn run_crossed(main: TopLevel) -> Ran {
    let cross = |scenario: &mut Scenario| {
        scenario.board.links = vec![["X1".into(), "X4".into()], ["X2".into(), "X3".into()]];
    };
    run_with(Rules::V2, cross, main)
}

fn passed(ran: Ran, expected: &[&str]) {
    assert_eq!(
        (ran.verdict.as_str(), ran.lines),
        ("passed", expected.iter().map(|&line| line.to_owned()).collect())
    );
}

/// Each record has 16 bytes with its end: 16.67 ms on the line. The pause of 100 ticks begins in the tick of its end.
#[test]
fn records_arrive_as_they_were_sent() {
    let ran = run_linked(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let line = Rc::new(RecordUart::new(&bench.ev, uart(&bench, "uart4")?));
            let (sending, receiving) = (line.clone(), bench.clone());
            bench.ev.create_task(async move {
                for _ in 0..3 {
                    sending.send(b"A line of text.").await?;
                }
                Ok(())
            })?;
            top.run_until_complete(async move {
                for _ in 0..3 {
                    let record = line.record().await?;
                    receiving.say(format_args!("{}", String::from_utf8_lossy(&record)));
                }
                Ok(())
            })
            .await?;
            Ok(())
        })
    });
    passed(ran, &["16.666 A line of text.", "132.666 A line of text.", "248.666 A line of text."]);
}

/// Two records in one go are two; what is there of the next one waits for the rest.
#[test]
fn records_that_come_together_are_told_apart() {
    let ran = run_linked(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let uart = uart(&bench, "uart4")?;
            let line = RecordUart::new(&bench.ev, uart.clone());
            let writer = StreamWriter::new(&bench.ev, uart);
            let (ended, ev) = (bench.clone(), bench.ev.clone());
            bench.ev.create_task(async move {
                writer.awrite(b"one\0two\0thr").await?;
                ev.sleep_ms(50).await?;
                writer.awrite(b"ee\0").await?;
                Ok(())
            })?;
            top.run_until_complete(async move {
                for _ in 0..3 {
                    ended.say(String::from_utf8_lossy(&line.record().await?));
                }
                Ok(())
            })
            .await?;
            Ok(())
        })
    });
    // 11 bytes are 11.46 ms, in which the writer keeps the CPU; the rest is there after 50 ms and 3.1 ms more.
    passed(ran, &["11.458 one", "11.458 two", "64.125 three"]);
}

/// UART 4 asks, UART 2 answers the first line with four lines, 300 ms apart. The reply is over 4 s after its last line.
#[test]
fn a_reply_ends_with_silence() {
    async fn device(bench: Bench, line: Rc<VirtualUart>) -> Result {
        let (reader, writer) =
            (StreamReader::new(&bench.ev, line.clone()), StreamWriter::new(&bench.ev, line));
        reader.readline().await?;
        for text in ["Line 1\n", "Line 2\n", "Line 3\n", "Goodbye\n"] {
            writer.awrite(text.as_bytes()).await?;
            bench.ev.sleep_ms(300).await?;
        }
        Ok(())
    }
    let ran = run_crossed(|top, _| {
        boxed(async move {
            let bench = Bench::of(&top);
            let master = HalfDuplex::new(&bench.ev, uart(&bench, "uart4")?, 4000)?;
            bench.ev.create_task(device(bench.clone(), uart(&bench, "uart2")?))?;
            let asking = bench.clone();
            top.run_until_complete(async move {
                for line in master.send_command(b"Run").await? {
                    asking.say(String::from_utf8_lossy(&line).trim_end());
                }
                let lines = master.send_command(b"Run").await?;
                asking.say(format_args!("{} lines", lines.len()));
                Ok(())
            })
            .await?;
            Ok(())
        })
    });
    // 5.2 ms for the command, 300 ms thrice, less what the ticks have of the writing; the last line is there in the tick of
    // 934 ms. A second command gets no answer: 5.2 ms, and 4 s after the tick in which it was sent.
    let expected = ["4934 Line 1", "4934 Line 2", "4934 Line 3", "4934 Goodbye", "8939 0 lines"];
    passed(ran, &expected);
}

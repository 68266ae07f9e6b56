//! What other tools read of a trace: the VCD file and JSON Lines.

use std::process::Command as Process;

use insta::assert_snapshot;
use vcd::{Command, Parser, TimescaleUnit, Value};
use vpyb_core::time::Instant;
use vpyb_sim::trace::record::{Drive, NetLevel};
use vpyb_sim::trace::{Kind, Meta, Trace, write_jsonl, write_vcd};

use crate::one_byte::{self, Change, Line, NET, change, us};

/// The waveform of a text, its frames back to back from 1 ms on, on a line that idles high.
fn line_with(text: &[u8], baud: u64) -> Trace {
    let mut trace = Trace::new(Meta::default());
    let [uart, pin] = ["uart4", "X1"].map(|text| trace.name(text));
    trace.push(us(0), None, Kind::NetPin { net: NET, pin });
    let root = trace.push(us(0), None, Kind::UartWrite { uart, bytes: text.len() as u32 });
    change(&mut trace, pin, &Change { at: us(0), drive: Drive::High, level: NetLevel::High }, root);
    let line = Line { uart, pin, baud };
    let mut begin = us(1_000);
    for &byte in text {
        for edge in line.frame(begin, byte) {
            change(&mut trace, pin, &edge, root);
        }
        begin = line.bit(begin, 10);
    }
    // The last stop bit has to last, and a little more.
    let end = line.bit(begin, 2);
    trace.push(end, None, Kind::UartWrite { uart, bytes: 0 });
    trace
}

fn vcd_of(trace: &Trace) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_vcd(trace, &mut bytes).expect("written into memory");
    bytes
}

fn jsonl_of(trace: &Trace) -> String {
    let mut bytes = Vec::new();
    write_jsonl(trace, &mut bytes).expect("written into memory");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

#[test]
fn a_byte_as_vcd() {
    assert_snapshot!(String::from_utf8(vcd_of(&one_byte::trace())).unwrap());
}

#[test]
fn a_byte_as_json_lines() {
    assert_snapshot!(jsonl_of(&one_byte::trace()));
}

#[test]
fn the_unit_is_exact_where_it_can_be_and_100_ns_otherwise() {
    let unit = |trace: &Trace| Parser::new(&*vcd_of(trace)).parse_header().unwrap().timescale.unwrap();
    // 10 000 baud: every edge is at a multiple of 100 µs.
    assert_eq!(unit(&line_with(b"H", 10_000)), (100, TimescaleUnit::US));
    // 9600 baud: 104.166 µs is no multiple of anything; 100 ns are 0.1 % of a bit.
    assert_eq!(unit(&line_with(b"H", 9_600)), (100, TimescaleUnit::NS));
    assert_eq!(unit(&Trace::default()), (1, TimescaleUnit::MS));
}

#[test]
fn a_pulse_shorter_than_the_unit_makes_the_unit_finer() {
    let mut trace = Trace::default();
    let pin = trace.name("X1");
    trace.push(us(0), None, Kind::NetPin { net: NET, pin });
    for (ns, level) in [(1_000, NetLevel::Low), (1_013, NetLevel::High), (1_029, NetLevel::Floating)] {
        trace.push(Instant::from_nanos(ns), None, Kind::Edge { net: NET, level });
    }
    let bytes = vcd_of(&trace);
    let mut parser = Parser::new(&*bytes);
    assert_eq!(parser.parse_header().unwrap().timescale, Some((10, TimescaleUnit::NS)));
    let changes: Vec<Command> = parser.map(Result::unwrap).collect();
    let levels: Vec<Value> = changes
        .iter()
        .filter_map(|command| match command {
            Command::ChangeScalar(_, value) => Some(*value),
            _ => None,
        })
        .collect();
    assert_eq!(levels, [Value::Z, Value::V0, Value::V1, Value::Z]);
    // 1029 ns are rounded to the nearest 10 ns.
    assert!(changes.contains(&Command::Timestamp(103)));
}

#[test]
fn every_line_of_json_has_its_place_and_kind() {
    let trace = one_byte::trace();
    let lines = jsonl_of(&trace);
    let mut lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    assert_eq!(lines.next().unwrap()["vpyb_trace"], vpyb_sim::trace::VERSION);
    for ((seq, record), line) in trace.iter().zip(lines) {
        assert_eq!(line["seq"], seq.0);
        assert_eq!(line["t"], record.at.as_nanos());
        assert_eq!(line["k"], record.kind.word());
    }
}

/// Passes without a word where sigrok-cli is not installed: it is a judge from outside.
#[test]
fn sigrok_reads_the_text_off_the_wire() {
    if Process::new("sigrok-cli").arg("--version").output().is_err() {
        eprintln!("sigrok-cli is not installed; not asked");
        return;
    }
    let text = b"Hello, 1.5 times 0xff\xff\x00.";
    for baud in [1_200, 9_600, 115_200] {
        let path = std::env::temp_dir().join(format!("vpyb-{}-{baud}.vcd", std::process::id()));
        std::fs::write(&path, vcd_of(&line_with(text, baud))).unwrap();
        let decoder = format!("uart:rx=X1:baudrate={baud}");
        let heard = Process::new("sigrok-cli")
            .args(["-I", "vcd", "-i"])
            .arg(&path)
            .args(["-P", &decoder, "-A", "uart=rx-data", "-l", "1"])
            .output()
            .unwrap();
        std::fs::remove_file(&path).unwrap();
        let heard = String::from_utf8(heard.stdout).unwrap();
        let bytes: Vec<u8> = heard.lines().filter_map(byte_of).collect();
        assert_eq!(bytes, text, "at {baud} baud sigrok said:\n{heard}");
    }
}

/// The byte in a line of sigrok's: `uart-1: 48`.
fn byte_of(line: &str) -> Option<u8> {
    u8::from_str_radix(line.rsplit(' ').next()?, 16).ok()
}

//! What sigrok's decoders, which know nothing of this project, read off exported wires: bytes that were sent, and no others.
//!
//! Owns the comparison for buses and remote controls; that of a UART is in `trace_export`. Skipped, and said so, where sigrok-cli is
//! not installed; where `CI` is set, that fails.

use std::process::Command;

use vpyb_cli::PROGRAMS;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::trace::record::I2cEvent;
use vpyb_sim::trace::{Kind, Trace, write_vcd};

use crate::runs::scenario;

/// What a decoder says of a run, without its single bits; `None` if there is no sigrok.
fn decoded(name: &str, trace: &Trace, decoder: &str) -> Option<Vec<String>> {
    if Command::new("sigrok-cli").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "sigrok-cli is not installed, and CI is set");
        eprintln!("skipped: sigrok-cli is not installed");
        return None;
    }
    let path = std::env::temp_dir().join(format!("vpyb-{}-{name}.vcd", std::process::id()));
    let mut bytes = Vec::new();
    write_vcd(trace, &mut bytes).expect("written into memory");
    std::fs::write(&path, bytes).expect("a file");
    let said = Command::new("sigrok-cli")
        .args(["-I", "vcd", "-l", "1", "-P", decoder, "-i"])
        .arg(&path)
        .output()
        .expect("it is there");
    std::fs::remove_file(&path).expect("it was written");
    let said = String::from_utf8(said.stdout).expect("text");
    let words = said.lines().filter_map(|line| line.split_once(": ")).map(|(_, words)| words);
    Some(words.filter(|words| !["0", "1"].contains(words)).map(str::to_owned).collect())
}

fn run(rest: &str) -> Trace {
    let outcome = runner::run(&scenario(rest, PROGRAMS), PROGRAMS, Options::default());
    assert_eq!(outcome.verdict, "passed");
    outcome.trace
}

/// Two sensors on one bus: scans, refusals of addresses and of commands, a clock that is held, and repeated STARTs.
#[test]
fn a_bus_is_read_byte_by_byte() {
    let trace = run(r#"
        parts.htu = { kind = "htu21d", bus = "i2c2", temperature = 24.69, humidity = 54.79 }
        parts.lm75 = { kind = "lm75", bus = "i2c2", temperature = -3 }
        run.main = "main"
        [[task]]
        name = "main"
        script = [
          { sleep_ms = 20 },
          { i2c_scan = "i2c2" },
          { i2c_write = { bus = "i2c2", address = 0x40, bytes = [0xE6, 0x83] } },
          { i2c_read = { bus = "i2c2", address = 0x40, write = 0xE5, n = 3 } },
          { try = { do = [{ i2c_write = { bus = "i2c2", address = 0x40, bytes = [0xE0] } }], catch = [{ on = "OSError", do = ["yield"] }] } },
          { i2c_read = { bus = "i2c2", address = 0x48, write = 0x00, n = 2 } },
          { sleep_ms = 1 },
        ]
    "#);
    let Some(said) = decoded("i2c", &trace, "i2c:scl=Y9:sda=Y10") else { return };
    let mut sent = Vec::new();
    for record in trace.records() {
        let Kind::I2c { event, .. } = record.kind else { continue };
        let direction = |read: bool| if read { "read" } else { "write" };
        let answer = |ack: bool| if ack { "ACK" } else { "NACK" }.to_owned();
        match event {
            I2cEvent::Start { repeated: false } => sent.push("Start".to_owned()),
            I2cEvent::Start { repeated: true } => sent.push("Start repeat".to_owned()),
            I2cEvent::Address { address, read, ack } => {
                sent.push(if read { "Read".to_owned() } else { "Write".to_owned() });
                sent.extend([format!("Address {}: {address:02X}", direction(read)), answer(ack)]);
            }
            I2cEvent::Byte { byte, read, ack } => {
                sent.extend([format!("Data {}: {byte:02X}", direction(read)), answer(ack)]);
            }
            I2cEvent::Stop => sent.push("Stop".to_owned()),
            _ => {}
        }
    }
    assert!(sent.contains(&"Data read: 7C".to_owned()) && sent.contains(&"Start repeat".to_owned()));
    assert_eq!(said, sent);
}

/// Keys of several addresses, one of them held. The decoder tells address, command and their inverses.
#[test]
fn a_remote_control_is_read_key_by_key() {
    let keys = [(0x40, 1), (0x00, 0xFF), (0xA5, 0x5A), (0xFF, 0x00)];
    let steps = keys.map(|(address, command)| {
        format!("{{ after = \"300ms\", ir = {{ part = \"remote\", nec = {{ address = {address}, command = {command}, repeats = 1 }} }} }}")
    });
    let trace = run(&format!(
        r#"
        parts.remote = {{ kind = "nec-remote", pin = "X3" }}
        program = {{ name = "aremote", args = {{ extended = 0 }} }}
        run.until = "3s"
        [[actor]]
        name = "thumb"
        steps = [{}]
        "#,
        steps.join(", ")
    ));
    let Some(said) = decoded("ir", &trace, "ir_nec:ir=X3") else { return };
    let of_keys = ["Address", "Command", "Repeat"];
    let said: Vec<String> =
        said.into_iter().filter(|words| of_keys.iter().any(|begin| words.starts_with(begin))).collect();
    let sent = keys.iter().flat_map(|&(address, command): &(u8, u8)| {
        [
            format!("Address: 0x{address:02X}"),
            format!("Address#: 0x{:02X}", !address),
            format!("Command: 0x{command:02X}"),
            format!("Command#: 0x{:02X}", !command),
            "Repeat code".to_owned(),
        ]
    });
    assert_eq!(said, sent.collect::<Vec<_>>());
}

//! The firmware with all programs, and the emulator that runs it.
//!
//! Owns how both are found, how the firmware is told what to do, and what is read from it. A firmware that hangs is
//! ended by the watchdog of `timeout`.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use vpyb_core::time::Instant;
use vpyb_sim::board::UARTS;
use vpyb_sim::scenario::model::{Arg, Scenario};
use vpyb_sim::trace::{Kind, Trace};

use crate::checked_in::root;

/// The package of the port, from the workspace's root.
const PORT: &str = "core/stm32f405";
const TARGET: &str = "thumbv7em-none-eabihf";
/// Seconds of the host's time that a run may take.
const PATIENCE: &str = "120";

/// What a firmware is told: one word a line.
pub struct Request(String);

impl Request {
    /// A scenario's program and settings. Bytes that come from outside come when the simulated run had them.
    pub fn new(scenario: &Scenario, trace: &Trace, until_ms: u64) -> Self {
        let program = scenario.program.as_ref().expect("a program");
        let mut words = format!("{}\n--watch\n--until_ms={until_ms}\n", program.name);
        for (name, value) in &program.args {
            match value {
                Arg::Text(text) => writeln!(words, "{name}={text}"),
                Arg::Int(int) => writeln!(words, "{name}={int}"),
            }
            .expect("a text");
        }
        let cpu = &scenario.cpu;
        writeln!(words, "--discipline={}", cpu.scheduler).expect("a text");
        let lengths = [
            ("runq_len", cpu.runq_len),
            ("waitq_len", cpu.waitq_len),
            ("ioq_len", cpu.ioq_len),
            ("lp_len", cpu.lp_len),
        ];
        for (name, length) in lengths {
            length.iter().for_each(|length| writeln!(words, "--{name}={length}").expect("a text"));
        }
        if let Some(ms) = cpu.max_overdue_ms {
            writeln!(words, "--max_overdue_ms={ms}").expect("a text");
        }
        let links = links(scenario);
        for (to, from) in &links {
            writeln!(words, "--link={from}:{to}").expect("a text");
        }
        for (uart, at, byte) in received(trace) {
            if !links.contains_key(uart) {
                writeln!(words, "--at={}:{uart}:{byte}", at.as_nanos()).expect("a text");
            }
        }
        Self(words)
    }
}

/// Links from a UART to a UART: who sends, by who receives.
fn links(scenario: &Scenario) -> BTreeMap<&'static str, &'static str> {
    let sends = |pin: &str| UARTS.iter().find(|unit| unit.tx == pin).map(|unit| unit.name);
    let receives = |pin: &str| UARTS.iter().find(|unit| unit.rx == pin).map(|unit| unit.name);
    let ends = scenario.board.links.iter().flat_map(|[one, other]| [(one, other), (other, one)]);
    ends.filter_map(|(from, to)| Some((receives(to)?, sends(from)?))).collect()
}

fn received(trace: &Trace) -> Vec<(&str, Instant, u8)> {
    let byte = |kind| match kind {
        Kind::UartRx { uart, byte, .. } => Some((trace.text(uart), byte)),
        _ => None,
    };
    let bytes = trace.records().iter().filter_map(|record| Some((record.at, byte(record.kind)?)));
    bytes.map(|(at, (uart, byte))| (uart, at, byte)).collect()
}

/// The emulator with the firmware.
pub struct Emulator {
    firmware: PathBuf,
    requests: PathBuf,
}

impl Emulator {
    /// Builds the firmware. `None`, with the reason on the output, if emulator or target are not installed; where `CI`
    /// is set that is an error.
    pub fn find() -> Option<Self> {
        let answers = |command: &mut Command| {
            command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
        };
        let emulator = answers(Command::new("qemu-system-arm").arg("--version"));
        let target = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
        let target = target.is_ok_and(|out| {
            PathBuf::from(String::from_utf8_lossy(&out.stdout).trim()).is_dir() && out.status.success()
        });
        if !emulator || !target {
            let missing = if emulator { TARGET } else { "qemu-system-arm" };
            assert!(env::var_os("CI").is_none(), "{missing} is not installed, and CI must not go without it");
            println!("skipped: {missing} is not installed, so that nothing was run on the chip");
            return None;
        }
        Some(Self::build())
    }

    fn build() -> Self {
        let port = root().join(PORT);
        let target = port.join("target");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--locked", "--release", "--bin", "all", "--target-dir"])
            .arg(&target)
            .current_dir(&port)
            .output()
            .expect("cargo starts");
        assert!(built.status.success(), "the firmware: {}", String::from_utf8_lossy(&built.stderr));
        let requests = target.join("requests");
        fs::create_dir_all(&requests).expect("a folder for requests");
        Self { firmware: target.join(TARGET).join("release/all"), requests }
    }

    /// Runs the firmware and gives its lines.
    pub fn run(&self, name: &str, request: &Request) -> Result<Vec<String>, String> {
        let file: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let path = self.requests.join(file);
        fs::write(&path, &request.0).expect("a request");
        let semihosting = format!("enable=on,target=native,chardev=console,arg=all,arg=@{}", path.display());
        let output = Command::new("timeout")
            .args([PATIENCE, "qemu-system-arm", "-M", "netduinoplus2", "-nographic", "-monitor", "none"])
            .args(["-serial", "none", "-chardev", "stdio,id=console", "-icount", "shift=0,sleep=off"])
            .args(["-semihosting-config", &semihosting, "-kernel"])
            .arg(&self.firmware)
            .stdin(Stdio::null())
            .output()
            .expect("the emulator starts");
        let text = String::from_utf8_lossy(&output.stdout);
        // 0: it ended well, 1: with an error, which is the last line.
        if !matches!(output.status.code(), Some(0 | 1)) {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(format!("the firmware ended with {}: {}{}", output.status, tail(&text), errors));
        }
        Ok(text.lines().map(str::to_owned).collect())
    }
}

fn tail(text: &str) -> &str {
    &text[text.char_indices().rev().nth(1000).map_or(0, |(at, _)| at)..]
}

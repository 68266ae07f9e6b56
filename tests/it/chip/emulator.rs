//! The emulator of the chip, and the firmwares that it runs.
//!
//! Owns how both are found and started, and what is read from them. A firmware that hangs is ended by the watchdog of
//! `timeout`. The benchmark `benches/peers/chip` uses this file, too.

use std::env;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The package of the port, from the workspace's root.
const PORT: &str = "core/stm32f405";
const TARGET: &str = "thumbv7em-none-eabihf";
/// Seconds of the host's time that a run may take.
const PATIENCE: &str = "120";

/// A machine that has the emulator, and can build for the chip.
pub struct Emulator {
    port: PathBuf,
}

impl Emulator {
    /// `None`, with the reason on the output, if emulator or target are not installed; where `CI` is set that is an
    /// error.
    pub fn find() -> Option<Self> {
        let starts = |program: &str| Command::new(program).arg("--version").output().is_ok();
        let target = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
        let has_target = target.is_ok_and(|out| {
            out.status.success() && Path::new(String::from_utf8_lossy(&out.stdout).trim()).is_dir()
        });
        let missing = if !starts("qemu-system-arm") {
            "qemu-system-arm"
        } else if !starts("timeout") {
            "timeout"
        } else if !has_target {
            TARGET
        } else {
            let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
            let port = folders.map(|folder| folder.join(PORT)).find(|port| port.is_dir());
            return Some(Self { port: port.expect("the workspace has the port") });
        };
        assert!(env::var_os("CI").is_none(), "{missing} is not installed, and CI must not go without it");
        println!("skipped: {missing} is not installed, so that nothing is run on the chip");
        None
    }

    /// Builds firmwares of a package in a profile of the port; gives the folder that they are in.
    pub fn build(&self, package: &str, firmwares: &[&str], profile: &str) -> PathBuf {
        self.build_with(package, firmwares, profile, &[])
    }

    /// The same, with these words for cargo, which say what is built into them.
    pub fn build_with(&self, package: &str, firmwares: &[&str], profile: &str, words: &[&str]) -> PathBuf {
        // Not where the environment may say: the root's and the port's are two.
        let target = self.port.join("target");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--locked", "--package", package, "--profile", profile, "--target-dir"])
            .arg(&target)
            .args(firmwares.iter().flat_map(|firmware| ["--bin", firmware]))
            .args(words)
            .current_dir(&self.port)
            .output()
            .expect("cargo starts");
        assert!(built.status.success(), "{package}: {}", String::from_utf8_lossy(&built.stderr));
        target.join(TARGET).join(profile)
    }

    /// Runs a firmware with these words, and with these settings of the emulator's serial ports; gives what it prints.
    /// An instruction takes `1 << shift` nanoseconds, and time that nobody uses is skipped.
    ///
    /// # Errors
    ///
    /// If it ends in another way than well, or with an error of its program.
    pub fn run(&self, firmware: &Path, shift: u8, words: &[&str], serial: &[&str]) -> Result<String, String> {
        let output = self.output(firmware, shift, words, serial);
        let text = String::from_utf8_lossy(&output.stdout);
        // 0: it ended well, 1: with an error, which is the last line.
        if !matches!(output.status.code(), Some(0 | 1)) {
            let last = text.char_indices().rev().nth(1000).map_or(0, |(at, _)| at);
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(format!("the firmware ended with {}: {}{errors}", output.status, &text[last..]));
        }
        Ok(text.into_owned())
    }

    /// Runs a firmware in the same way to whatever end; gives that with what was printed.
    pub fn output(&self, firmware: &Path, shift: u8, words: &[&str], serial: &[&str]) -> Output {
        let words: String = words.iter().map(|word| format!(",arg={word}")).collect();
        // To a file: of what does not fit into a pipe, the emulator drops what nobody reads in time.
        let mut printed = tempfile::tempfile().expect("a temporary file");
        let mut output = Command::new("timeout")
            .args([PATIENCE, "qemu-system-arm", "-M", "netduinoplus2", "-nographic", "-monitor", "none"])
            .args(serial)
            .args(["-icount", &format!("shift={shift},sleep=off")])
            .args(["-chardev", "stdio,id=console", "-semihosting-config"])
            .arg(format!("enable=on,target=native,chardev=console,arg=firmware{words}"))
            .arg("-kernel")
            .arg(firmware)
            .stdin(Stdio::null())
            .stdout(printed.try_clone().expect("a second handle on a file"))
            .output()
            .expect("the emulator starts");
        printed.rewind().expect("a file has a beginning");
        printed.read_to_end(&mut output.stdout).expect("what was printed can be read");
        output
    }
}

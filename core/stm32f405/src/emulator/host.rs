//! What the host says: the command line, and files that it names.
//!
//! Owns the settings of the emulator's target. A word `@FILE` stands for the lines of the file, one word each, which
//! may then have blanks.

use alloc::ffi::CString;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use semihosting::experimental::env;
use semihosting::fs::File;
use semihosting::io::{self, Read, Write as _};
use vpyb_core::time::{Duration, Instant};

use super::nets::Drive;
use super::outside::{Stimulus, What};
use super::prices::Prices;
use crate::pins::{self, Pin};
use crate::program::number;
use crate::registers::UNITS;

/// How long a command line may be.
const LINE: usize = 512;

/// What the command line asked for.
#[derive(Default)]
pub struct Settings {
    /// What the target does not know itself: program, arguments, settings of the event loop.
    pub words: Vec<String>,
    /// `--watch`: print what the event loop does, not only what the program prints.
    pub watch: bool,
    /// `--until_ms=N`: stop then.
    pub until: Option<Instant>,
    /// `--prices=ACTION:NANOSECONDS,...`: what actions cost, in place of their instructions; nothing if not named.
    pub prices: Option<Prices>,
    /// `--at=NANOSECONDS:UART:BYTE`, `--at=NANOSECONDS:PIN:LEVEL` or `--at=NANOSECONDS:ctrl-c`: what comes from outside.
    pub stimuli: Vec<Stimulus>,
    /// `--link=UART:UART`: a wire from TX to RX.
    pub links: Vec<(usize, usize)>,
    /// `--join=PIN:PIN`: a wire.
    pub joins: Vec<(Pin, Pin)>,
}

/// Reads the command line.
pub fn settings() -> Result<Settings, String> {
    let mut settings = Settings::default();
    let words = env::args::<LINE>().map_err(|error| format!("the command line cannot be had: {error}"))?;
    // The first word is the firmware's own name.
    for word in (&words).into_iter().skip(1) {
        let word = word.map_err(|error| format!("the command line is no text: {error}"))?;
        match word.strip_prefix('@') {
            Some(path) => {
                for line in text(path)?.lines() {
                    settings.take(line)?;
                }
            }
            None => settings.take(word)?,
        }
    }
    Ok(settings)
}

fn text(path: &str) -> Result<String, String> {
    let failed = |error: io::Error| format!("`{path}` cannot be read: {error}");
    let name = CString::new(path).map_err(|_| format!("`{path}` is no path"))?;
    let mut file = File::open(&name).map_err(failed)?;
    let (mut bytes, mut part) = (Vec::new(), [0; 256]);
    loop {
        match file.read(&mut part).map_err(failed)? {
            0 => break,
            count => bytes.extend_from_slice(&part[..count]),
        }
    }
    String::from_utf8(bytes).map_err(|_| format!("`{path}` is no text"))
}

impl Settings {
    fn take(&mut self, word: &str) -> Result<(), String> {
        match word.split_once('=').unwrap_or((word, "")) {
            ("--watch", "") => self.watch = true,
            ("--until_ms", ms) => self.until = Some(Instant::from_millis(number("until_ms", ms)?)),
            ("--prices", list) => self.prices = Some(prices(list)?),
            ("--link", link) => self.links.push(self::link(link)?),
            ("--join", join) => self.joins.push(self::join(join)?),
            ("--at", stimulus) => self.stimuli.push(self::stimulus(stimulus)?),
            _ => self.words.push(word.to_string()),
        }
        Ok(())
    }
}

fn prices(list: &str) -> Result<Prices, String> {
    let mut prices = Prices::default();
    for price in list.split(',') {
        let (action, nanos) =
            price.split_once(':').ok_or("write a price as `--prices=step:900,access:500`")?;
        let price = match action {
            "step" => &mut prices.step,
            "delay" => &mut prices.delay,
            "callback" => &mut prices.callback,
            "pass" => &mut prices.pass,
            "poll" => &mut prices.poll,
            "io_poll" => &mut prices.io_poll,
            "isr" => &mut prices.isr,
            "irq_latency" => &mut prices.irq_latency,
            "access" => &mut prices.access,
            _ => {
                let known = "step, delay, callback, pass, poll, io_poll, isr, irq_latency, access";
                return Err(format!("there is no price of `{action}`; there are {known}"));
            }
        };
        *price = Duration::from_nanos(number(action, nanos)?);
    }
    Ok(prices)
}

fn unit(name: &str) -> Result<usize, String> {
    UNITS.iter().position(|unit| unit.name == name).ok_or_else(|| format!("the board has no UART `{name}`"))
}

fn link(text: &str) -> Result<(usize, usize), String> {
    let (from, to) = text.split_once(':').ok_or("write a link as `--link=uart4:uart4`")?;
    Ok((unit(from)?, unit(to)?))
}

fn pin(name: &str) -> Result<Pin, String> {
    pins::named(name).map_err(|error| error.to_string())
}

fn join(text: &str) -> Result<(Pin, Pin), String> {
    let (one, other) = text.split_once(':').ok_or("write a wire as `--join=X1:X2`")?;
    Ok((pin(one)?, pin(other)?))
}

fn stimulus(text: &str) -> Result<Stimulus, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let what = match parts[1..] {
        ["ctrl-c"] => What::CtrlC,
        [name, "low"] => What::Drive { pin: pin(name)?, drive: Drive::Low },
        [name, "high"] => What::Drive { pin: pin(name)?, drive: Drive::High },
        [name, "float"] => What::Drive { pin: pin(name)?, drive: Drive::Released },
        [name, byte] => What::Byte { unit: unit(name)?, byte: number("at", byte)? },
        _ => return Err(format!("`--at={text}` is neither a byte, nor a level, nor Ctrl-C")),
    };
    Ok(Stimulus { at: Instant::from_nanos(number("at", parts[0])?), what })
}

/// Tells the host what is wrong.
pub fn complain(message: fmt::Arguments<'_>) {
    if let Ok(mut out) = io::stderr() {
        // There is nobody else to tell.
        let _ = out.write_fmt(message);
    }
}

//! The figures: their names, in the order of the table, and their values.
//!
//! Owns the form of `figures.txt`: a figure a line, its name and its value. The documents have their table from here, too.

use std::collections::BTreeMap;

/// Where the figures are kept, from the workspace's root.
pub const FILE: &str = "benches/peers/chip/figures.txt";

/// A figure of the table.
pub struct Figure {
    /// Its name, as the measuring firmware prints it; `fast ` stands before those of the build for speed.
    pub name: &'static str,
    /// What it counts.
    pub unit: &'static str,
    /// What it must not exceed.
    pub most: f64,
}

const fn figure(name: &'static str, unit: &'static str) -> Figure {
    Figure { name, unit, most: f64::INFINITY }
}

const fn at_most(most: f64, name: &'static str, unit: &'static str) -> Figure {
    Figure { name, unit, most }
}

/// All figures. Those of the firmware are explained in `core/stm32f405/measure`.
pub const FIGURES: &[Figure] = &[
    at_most(120.0, "switch uasyncio-v2", "instructions a switch, three tasks that yield"),
    at_most(120.0, "switch fast-io", "the same"),
    figure("switch asyncio-v3", "the same"),
    figure("fast switch uasyncio-v2", "the same, built for speed"),
    figure("fast switch fast-io", "the same"),
    figure("fast switch asyncio-v3", "the same"),
    figure("turn", "instructions for a turn of one more task"),
    figure("pass", "instructions for what a pass costs beside its turns"),
    figure("poll", "instructions for a poll before a step, with an I/O queue"),
    figure("device", "instructions for asking one device"),
    figure("timers", "instructions from sleep to sleep, three sleeping tasks due at once"),
    figure("expiry", "instructions for one more task that is due"),
    figure("wake", "instructions from sleep to sleep, one task woken by an interrupt"),
    figure("cancellation", "instructions from the cancellation of a task to its end"),
    figure("callback", "instructions for a callback, made, queued, called and freed"),
    figure("receive", "instructions of the receive interrupt, for one byte"),
    figure("access", "instructions for a call of the board, the microseconds"),
    at_most(
        8192.0,
        "loop flash",
        "bytes of flash over the same tasks polled by hand, with one discipline alone",
    ),
    figure("fast loop flash", "the same, built for speed"),
    figure("flash", "bytes of flash over an empty firmware, with one discipline alone"),
    figure("fast flash", "the same, built for speed"),
    figure(
        "whole flash",
        "bytes of flash over an empty firmware, with all disciplines, observers and wakers",
    ),
    at_most(64.0, "task", "bytes of memory a task, beside its future"),
    figure("allocations", "allocations while tasks are switched"),
];

/// Values by name.
#[derive(Default)]
pub struct Figures {
    values: BTreeMap<String, f64>,
}

impl Figures {
    /// Reads lines of names and values; `before` is put before each name. Names that are in no table are left out.
    ///
    /// # Errors
    ///
    /// For a line without a value.
    pub fn read(&mut self, text: &str, before: &str) -> Result<(), String> {
        for line in text.lines() {
            let value = line.rsplit_once(' ').and_then(|(name, value)| Some((name, value.parse().ok()?)));
            let (name, value) = value.ok_or_else(|| format!("`{line}` is no figure"))?;
            self.add(&format!("{before}{name}"), value);
        }
        Ok(())
    }

    /// Adds a figure, if it is one of the table.
    pub fn add(&mut self, name: &str, value: f64) {
        if FIGURES.iter().any(|figure| figure.name == name) {
            self.values.insert(name.to_owned(), value);
        }
    }

    /// A figure's value.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn get(&self, name: &str) -> Result<f64, String> {
        self.values.get(name).copied().ok_or_else(|| format!("there is no figure `{name}`"))
    }
}

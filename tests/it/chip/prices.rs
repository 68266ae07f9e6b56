//! The profile of the chip has the prices that were measured on it.
//!
//! Owns which figure is which price. Figures are instructions; what an instruction takes is the profile's assumption.

use std::collections::BTreeMap;
use std::fs;

use vpyb_core::time::Duration;
use vpyb_sim::board::Profile;

use crate::checked_in::root;

/// Parts of a hundred by which a price may differ from its figure.
const SLACK: f64 = 10.0;
/// Nanoseconds for an instruction: one and a half cycles at 168 MHz.
const INSTRUCTION: f64 = 1.5 / 0.168;
/// Instructions that would take as long as an exception's entry and exit, 24 cycles.
const EXCEPTION: f64 = 24.0 / 1.5;

#[test]
fn prices_are_those_that_were_measured() {
    let text = fs::read_to_string(root().join("benches/peers/chip/figures.txt")).expect("the figures");
    let figures: BTreeMap<&str, f64> = text
        .lines()
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(name, value)| (name, value.parse().expect("a number")))
        .collect();
    let figure = |name: &str| *figures.get(name).unwrap_or_else(|| panic!("there is no figure `{name}`"));
    let Profile { step, delay, callback, pass, poll, io_poll, isr, access, .. } = Profile::STM32F405;
    let prices: [(&str, Duration, f64); 8] = [
        ("step", step, figure("turn")),
        ("delay", delay, figure("expiry") - figure("turn")),
        ("callback", callback, figure("callback")),
        ("pass", pass, figure("pass")),
        ("poll", poll, figure("poll")),
        ("io_poll", io_poll, figure("device")),
        ("isr", isr, figure("receive") + EXCEPTION),
        ("access", access, figure("access")),
    ];
    for (name, price, instructions) in prices {
        let (priced, measured) = (price.as_nanos() as f64, instructions * INSTRUCTION);
        let off = (priced - measured).abs() / measured * 100.0;
        assert!(
            off <= SLACK,
            "{name} is {price}, and was measured as {instructions} instructions, {measured:.0} ns: change the \
             profile in sim/src/board/profile.rs"
        );
    }
}

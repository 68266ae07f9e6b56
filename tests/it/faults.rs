//! Faults: each kind at each of its opportunities.
//!
//! Owns a bench for each place where something can go wrong. Costs are zero but where a test says otherwise.

mod stories;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use insta::assert_snapshot;
use vpyb_cli::PROGRAMS;
use vpyb_sim::expect::judge;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::fault_words;
use vpyb_sim::trace::Kind;

use crate::runs::{rows, scenario};

/// A sensor is measured without hold, and read; what goes wrong is an error that is trapped, and the bus recovered.
const SENSOR: &str = r#"
    parts.htu = { kind = "htu21d", bus = "i2c1", temperature = 21.5 }
    run.until = "100ms"
    [[task]]
    name = "main"
    script = [{ sleep_ms = 20 }, { try = {
      do = [
        { i2c_write = { bus = "i2c1", address = 0x40, bytes = [0xF3] } },
        { sleep_ms = 51 },
        { i2c_read = { bus = "i2c1", address = 0x40, n = 3 } },
        { log = "read" },
      ],
      catch = [{ on = "OSError", do = [{ log = "failed" }, { sleep_ms = 1 }, { i2c_recover = "i2c1" }] }],
    } }]
"#;

/// Two lines arrive at 10 000 baud, and are read.
const LINE: &str = r#"
    parts.peer = { kind = "serial-peer", uart = "uart2", baud = 10000 }
    objects.uarts = { u = { uart = "uart2", baud = 10000 } }
    run.until = "30ms"
    [[task]]
    name = "main"
    script = [{ forever = [{ readline = "u" }] }]
    [[stimulus]]
    at = "1ms"
    send = { to = "uart2", data = "ab\ncd\n" }
"#;

/// A button is pressed twice; its handler sets an event that a task waits for.
const BUTTON: &str = r#"
    board.links = [["X3", "X4"]]
    parts.key = { kind = "button", pin = "X3" }
    objects = { pins = { key = { pin = "X4", pull = "up" } }, events = { pressed = { every_ms = 5 } } }
    cpu.isr = "2us"
    cpu.irq_latency = "1us"
    run.until = "60ms"
    [[task]]
    name = "main"
    script = [
      { on_edge = { pin = "key", edge = "falling", set = "pressed" } },
      { forever = [{ ev_wait = "pressed" }, { ev_clear = "pressed" }] },
    ]
    [[actor]]
    name = "finger"
    steps = [{ at = "10ms", tap = { part = "key", for = "10ms" } }, { after = "10ms", tap = { part = "key", for = "10ms" } }]
"#;

/// A timer's handler sets an event every 10 ms.
const TIMER: &str = r#"
    objects.events = { tick = { every_ms = 5 } }
    cpu.isr = "2us"
    cpu.irq_latency = "1us"
    run.until = "35ms"
    [[task]]
    name = "main"
    script = [
      { on_timer = { timer = "timer4", every = "10ms", set = "tick" } },
      { forever = [{ ev_wait = "tick" }, { ev_clear = "tick" }] },
    ]
"#;

/// A modem is asked, and answers.
const MODEM: &str = r#"
    parts.modem = { kind = "serial-peer", uart = "uart2", baud = 10000, replies = [{ to = "?\n", send = ["ok\n"] }] }
    objects.uarts = { u = { uart = "uart2", baud = 10000 } }
    run.until = "60ms"
    [[task]]
    name = "main"
    script = [{ repeat = { times = 2, do = [
      { awrite = { uart = "u", data = "?\n" } },
      { wait_for_ms = { limit = 20, do = [{ readline = "u" }] } },
    ] } }]
"#;

/// A client and a server exchange lines, for 3 s.
const NETWORK: &str = r#"
    parts.lan = { kind = "network" }
    program = { name = "client_server", args = { style = "nonblocking" } }
    run.until = "12s"
"#;

/// The accelerometer is asked.
const ACCEL: &str = r#"
    run.until = "200ms"
    [[task]]
    name = "main"
    script = [{ repeat = { times = 2, do = [
      { try = { do = ["accel"], catch = [{ on = "OSError", do = [{ log = "failed" }] }] } },
    ] } }]
"#;

/// A remote control sends a frame.
const REMOTE: &str = r#"
    parts.remote = { kind = "nec-remote", pin = "X3" }
    program = { name = "aremote", args = { extended = 0 } }
    run.until = "500ms"
    [[stimulus]]
    at = "100ms"
    ir = { part = "remote", nec = { address = 0x40, command = 5 } }
"#;

/// How a run may end that meets a fault: all that the format lists but what is wrong with the simulator or the firmware.
const VERDICTS: [&str; 7] = ["passed", "overrun", "stuck", "livelock", "hang", "limit", "error: "];

const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a bench with a fault at each of its opportunities; gives how many runs ended how. Each leaves one record of the
/// fault.
fn walk(bench: &str, what: &str, place: &str, window: &str) -> (usize, BTreeMap<String, usize>) {
    let fault = format!("[[fault]]\nwhat = {what}\nwhere = \"{place}\"\neach = true\n{window}");
    let scenario = scenario(&format!("{bench}\n{fault}"), PROGRAMS);
    let cases = runner::cases(&scenario, PROGRAMS, Options::default(), PATIENCE);
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for case in &cases {
        let note = case.note.as_deref().unwrap_or("there was no opportunity");
        let outcome = runner::run(&case.scenario, PROGRAMS, Options::default());
        let verdict = judge(&outcome.trace, &case.scenario).verdict;
        let faults = rows(&outcome.trace, |kind| matches!(kind, Kind::Fault { .. }));
        assert_eq!(faults.len(), 1, "{what} at {place}: {note}: {faults:?}");
        assert!(
            VERDICTS.iter().any(|listed| verdict.starts_with(listed)),
            "{what} at {place}: {note}: {verdict}"
        );
        *ends.entry(verdict).or_default() += 1;
    }
    (cases.len(), ends)
}

/// Nothing that goes wrong outside may take the run down, or be without a trace.
#[test]
fn every_fault_strikes_at_every_opportunity() {
    let wire = "from = \"1ms\"";
    let network = "from = \"1s\"\nuntil = \"4s\"";
    let walks: [(&str, &str, &str, &str); 36] = [
        (SENSOR, "\"nack\"", "htu", ""),
        (SENSOR, "\"nack\"", "i2c1", ""),
        (SENSOR, "\"crc\"", "htu", ""),
        (SENSOR, "{ stretch = \"1ms\" }", "htu", ""),
        (SENSOR, "\"stuck_low\"", "htu", ""),
        (SENSOR, "\"arbitration\"", "i2c1", ""),
        (SENSOR, "{ power_off = \"2ms\" }", "htu", ""),
        (SENSOR, "\"glitch\"", "X10", "from = \"1ms\"\nuntil = \"20300us\""),
        (ACCEL, "\"nack\"", "accel", ""),
        (ACCEL, "\"crc\"", "i2c1", ""),
        (ACCEL, "{ power_off = \"5ms\" }", "accel", ""),
        (REMOTE, "\"glitch\"", "remote", "from = \"1ms\""),
        (REMOTE, "{ unplug = \"5ms\" }", "X3", "from = \"1ms\""),
        (REMOTE, "\"lost_irq\"", "X3", ""),
        (LINE, "\"drop_byte\"", "uart2", ""),
        (LINE, "\"flip_bit\"", "peer", ""),
        (LINE, "\"framing\"", "X4", ""),
        (LINE, "\"noise\"", "uart2", ""),
        (LINE, "{ late_irq = \"3ms\" }", "uart2", ""),
        (LINE, "\"glitch\"", "X4", wire),
        (LINE, "{ stuck_low = \"500us\" }", "uart2", wire),
        (LINE, "\"stuck_low\"", "X4", wire),
        (LINE, "\"unplug\"", "X4", wire),
        (LINE, "{ stall = \"30ms\" }", "cpu", ""),
        (BUTTON, "\"glitch\"", "key", wire),
        (BUTTON, "\"bounce_storm\"", "key", wire),
        (BUTTON, "{ unplug = \"15ms\" }", "X3-X4", wire),
        (BUTTON, "{ stuck_low = \"5ms\" }", "X4", wire),
        (BUTTON, "{ late_irq = \"200us\" }", "X4", ""),
        (BUTTON, "\"lost_irq\"", "X4", ""),
        (TIMER, "{ late_irq = \"12ms\" }", "timer4", ""),
        (TIMER, "\"lost_irq\"", "timer4", ""),
        (MODEM, "{ power_off = \"15ms\" }", "modem", ""),
        (MODEM, "\"drop_byte\"", "uart2", ""),
        (NETWORK, "{ outage = \"2s\" }", "lan", network),
        (NETWORK, "\"reset\"", "lan", network),
    ];
    let mut table = String::new();
    let mut walked = BTreeSet::new();
    for (bench, what, place, window) in walks {
        walked.extend(fault_words().find(|word| what.split(['"', ' ']).any(|part| part == *word)));
        let (count, ends) = walk(bench, what, place, window);
        let ends: Vec<String> = ends.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
        let _ = writeln!(table, "{what} at {place}: {count} opportunities: {}", ends.join(", "));
    }
    assert_eq!(walked, fault_words().collect(), "each kind is walked");
    assert_snapshot!(table);
}

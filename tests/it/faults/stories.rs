//! What one fault of a kind does, as a whole list of what follows.
//!
//! Owns the lists. Costs are zero but for handlers, and the benches are those of the walk.

use std::cell::Cell;

use vpyb_sim::trace::{Kind, Trace};

use super::{BUTTON, LINE, SENSOR, TIMER};
use crate::runs::{check, rows, run};

/// What matters of a run with a fault.
fn story(trace: &Trace) -> Vec<String> {
    let seen = Cell::new(false);
    rows(trace, |kind| {
        seen.set(seen.get() || matches!(kind, Kind::Fault { .. }));
        let told = matches!(
            kind,
            Kind::Fault { .. }
                | Kind::Line { .. }
                | Kind::Wire { .. }
                | Kind::Device { .. }
                | Kind::Handler { .. }
                | Kind::IrqPending { .. }
                | Kind::IrqCoalesced { .. }
                | Kind::UartRx { .. }
                | Kind::UartNoStart { .. }
                | Kind::Op { result: Some(_), .. }
        );
        let of_bus =
            matches!(kind, Kind::I2c { event, .. } if !matches!(event.word(), "i2c_sent" | "i2c_read"));
        seen.get() && (told || of_bus)
    })
}

fn with_fault(bench: &str, fault: &str) -> Vec<String> {
    story(&run(&format!("fault = [{{ {fault} }}]\n{bench}")).trace)
}

#[test]
fn faults_of_a_device_on_a_bus() {
    check(
        "a NACK",
        &with_fault(SENSOR, r#"what = "nack", where = "htu", at = "50ms""#),
        &[
            "71024871 htu FAULT: nack",
            "71027846 i2c1 address 0x40 read  NACK",
            "71030821 i2c1 STOP",
            "71030821 main 1 caught → OSError",
            "71030821 main prints \"failed\"",
            "71030821 main 1!0 log → failed",
            "72010000 i2c1 STOP",
            "72010000 i2c1 recovery: 1 clock, SDA is free",
        ],
    );
    check(
        "a wrong bit",
        &with_fault(SENSOR, r#"what = "crc", where = "i2c1", count = 1"#),
        &[
            "71027846 i2c1 FAULT: crc",
            "71054621 i2c1 reads 'b' 0x62  ACK",
            "71081396 i2c1 reads '\\x94' 0x94  ACK",
            "71108171 i2c1 reads '\\x85' 0x85  NACK",
            "71111146 i2c1 STOP",
            "71111146 main 1.2 i2c_read → b'b\\x94\\x85'",
            "71111146 main prints \"read\"",
            "71111146 main 1.3 log → read",
        ],
    );
    check(
        "a stretched clock",
        &with_fault(SENSOR, r#"what = { stretch = "2ms" }, where = "htu", every = 3, count = 1"#),
        &[
            "71024871 htu FAULT: stretch, 2ms",
            "73025171 i2c1 SCL was held low for 1.998396ms more",
            "73026242 i2c1 address 0x40 read  ACK",
            "73053017 i2c1 reads 'c' 0x63  ACK",
            "73079792 i2c1 reads '\\x94' 0x94  ACK",
            "73106567 i2c1 reads '\\x85' 0x85  NACK",
            "73109542 i2c1 STOP",
            "73109542 main 1.2 i2c_read → b'c\\x94\\x85'",
            "73109542 main prints \"read\"",
            "73109542 main 1.3 log → read",
        ],
    );
}

#[test]
fn faults_that_take_a_bus() {
    check(
        "a stuck line",
        &with_fault(SENSOR, r#"what = "stuck_low", where = "htu", at = "20ms""#),
        &[
            "20026775 htu FAULT: stuck_low",
            "20029750 i2c1 address 0x40 write  ACK",
            "20032725 i2c1 gives up: arbitration lost, another one pulls SDA low",
            "20032725 main 1 caught → OSError",
            "20032725 main prints \"failed\"",
            "20032725 main 1!0 log → failed",
            "21090000 i2c1 STOP",
            "21090000 i2c1 recovery: 9 clocks, SDA is free",
        ],
    );
    check(
        "another master",
        &with_fault(SENSOR, r#"what = "arbitration", where = "i2c1", at = "20ms""#),
        &[
            "20001904 i2c1 FAULT: arbitration",
            "20005950 i2c1 gives up: arbitration lost, another one pulls SDA low",
            "20005950 main 1 caught → OSError",
            "20005950 main prints \"failed\"",
            "20005950 main 1!0 log → failed",
            "21010000 i2c1 STOP",
            "21010000 i2c1 recovery: 1 clock, SDA is free",
        ],
    );
    check(
        "a supply that fails",
        &with_fault(SENSOR, r#"what = { power_off = "2ms" }, where = "htu", at = "20ms""#),
        &[
            "20026775 htu FAULT: power_off, 2ms",
            "20026775 htu power off",
            "20029750 i2c1 address 0x40 write  NACK",
            "20032725 i2c1 STOP",
            "20032725 main 1 caught → OSError",
            "20032725 main prints \"failed\"",
            "20032725 main 1!0 log → failed",
            "21010000 i2c1 STOP",
            "21010000 i2c1 recovery: 1 clock, SDA is free",
            "22026775 htu power on",
        ],
    );
}

#[test]
fn faults_of_a_serial_line() {
    check(
        "a byte is dropped",
        &with_fault(LINE, r#"what = "drop_byte", where = "uart2", at = "3ms""#),
        &[
            "3959375 uart2 FAULT: drop_byte",
            "4959375 uart2 rx 'c' 0x63 in the data register",
            "5959375 uart2 rx 'd' 0x64 in the data register",
            "6959375 uart2 rx '\\n' 0x0a in the data register",
            "6959375 main 0[0].0 readline → b'abcd\\n'",
        ],
    );
    check(
        "a bit is turned over",
        &with_fault(LINE, r#"what = "flip_bit", where = "uart2", every = 5"#),
        &[
            "5959375 uart2 FAULT: flip_bit",
            "5959375 uart2 rx '\\xe4' 0xe4 in the data register",
            "6959375 uart2 rx '\\n' 0x0a in the data register",
            "6959375 main 0[1].0 readline → b'c\\xe4\\n'",
        ],
    );
    check(
        "a wire is pulled out for a while",
        &with_fault(LINE, r#"what = { unplug = "1500us" }, where = "X4", at = "2400us""#),
        &[
            "2600000 X4 FAULT: unplug, 1.5ms",
            "2600000 X4 is unplugged from peer.tx",
            "2959375 uart2 rx '\\xe2' 0xe2 in the data register",
            "4100000 X4 is plugged into peer.tx",
            "4140625 uart2 rx  no start bit: a glitch",
            "5259375 uart2 rx ',' 0x2c in the data register, framing error",
            "6359375 uart2 rx '\\x96' 0x96 in the data register, framing error",
            "7459375 uart2 rx '\\xf8' 0xf8 in the data register",
        ],
    );
    check(
        "bytes are lost by chance",
        &with_fault(LINE, r#"what = "drop_byte", where = "peer", probability = "40%""#),
        &[
            "1959375 uart2 FAULT: drop_byte",
            "2959375 uart2 FAULT: drop_byte",
            "3959375 uart2 rx '\\n' 0x0a in the data register",
            "3959375 main 0[0].0 readline → b'\\n'",
            "4959375 uart2 rx 'c' 0x63 in the data register",
            "5959375 uart2 FAULT: drop_byte",
            "6959375 uart2 rx '\\n' 0x0a in the data register",
            "6959375 main 0[1].0 readline → b'c\\n'",
        ],
    );
}

#[test]
fn faults_of_interrupts_and_wires() {
    check(
        "a late handler",
        &with_fault(BUTTON, r#"what = { late_irq = "200us" }, where = "X4", at = "5ms""#),
        &[
            "10000000 X4 FAULT: late_irq, 200us",
            "10000000 X4 interrupt pending",
            "10201000 X4 handler runs, takes 1us",
            "15000000 main 1[0].0 ev_wait → X4=0 #1",
            "20000000 key released",
            "30000000 key pressed",
            "30000000 X4 interrupt pending",
            "30001000 X4 handler runs, takes 1us",
            "35000000 main 1[1].0 ev_wait → X4=0 #2",
            "40000000 key released",
        ],
    );
    check(
        "a lost request",
        &with_fault(BUTTON, r#"what = "lost_irq", where = "X4", at = "5ms""#),
        &[
            "10000000 X4 FAULT: lost_irq",
            "20000000 key released",
            "30000000 key pressed",
            "30000000 X4 interrupt pending",
            "30001000 X4 handler runs, takes 1us",
            "35000000 main 1[0].0 ev_wait → X4=0 #1",
            "40000000 key released",
        ],
    );
}

#[test]
fn faults_that_come_again_and_again() {
    check(
        "a storm",
        &with_fault(
            BUTTON,
            r#"what = { bounce_storm = "1ms" }, where = "key", from = "5ms", until = "15ms""#,
        ),
        &[
            "10000000 X3 FAULT: bounce_storm, 1ms",
            "10000000 X4 interrupt pending",
            "10001000 X4 handler runs, takes 1us",
            "10046497 X4 interrupt pending",
            "10047497 X4 handler runs, takes 1us",
            "10165361 X4 interrupt pending",
            "10166361 X4 handler runs, takes 1us",
            "10285482 X4 interrupt pending",
            "10286482 X4 handler runs, takes 1us",
            "10375588 X4 interrupt pending",
            "10376588 X4 handler runs, takes 1us",
            "10493004 X4 interrupt pending",
            "10494004 X4 handler runs, takes 1us",
            "10621616 X4 interrupt pending",
            "10622616 X4 handler runs, takes 1us",
            "10708288 X4 interrupt pending",
            "10709288 X4 handler runs, takes 1us",
            "10850083 X4 interrupt pending",
            "10851083 X4 handler runs, takes 1us",
            "10962527 X4 interrupt pending",
            "10963527 X4 handler runs, takes 1us",
            "15000000 main 1[0].0 ev_wait → X4=0 #10",
            "20000000 key released",
            "30000000 key pressed",
            "30000000 X4 interrupt pending",
            "30001000 X4 handler runs, takes 1us",
            "35000000 main 1[1].0 ev_wait → X4=0 #11",
            "40000000 key released",
        ],
    );
    check(
        "a late tick",
        &with_fault(TIMER, r#"what = { late_irq = "12ms" }, where = "timer4", at = "5ms""#),
        &[
            "10000000 timer4 FAULT: late_irq, 12ms",
            "10000000 timer4 interrupt pending",
            "20000000 timer4 interrupt COALESCED: one was pending already",
            "22001000 timer4 handler runs, takes 1us",
            "25000000 main 1[0].0 ev_wait → timer4 #1",
            "30000000 timer4 interrupt pending",
            "30001000 timer4 handler runs, takes 1us",
        ],
    );
}

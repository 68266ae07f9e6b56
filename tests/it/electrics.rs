//! Wires: who holds a net, what it shows if nobody does, and wires that come and go during a run.
//!
//! Owns scenarios that are written out here. Costs are zero but where a test says otherwise.

use vpyb_sim::expect::judge;
use vpyb_sim::trace::{Kind, Trace, write_vcd};

use crate::runs::{check, rows, run, scenario};

/// What happens on wires, and what scripts read of them.
fn wires(trace: &Trace) -> Vec<String> {
    rows(trace, |kind| match kind {
        Kind::NetPin { .. } => false,
        Kind::Op { op, .. } => trace.text(*op) == "pin",
        Kind::Driven { .. }
        | Kind::Edge { .. }
        | Kind::Contention { .. }
        | Kind::Wire { .. }
        | Kind::FloatingRead { .. }
        | Kind::PinMode { .. } => true,
        _ => false,
    })
}

/// An open drain drives low and lets go; what holds the net then is a resistor, or nothing.
#[test]
fn an_open_drain_lets_others_drive() {
    let outcome = run(r#"
        board.links = [["X5", "X6"]]
        objects.pins = { a = { pin = "X5", mode = "open-drain", pull = "up" }, b = { pin = "X6", mode = "open-drain" } }
        run.main = "main"
        [[task]]
        name = "main"
        script = [
          { sleep_ms = 1 }, { pin = { pin = "b", to = "low" } }, { pin = "a" },
          { pin = { pin = "a", to = "low" } }, { pin = { pin = "b", to = "high" } }, { pin = "b" },
          { pin = { pin = "a", to = "high" } }, { pin = "b" },
        ]
    "#);
    let expected = [
        "0 X5 open drain, pulled up",
        "0 X5+X6 ↑ high",
        "0 X6 open drain",
        "1000000 X6 drives low",
        "1000000 X5+X6 ↓ low",
        "1000000 main 1 pin",
        "1000000 main 2 pin → 0",
        // Both drive low now: that is no contention.
        "1000000 X5 drives low",
        "1000000 main 3 pin",
        "1000000 X6 lets go",
        "1000000 main 4 pin",
        "1000000 main 5 pin → 0",
        "1000000 X5 lets go",
        "1000000 X5+X6 ↑ high",
        "1000000 main 6 pin",
        "1000000 main 7 pin → 1",
    ];
    check("open drains", &wires(&outcome.trace), &expected);
}

/// From 2 to 3 ms the outside drives against the output. It begins and ends at instants of its own.
#[test]
fn a_contention_has_its_instant() {
    let source = r#"
        objects.pins = { out = { pin = "Y1", mode = "output" } }
        run.until = "5ms"
        [[task]]
        name = "main"
        script = [{ sleep_ms = 1 }, { pin = { pin = "out", to = "high" } }]
        [[actor]]
        name = "outside"
        steps = [
          { at = "2ms", drive = { pin = "Y1", level = "low" } },
          { after = "1ms", drive = { pin = "Y1", level = "float" } },
        ]
    "#;
    let outcome = run(source);
    let expected = [
        "0 Y1 output",
        "0 Y1 drives low",
        "0 Y1+Y1.probe ↓ low",
        "1000000 Y1 drives high",
        "1000000 Y1+Y1.probe ↑ high",
        "1000000 main 1 pin",
        "2000000 Y1.probe drives low",
        "2000000 Y1+Y1.probe driven both ways",
        "2000000 Y1+Y1.probe ↓ low",
        "3000000 Y1.probe lets go",
        "3000000 Y1+Y1.probe ↑ high",
    ];
    check("a contention", &wires(&outcome.trace), &expected);
    let counters = judge(&outcome.trace, &scenario(source, &[])).counters;
    assert_eq!(counters.value("pin.Y1.contention").map(|value| value.to_string()), Ok("1".into()));
}

/// Nothing holds X7. What it reads is chance: the seed's, and the same every time.
#[test]
fn a_floating_pin_reads_what_chance_says() {
    let read = |seed: u64| {
        let outcome = run(&format!(
            r#"
            objects.pins = {{ in = {{ pin = "X7" }} }}
            run = {{ main = "main", seed = {seed} }}
            [[task]]
            name = "main"
            script = [{{ repeat = {{ times = 6, do = [{{ pin = "in" }}] }} }}]
            "#
        ));
        let reads = rows(&outcome.trace, |kind| matches!(kind, Kind::FloatingRead { .. }));
        reads.iter().map(|row| if row.contains("high") { '1' } else { '0' }).collect::<String>()
    };
    assert_eq!([read(1), read(1), read(2)], ["110011", "110011", "111001"]);
}

/// The wire of a UART's loop is pulled out in the middle of the second byte, which is 'U' again: what is left of it
/// reads as ones, because RX is pulled up. The third byte is not seen, and the fourth is whole.
#[test]
fn a_wire_is_pulled_out_and_put_back_during_a_run() {
    let source = r#"
        board.links = [["X1", "X2"]]
        objects.uarts = { u = { uart = "uart4" } }
        run.until = "6ms"
        [[task]]
        name = "main"
        script = [{ awrite = { uart = "u", data = "UUUU" } }]
        [[actor]]
        name = "outside"
        steps = [
          # 4.5 bits into the second byte: its data bits 0 to 3 are 1 0 1 0.
          { at = "1510us", unplug = ["X2", "X1"], mark = "out" },
          { at = "3125us", plug = ["X1", "X2"] },
        ]
        [[expect]]
        title = "what X2 shows while it is alone"
        pin = "X2"
        stays = "high"
        between = ["1510us", "3124us"]
        [[expect]]
        title = "and X1 goes on"
        pin = "X1"
        is = "low"
        at = "2084us"
        [[expect]]
        title = "the wire is one again"
        pin = "X2"
        is = "low"
        at = "3126us"
    "#;
    let outcome = run(source);
    let received = rows(&outcome.trace, |kind| matches!(kind, Kind::UartRx { .. } | Kind::Wire { .. }));
    let expected = [
        "999348 uart4 rx 'U' 0x55 in the data register",
        "1510000 X1 is unplugged from X2",
        // Bit 3 of 'U' is 0, and of its samples at 1507.2, 1513.7 and 1520.2 us two come too late.
        "2041014 uart4 rx '\\xfd' 0xfd in the data register",
        "3125000 X1 is plugged into X2",
        "4124348 uart4 rx 'U' 0x55 in the data register",
    ];
    check("a wire", &received, &expected);
    let judgement = judge(&outcome.trace, &scenario(source, &[]));
    assert!(judgement.findings.is_empty(), "{:#?}", judgement.findings);
}

/// In the waveforms, too, each pin shows what it showed, wherever it was.
#[test]
fn a_pin_that_is_moved_keeps_its_line_in_the_waveforms() {
    let outcome = run(r#"
        board.links = [["X5", "X6"]]
        objects.pins = { out = { pin = "X5", mode = "output" }, in = { pin = "X6", pull = "up" } }
        run.until = "4ms"
        [[task]]
        name = "main"
        script = ["yield"]
        [[actor]]
        name = "outside"
        steps = [{ at = "1ms", unplug = ["X5", "X6"] }, { at = "2ms", plug = ["X5", "X6"] }]
    "#);
    let mut vcd = Vec::new();
    write_vcd(&outcome.trace, &mut vcd).expect("memory takes everything");
    let vcd = String::from_utf8(vcd).expect("a text");
    let (_, changes) = vcd.rsplit_once("$end\n").unwrap_or_else(|| panic!("{vcd}"));
    // What the task does is a text, and of no interest here.
    let wires: Vec<&str> = changes.lines().filter(|line| !line.starts_with('s')).collect();
    // Both rise when X6 is pulled up and fall when X5 is driven; then X6 alone, while it is alone.
    assert_eq!(wires, ["1!", "1\"", "0!", "0\"", "#1", "1\"", "#2", "0\"", "#4"]);
}

/// A glitch is stronger than a driver; a pulse from outside is a driver like others.
#[test]
fn glitches_and_pulses_are_over_after_their_time() {
    let outcome = run(r#"
        objects.pins = { out = { pin = "Y1", mode = "output" }, in = { pin = "X3", pull = "up" } }
        run.until = "5ms"
        [[task]]
        name = "main"
        script = ["yield"]
        [[actor]]
        name = "outside"
        steps = [
          { at = "1ms", glitch = { pin = "Y1", for = "2us" } },
          { pulse = { pin = "X3", level = "low", for = "1ms" }, mark = "pulse" },
          { mark = "after" },
        ]
    "#);
    let expected = [
        "0 X3 input, pulled up",
        "0 X3+X3.probe ↑ high",
        "0 Y1 output",
        "0 Y1 drives low",
        "0 Y1 ↓ low",
        "1000000 Y1 ↑ high",
        "1002000 Y1 ↓ low",
        "1002000 X3.probe drives low",
        "1002000 X3+X3.probe ↓ low",
        "2002000 X3.probe lets go",
        "2002000 X3+X3.probe ↑ high",
    ];
    check("a glitch and a pulse", &wires(&outcome.trace), &expected);
    let marks = rows(&outcome.trace, |kind| matches!(kind, Kind::Stimulus { mark: Some(_), .. }));
    assert_eq!(
        marks,
        ["1002000 outside acts: step 1 (mark pulse)", "2002000 outside acts: step 2 (mark after)"]
    );
}

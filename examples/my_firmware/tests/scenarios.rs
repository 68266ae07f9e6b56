//! The firmware on the virtual Pyboard: the files in `scenarios`, and a scenario that is written here.

use my_firmware::thermostat;
use vpyb_cli::testing;
use vpyb_core::time::Duration;
use vpyb_sim::program;
use vpyb_sim::runner::Program;
use vpyb_sim::scenario::{model::Scenario, with};
use vpyb_sim::vocabulary;

const PROGRAMS: &[Program] = &[program!(thermostat)];

#[test]
fn the_files_hold() {
    for test in testing::tests(&["scenarios"], PROGRAMS).unwrap() {
        test.run().unwrap_or_else(|report| panic!("{}\n{report}", test.name()));
    }
}

/// However long the pause between two readings: a conversion of the sensor takes 300 ms, and 1 ms is for the reading.
#[test]
fn the_fan_starts_one_conversion_and_one_pause_after_it_is_hot() {
    for every_ms in [100, 500, 2_000] {
        let scenario = Scenario::builder(&format!("With a pause of {every_ms} ms the fan starts in time"))
            .program("thermostat")
            .arg("every_ms", every_ms)
            .part("air", with("kind", "lm75").and("bus", "i2c1").and("temperature", 25.0))
            .stimulus(with("at", "3s").and("mark", "heat").and("set", with("air", with("temperature", 31.0))))
            .until(Duration::from_secs(8))
            .expect(
                "the fan runs soon after it got hot",
                with("from", with("mark", "heat"))
                    .and("to", with("edge", "Y1").and("to", "high"))
                    .and("within", format!("< {}ms", every_ms + 301)),
            )
            .build(&vocabulary(PROGRAMS))
            .unwrap();
        testing::Test::new(scenario, PROGRAMS).run().unwrap_or_else(|report| panic!("{report}"));
    }
}

//! Scenarios written in Rust: the same value as a file's, with the same problems.
//!
//! Owns one of each kind of key.

use insta::assert_snapshot;
use vpyb_cli::{PROGRAMS, testing::Test};
use vpyb_core::time::Duration;
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::scenario::{Builder, parse, with};
use vpyb_sim::vocabulary;

/// A stream that comes back over a wire, with an expectation of each form of key.
fn loopback() -> Builder {
    Scenario::builder("A line \"sent\" on X1\nis received on X2")
        .set("board.links", vec![vec!["X1", "X2"]])
        .set("cpu.scheduler", "fast-io")
        .set("cpu.ioq_len", 4)
        .part("USR", with("kind", "button").and("bounce", vec!["1ms", "1.5ms"]))
        .part("air", with("kind", "htu21d").and("bus", "i2c1").and("temperature", 21.5))
        .program("uart_loopback")
        .until(Duration::from_millis(2_500))
        .push(
            "task",
            with("name", "idler").and("start", false).and("script", vec![with("log", "tab\tand \u{1b}")]),
        )
        .stimulus(with("at", Duration::from_secs(1)).and("tap", with("part", "USR").and("for", "80ms")))
        .expect("it is printed twice", with("that", with("prints", "Received")).and("count", "2"))
        .expect(
            "soon after its last character",
            with("from", with("uart", "uart4").and("event", "rx").and("byte", 10))
                .and("to", with("prints", "Received"))
                .and("within", "< 2ms"),
        )
}

#[test]
fn what_is_built_is_what_its_text_says() {
    let builder = loopback();
    let text = builder.to_toml();
    assert_snapshot!(text);
    let words = vocabulary(PROGRAMS);
    let built = builder.build(&words).unwrap();
    let parsed = parse(&built.path, &text, &words).expect("a good text");
    assert_eq!(parsed, std::slice::from_ref(&built));
    assert_eq!(built.title, "A line \"sent\" on X1\nis received on X2");
    Test::new(built, PROGRAMS).run().unwrap();
}

#[test]
fn all_that_is_wrong_is_told_with_its_place_in_the_text() {
    let builder = loopback().arg("lin", "x").set("run.seed", "one").push("actr", with("name", "a"));
    let refused = builder.build(&vocabulary(PROGRAMS)).expect_err("three problems");
    assert_snapshot!(refused);
    let variants = loopback().push("variant", with("name", "a")).push("variant", with("name", "b"));
    assert_snapshot!(variants.build(&vocabulary(PROGRAMS)).expect_err("two scenarios"));
}

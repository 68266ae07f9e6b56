//! The page of a run in a browser that nobody looks at: it opens, is scrubbed, stepped and searched for findings.
//!
//! Owns what is asked of the page; how a browser is asked is in `browser`. Without Chromium and its driver the tests say
//! that they were skipped; where `CI` is set, that fails.

mod browser;

use browser::Browser;
use serde_json::json;
use vpyb_cli::PROGRAMS;
use vpyb_core::time::{Duration, Instant};
use vpyb_sim::expect::judge;
use vpyb_sim::page::{Judged, write_page};
use vpyb_sim::runner::{self, Options};
use vpyb_sim::scenario::{model::Scenario, parse};
use vpyb_sim::trace::record::{Entry, NetLevel, Why, Yielded};
use vpyb_sim::trace::{Kind, Trace, show_instant};
use vpyb_sim::vocabulary;

use crate::checked_in::scenarios;
use crate::one_byte;

/// What runs writes, and nobody may take for markup.
const HOSTILE: &str = r#"
schema = 1
title = "Text stays text"

[[task]]
name = "main"
script = [{ log = "</script><b id=evil>x</b><!--<script>" }, { sleep_ms = 5 }, { log = "<img src=x onerror=alert(1)>" }]

[run]
main = "main"

[[expect]]
title = "nothing <i>is</i> printed"
that = { line = "<u id=evil>never</u>" }
count = "1"
"#;

fn page_of(scenario: &Scenario) -> (Trace, String) {
    let trace = runner::run(scenario, PROGRAMS, Options::default()).trace;
    let judgement = judge(&trace, scenario);
    let judged = Judged { verdict: &judgement.verdict, findings: &judgement.findings };
    let mut page = Vec::new();
    write_page(&trace, Some(judged), &mut page).expect("memory takes everything");
    (trace, String::from_utf8(page).expect("a page is UTF-8"))
}

fn named(name: &str) -> Scenario {
    scenarios().into_iter().find(|scenario| scenario.name == name).expect("a scenario")
}

/// A scenario of which something does not hold.
fn failing() -> Scenario {
    let text = r#"
schema = 1
title = "A sleeper beside a task that keeps the CPU"
[[task]]
name = "hog"
script = [{ forever = [{ busy_us = 4000 }, "yield"] }]
[[task]]
name = "sleeper"
script = [{ sleep_ms = 10 }, { log = "woke" }]
[run]
until = "50ms"
[[expect]]
title = "the sleeper wakes when it is due"
that = { line = "woke" }
at = "10ms ± 1ms"
"#;
    parse("late.toml", text, &vocabulary(PROGRAMS)).expect("a good file").swap_remove(0)
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let (_, page) = page_of(&named("scenarios/uart_loopback/hello.toml"));
    for outside in ["http://", "https://", "src=\"", "href=", "@import", "url("] {
        assert!(!page.contains(outside), "the page has `{outside}`");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn texts_of_a_run_cannot_end_the_script() {
    let hostile = parse("<b>.toml", HOSTILE, &vocabulary(PROGRAMS)).expect("a good file").swap_remove(0);
    let (_, page) = page_of(&hostile);
    assert_eq!(page.matches("</script>").count(), 2, "the data's and the program's");
    assert!(page.contains("<title>&lt;b&gt;.toml</title>"));
}

/// What the elements of the page say.
fn texts(browser: &Browser, ids: &[&str]) -> Vec<String> {
    let script = "return arguments[0].map(id => document.getElementById(id).textContent)";
    let found = browser.run(script, &json!([ids]));
    found.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

#[test]
fn the_page_is_opened_scrubbed_and_stepped() {
    let Some(browser) = Browser::start("stepped") else { return };
    let (trace, page) = page_of(&named("scenarios/uart_loopback/hello.toml"));
    browser.open(&page);
    let [about, record, state] = &texts(&browser, &["about", "record", "state"])[..] else { unreachable!() };
    assert!(about.contains(&format!("{} records from 0.000 000", trace.records().len())), "{about}");
    assert!(record.contains("#0  "), "{record}");
    assert!(state.contains("X1"), "{state}");
    // Scrubbed to the middle: what is said is the last record by then, and the state at it.
    browser.run(
        "const s = document.getElementById('slider'); s.value = 500000; s.dispatchEvent(new Event('input'))",
        &json!([]),
    );
    let middle = Instant::from_nanos(trace.end().as_nanos() / 2);
    let last = trace.records().partition_point(|record| record.at <= middle) - 1;
    let [record, state] = &texts(&browser, &["record", "state"])[..] else { unreachable!() };
    assert!(
        record.contains(&format!("{}  #{last}  ", show_instant(trace.records().get(last).unwrap().at))),
        "{record}"
    );
    assert!(state.contains("receiver#1") && state.contains("waiting for uart4"), "{state}");
    // Stepped back and on with the keyboard.
    browser.press("\u{E012}");
    assert!(texts(&browser, &["record"])[0].contains(&format!("#{}  ", last - 1)));
    browser.press("\u{E014}");
    browser.press("\u{E014}");
    assert!(texts(&browser, &["record"])[0].contains(&format!("#{}  ", last + 1)));
    browser.press("c");
    let cause = trace.records().get(last + 1).unwrap().cause.expect("a cause").0;
    assert!(texts(&browser, &["record"])[0].contains(&format!("#{cause}  ")));
    let fetched = browser.run("return performance.getEntriesByType('resource').length", &json!([]));
    assert_eq!(fetched, 0, "the page fetched something");
    let errors = browser.errors();
    assert_eq!(errors, [""; 0]);
}

#[test]
fn strips_are_on_the_screen() {
    let Some(browser) = Browser::start("strips") else { return };
    let (_, page) = page_of(&failing());
    browser.open(&page);
    let count = |name: &str| browser.pixels_of(name);
    // A screen of 1200 columns: the hog runs nearly always, the sleeper is ready for a while.
    assert!(count("running") > 3_000, "{} pixels of a task that runs", count("running"));
    assert!(count("ready") > 300, "{} pixels of a task that is ready", count("ready"));
    assert!(count("fore") > 100, "labels are written");
}

#[test]
fn a_finding_leads_to_its_instant() {
    let Some(browser) = Browser::start("finding") else { return };
    let (trace, page) = page_of(&failing());
    browser.open(&page);
    let said = &texts(&browser, &["findings"])[0];
    assert!(said.contains("Does not hold"), "{said}");
    browser.run("document.querySelector('#findings .jump').click()", &json!([]));
    let line =
        trace.records().iter().position(|record| matches!(record.kind, Kind::Line { .. })).expect("a line");
    let record = &texts(&browser, &["record"])[0];
    assert!(record.contains(&format!("#{line}  ")) && record.contains("prints \"woke\""), "{record}");
}

#[test]
fn markup_of_a_run_is_text_on_the_page() {
    let Some(browser) = Browser::start("markup") else { return };
    let hostile = parse("<b>.toml", HOSTILE, &vocabulary(PROGRAMS)).expect("a good file").swap_remove(0);
    let (_, page) = page_of(&hostile);
    browser.open(&page);
    browser.press("\u{E010}");
    let state = &texts(&browser, &["state"])[0];
    assert!(state.contains("<img src=x onerror=alert(1)>"), "{state}");
    let evil = browser
        .run("return document.querySelectorAll('#evil, img, #findings i, #findings u').length", &json!([]));
    assert_eq!(evil, 0);
    assert_eq!(browser.errors(), [""; 0]);
}

/// A million records: tasks that take turns, a pin that changes, bytes that are sent.
fn million() -> Trace {
    let mut trace = one_byte::trace();
    let uart = trace.name("uart4");
    let mut at = trace.end();
    while trace.records().len() < 1_000_000 {
        at += Duration::from_micros(100);
        let cause = Some(trace.push(at, None, Kind::UartTx { uart, byte: at.as_micros() as u8 }));
        for (task, level) in [(one_byte::SENDER, NetLevel::Low), (one_byte::READER, NetLevel::High)] {
            let entry = Entry::Task(task);
            trace.push(at, cause, Kind::Edge { net: one_byte::NET, level });
            trace.push(at, cause, Kind::Ready { entry, why: Why::Yielded });
            let took = Duration::from_micros(20);
            let step = Kind::Step { task, first: false, stale: false, yielded: Yielded::None, took };
            trace.push(at, cause, step);
            at += took;
        }
    }
    trace
}

/// However long the run and whatever is visible of it, as much is drawn as a screen of so many columns can show.
#[test]
fn a_run_of_a_million_records_is_scrubbed_and_zoomed() {
    let Some(browser) = Browser::start("long") else { return };
    let trace = million();
    let mut page = Vec::new();
    write_page(&trace, None, &mut page).expect("memory takes everything");
    browser.open(&String::from_utf8(page).expect("UTF-8"));
    browser.run(
        "window.drawn = 0;
         for (const name of ['fillRect', 'lineTo', 'fillText']) {
           const own = CanvasRenderingContext2D.prototype[name];
           CanvasRenderingContext2D.prototype[name] = function (...rest) { window.drawn++; return own.apply(this, rest); };
         }",
        &json!([]),
    );
    let scrubbed = |permille: u32| {
        let script = "
            const slider = document.getElementById('slider');
            slider.value = arguments[0] * 1000; slider.dispatchEvent(new Event('input'));
            window.drawn = 0; draw();
            return window.drawn";
        browser.run(script, &json!([permille])).as_u64().expect("a number")
    };
    let (columns, strips) = (1200, 7);
    for zoom in 0..5 {
        for permille in [0, 250, 500, 999] {
            let drawn = scrubbed(permille);
            assert!(drawn > 20 && drawn < 5 * columns * strips, "{drawn} strokes at zoom {zoom}");
        }
        (0..4).for_each(|_| browser.press("+"));
    }
    browser.press("\u{E010}");
    let last = trace.records().len() - 1;
    assert!(texts(&browser, &["record"])[0].contains(&format!("#{last}  ")));
    browser.press("\u{E012}");
    assert!(texts(&browser, &["record"])[0].contains(&format!("#{}  ", last - 1)));
    assert!(texts(&browser, &["findings"])[0].contains("Not judged"));
    assert_eq!(browser.errors(), [""; 0]);
}

/// What is drawn is drawn in the colours of the scheme, also when that changes while the page is open.
#[test]
fn the_page_is_light_or_dark_as_the_reader_wants() {
    let Some(browser) = Browser::start("schemes") else { return };
    let (_, page) = page_of(&failing());
    browser.open(&page);
    let background = || browser.run("return getComputedStyle(document.body).backgroundColor", &json!([]));
    let mut shown = Vec::new();
    for scheme in ["light", "dark", "light"] {
        browser.prefer(scheme);
        // The canvas is drawn anew in the next frame; this answers behind it.
        browser.run_later("requestAnimationFrame(() => requestAnimationFrame(() => done(0)))");
        assert!(browser.pixels_of("running") > 3_000, "{scheme}: tasks that run");
        assert!(browser.pixels_of("back") > 100_000, "{scheme}: the background");
        assert!(browser.pixels_of("fore") > 100, "{scheme}: labels");
        shown.push(background());
    }
    assert_eq!(shown, ["rgb(255, 255, 255)", "rgb(15, 19, 24)", "rgb(255, 255, 255)"]);
    assert_eq!(browser.errors(), [""; 0]);
}

/// Bars for each task, and the figures beside them.
#[test]
fn latencies_are_shown_as_histograms() {
    let Some(browser) = Browser::start("latencies") else { return };
    let (_, page) = page_of(&failing());
    browser.open(&page);
    let rows = browser.run(
        "return [...document.querySelectorAll('#latencies tr')].slice(1).map(row => [row.cells[0].textContent,
           +row.cells[1].textContent, [...row.querySelectorAll('i')].reduce((sum, bar) => sum + parseInt(bar.title), 0),
           [...row.querySelectorAll('i')].filter(bar => bar.offsetHeight > 0).length > 0])",
        &json!([]),
    );
    // Name, steps, and the sum over all bars.
    assert_eq!(rows, json!([["hog", 12, 12, true], ["sleeper", 2, 2, true]]));
}

//! What the outside does, and what is expected of wires over time.
//!
//! Owns a file with every action that can be run, and one with every pattern over time.

use vpyb_core::time::{Duration, Instant};
use vpyb_sim::scenario::model::*;

use super::scenario;

const ACTORS: &str = r#"
schema = 1

[board]
links = [["X1", "X2"]]

[parts.peer]
kind = "serial-peer"
uart = "uart2"
baud = 2400

[parts.start]
kind = "button"
pin = "Y1"
to = "3v3"
bounce = "6ms"

[parts.stop]
kind = "button"
pin = "Y2"
bounce = ["1ms", "1.5ms"]

[parts.USR]
kind = "button"

[parts.pattern]
kind = "logic-source"
pin = "Y2"
edges = [["0s", "low"], ["1ms", "float"], ["2ms", "high"]]

[[task]]
name = "a"
script = ["yield"]

[run]
until = "1s"

[[actor]]
name = "line"
steps = [
  { send = { to = "uart2", data = "a" }, mark = "first" },
  { after = "1ms", send = { to = "uart4", data = "b", times = 2 } },
  { at = "1s", drive = { pin = "X3", level = "float" } },
  { stall = "30ms" },
  { ctrl_c = true },
  { cancel = "a" },
  { pulse = { pin = "X3", level = "low", for = "2ms" } },
  { glitch = { pin = "X4", for = "1us" } },
  { unplug = ["X2", "X1"] },
  { plug = ["X1", "X2"] },
  { irq = { pin = "X3" } },
  { press = "USR" },
  { release = "start" },
  { tap = { part = "start", for = "80ms" } },
  { await = { mark = "first" }, within = "5ms" },
  { on = { edge = "LED1", to = "high" }, await = { stimulus = "stimulus#1" } },
  { mark = "end" },
]

[[stimulus]]
at = "2s"
drive = { pin = "X3", level = "low" }
"#;

#[test]
fn an_absent_time_word_means_at_once_and_a_peer_says_the_speed() {
    let scenario = scenario(ACTORS);
    let send =
        |to: &str, data: &str, times, baud| Action::Send { to: to.into(), data: data.into(), times, baud };
    let after = |ms| When::After(Duration::from_millis(ms));
    let event = |what| Event { what, nth: None, once_per: None };
    let link = || ["X1".to_owned(), "X2".to_owned()];
    let pin = |pin: &str| pin.to_owned();
    let steps = [
        (after(0), send("uart2", "a", 1, 2_400), Some("first")),
        (after(1), send("uart4", "b", 2, 9_600), None),
        (When::At(Instant::from_millis(1_000)), Action::Drive { pin: pin("X3"), level: None }, None),
        (after(0), Action::Stall(Duration::from_millis(30)), None),
        (after(0), Action::CtrlC, None),
        (after(0), Action::Cancel("a".into()), None),
        (after(0), Action::Pulse { pin: pin("X3"), level: Level::Low, span: Duration::from_millis(2) }, None),
        (after(0), Action::Glitch { pin: pin("X4"), span: Duration::from_micros(1) }, None),
        (after(0), Action::Plug { link: link(), plugged: false }, None),
        (after(0), Action::Plug { link: link(), plugged: true }, None),
        (after(0), Action::Irq { pin: pin("X3") }, None),
        (after(0), Action::Press { part: "USR".into(), pressed: true }, None),
        (after(0), Action::Press { part: "start".into(), pressed: false }, None),
        (after(0), Action::Tap { part: "start".into(), span: Duration::from_millis(80) }, None),
        (
            after(0),
            Action::Await { event: event(What::Mark("first".into())), within: Duration::from_millis(5) },
            None,
        ),
        (
            When::On(event(What::Edge { pin: pin("LED1"), to: Level::High })),
            Action::Await {
                event: event(What::Stimulus("stimulus#1".into())),
                within: Duration::from_secs(1),
            },
            None,
        ),
        (after(0), Action::Nothing, Some("end")),
    ];
    let found: Vec<_> = scenario.actors[0]
        .steps
        .iter()
        .map(|step| (step.when.clone(), step.action.clone(), step.mark.clone()))
        .collect();
    let steps: Vec<_> =
        steps.into_iter().map(|(when, action, mark)| (when, action, mark.map(str::to_owned))).collect();
    assert_eq!(found, steps);
    let stall = &scenario.actors[0].steps[3];
    assert_eq!(&ACTORS[stall.span.clone()], "{ stall = \"30ms\" }");
    assert_eq!(scenario.actors[1].name, "stimulus#1");
}

#[test]
fn buttons_and_sources_have_their_values() {
    let parts = scenario(ACTORS).parts;
    let button = |pin: &str, to, bounce| Part::Button { pin: pin.into(), to, bounce };
    let listed = |us: &[u64]| Bounce::Listed(us.iter().map(|&us| Duration::from_micros(us)).collect());
    assert_eq!(
        *parts.get("start").expect("a part"),
        button("Y1", Level::High, Bounce::Seeded(Duration::from_millis(6)))
    );
    assert_eq!(*parts.get("stop").expect("a part"), button("Y2", Level::Low, listed(&[1_000, 1_500])));
    assert_eq!(
        *parts.get("USR").expect("a part"),
        button("X4", Level::Low, listed(&[])),
        "where the vocabulary has it"
    );
    let edges = [(0, Some(Level::Low)), (1, None), (2, Some(Level::High))];
    let edges = edges.map(|(ms, level)| (Instant::from_millis(ms), level)).into();
    assert_eq!(*parts.get("pattern").expect("a part"), Part::LogicSource { pin: "Y2".into(), edges });
}

const OVER_TIME: &str = r#"
schema = 1

[[task]]
name = "a"
script = ["yield"]

[run]
until = "1s"

[[expect]]
title = "level"
pin = "X3"
is = "floating"
at = "10ms"

[[expect]]
title = "stays"
pin = "LED1"
stays = "low"

[[expect]]
title = "duty"
pin = "X3"
duty = "50% ± 2.5%"
between = ["1ms", "2ms"]

[[expect]]
title = "pulse"
pin = "X3"
pulse = "< 2ms"
level = "low"

[[expect]]
title = "period"
every = { irq = "X3", event = "handler" }
period = "100ms ± 5ms"
"#;

#[test]
fn patterns_over_time_have_their_values() {
    let pin = || "X3".to_owned();
    let ms = Instant::from_millis;
    let limit = |amount, inclusive| Some(Limit { amount, inclusive });
    let bound = |min, max, text: &str| Bound { min, max, text: text.into() };
    let share = |n| limit(Amount::Share(n), true);
    let time = |ms: i64, inclusive| limit(Amount::Time(ms * 1_000_000), inclusive);
    let handler = What::Irq { irq: pin(), event: IrqEvent::Handler };
    let expected = [
        Pattern::Level { pin: pin(), is: None, at: ms(10) },
        Pattern::Stays { pin: "LED1".into(), level: Some(Level::Low), between: None },
        Pattern::Duty {
            pin: pin(),
            duty: bound(share(4750), share(5250), "50% ± 2.5%"),
            between: Some((ms(1), ms(2))),
        },
        Pattern::Pulse {
            pin: pin(),
            level: Level::Low,
            pulse: bound(None, time(2, false), "< 2ms"),
            between: None,
        },
        Pattern::Period {
            every: Event { what: handler, nth: None, once_per: None },
            period: bound(time(95, true), time(105, true), "100ms ± 5ms"),
            between: None,
        },
    ];
    let patterns: Vec<Pattern> =
        scenario(OVER_TIME).expects.into_iter().map(|expect| expect.pattern).collect();
    assert_eq!(patterns, expected);
}

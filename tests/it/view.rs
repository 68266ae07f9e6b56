//! The terminal's view of a run: what each key does, and what is on the screen.
//!
//! Owns the screens, which a person has read; a real terminal is driven in `sim/cli/tests/cli/terminal.rs`.

use insta::assert_snapshot;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use vpyb_cli::PROGRAMS;
use vpyb_cli::view::View;
use vpyb_core::time::Instant;
use vpyb_sim::runner::{self, Options};
use vpyb_sim::trace::{Kind, Meta, Seq, Trace};

use crate::checked_in::scenarios;
use crate::one_byte;

fn trace_of(name: &str) -> Trace {
    let scenario = scenarios().into_iter().find(|scenario| scenario.name == name).expect("a scenario");
    runner::run(&scenario, PROGRAMS, Options::default()).trace
}

fn screen(view: &mut View<'_>, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view.draw(frame)).unwrap();
    terminal.backend().to_string()
}

/// Presses keys: each sign is a key, and these are arrows, `⏎` and the like.
fn press(view: &mut View<'_>, keys: &str) -> bool {
    keys.chars().all(|sign| {
        let code = match sign {
            '→' => KeyCode::Right,
            '←' => KeyCode::Left,
            '↓' => KeyCode::Down,
            '↑' => KeyCode::Up,
            '⏎' => KeyCode::Enter,
            '⇤' => KeyCode::Home,
            '⇥' => KeyCode::End,
            '⌫' => KeyCode::Backspace,
            '⎋' => KeyCode::Esc,
            sign => KeyCode::Char(sign),
        };
        view.key(KeyEvent::new(code, KeyModifiers::NONE))
    })
}

#[test]
fn a_run_at_a_glance() {
    let trace = trace_of("scenarios/uart_loopback/hello.toml");
    let mut view = View::new(&trace, Some(Instant::from_millis(2_023)));
    assert_snapshot!("glance", screen(&mut view, 110, 20));
    press(&mut view, "++++++++");
    assert_snapshot!("near", screen(&mut view, 110, 20));
    press(&mut view, "s");
    assert_snapshot!("state", screen(&mut view, 130, 30));
    press(&mut view, "s?");
    assert_snapshot!("help", screen(&mut view, 110, 20));
}

#[test]
fn a_byte_is_read_off_its_strips() {
    let trace = one_byte::trace();
    let mut view = View::new(&trace, None);
    assert_snapshot!("one_byte", screen(&mut view, 100, 18));
}

#[test]
fn the_cursor_moves_by_record_by_time_and_by_strip() {
    let trace = one_byte::trace();
    let mut view = View::new(&trace, None);
    screen(&mut view, 100, 18);
    press(&mut view, "→→→");
    assert_eq!(view.cursor(), Seq(3));
    press(&mut view, "←");
    assert_eq!(view.cursor(), Seq(2));
    press(&mut view, "⇥");
    assert_eq!(view.cursor().0 as usize, trace.records().len() - 1);
    press(&mut view, "→⇤←");
    assert_eq!(view.cursor(), Seq(0));
    // The second strip is the reader's: its changes, there and back.
    press(&mut view, "↓]]");
    let there = view.cursor();
    let task = |seq| trace.get(seq).unwrap().kind.task();
    assert_eq!(task(there), Some(one_byte::READER));
    press(&mut view, "][");
    assert_eq!(view.cursor(), there);
    // Half a screen on is later, and back is not later than before.
    let at = |view: &View<'_>| trace.get(view.cursor()).unwrap().at;
    let before = at(&view);
    press(&mut view, ">");
    assert!(at(&view) > before);
    press(&mut view, "<");
    assert!(at(&view) <= before);
}

#[test]
fn the_cursor_goes_to_causes_instants_texts_and_marks() {
    let trace = one_byte::trace();
    let mut view = View::new(&trace, None);
    press(&mut view, "g2ms⏎");
    let here = view.cursor();
    assert!(trace.get(here).unwrap().at >= Instant::from_millis(2));
    press(&mut view, "ma");
    press(&mut view, "c");
    assert_eq!(Some(view.cursor()), trace.get(here).unwrap().cause);
    press(&mut view, "b");
    assert_eq!(view.cursor(), here);
    press(&mut view, "⇤/start bitx⌫⏎");
    let found = view.cursor();
    assert!(matches!(trace.get(found).unwrap().kind, Kind::UartStart { .. }));
    press(&mut view, "n");
    let next = view.cursor();
    assert!(next > found && matches!(trace.get(next).unwrap().kind, Kind::UartStart { .. }));
    press(&mut view, "n");
    assert_eq!(view.cursor(), next, "there is no third");
    press(&mut view, "N");
    assert_eq!(view.cursor(), found);
    press(&mut view, "'a");
    assert_eq!(view.cursor(), here);
    press(&mut view, "gsoon⏎");
    assert!(screen(&mut view, 160, 18).contains("failed to read the instant `soon`"));
    press(&mut view, "⇤c");
    assert!(screen(&mut view, 100, 18).contains("it has no cause"));
}

#[test]
fn some_keys_leave() {
    let trace = one_byte::trace();
    let mut view = View::new(&trace, None);
    assert!(!press(&mut view, "q"));
    assert!(press(&mut view, "?⎋"), "first the help goes");
    assert!(!press(&mut view, "⎋"));
    assert!(!view.key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
    assert!(press(&mut view, "/q"), "a text is being typed");
}

#[test]
fn a_trace_without_records_is_shown() {
    let trace = Trace::new(Meta::default());
    let mut view = View::new(&trace, None);
    press(&mut view, "→←⇥]c/x⏎n>+-0s");
    assert!(screen(&mut view, 80, 10).contains("the trace has no records"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_keys_on_any_screen_keep_the_cursor_visible(
        keys in "[→←↓↑⇤⇥hjkl,.<>+=0cbnNms'?/⏎⎋\\]\\[-]{0,60}",
        width in 1_u16..140,
        height in 1_u16..40,
    ) {
        let trace = one_byte::trace();
        let mut view = View::new(&trace, None);
        for key in keys.chars() {
            press(&mut view, &key.to_string());
            let drawn = screen(&mut view, width, height);
            prop_assert_eq!(drawn.lines().count(), usize::from(height));
            prop_assert!(view.shows_cursor());
        }
    }
}

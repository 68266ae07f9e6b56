//! What each key does.
//!
//! Owns the keys and the text that explains them.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use vpyb_sim::trace::parse_instant;

use super::cursor::{Mode, Pane, View};

/// So many records are a page.
const PAGE: isize = 20;

/// The keys, for people.
pub(super) const HELP: &str = "\
→ ←        next, previous record          ↓ ↑   another strip
PgDn PgUp  20 records on, back            ] [   next, previous of the strip
. ,        a column on, back              > <   half a screen on, back
Home End   first, last record             g     go to an instant
c b        jump to the cause, and back    + -   nearer, further; 0 all of it
/ n N      search, next, previous         m '   set a mark, go to it
s          state at the cursor            ?     these keys
q          leave";

impl View<'_> {
    /// Does what a key is for. False if the view is to be left.
    pub fn key(&mut self, event: KeyEvent) -> bool {
        if event.kind == KeyEventKind::Release {
            return true;
        }
        if event.modifiers.contains(KeyModifiers::CONTROL) && event.code == KeyCode::Char('c') {
            return false;
        }
        self.note.clear();
        match std::mem::replace(&mut self.mode, Mode::Move) {
            Mode::Move => return self.move_key(event.code),
            Mode::Search(typed) => self.typed(event.code, typed, Mode::Search, |view, typed| {
                view.sought = typed;
                view.search(true);
            }),
            Mode::Goto(typed) => {
                self.typed(event.code, typed, Mode::Goto, |view, typed| match parse_instant(&typed) {
                    Ok(at) => view.go_to_instant(at),
                    Err(error) => view.note = format!("failed to {error}"),
                })
            }
            Mode::SetMark => {
                if let KeyCode::Char(letter) = event.code {
                    self.marks.insert(letter, self.cursor);
                    self.note = format!("mark {letter} is here");
                }
            }
            Mode::GoToMark => {
                if let KeyCode::Char(letter) = event.code {
                    match self.marks.get(&letter) {
                        Some(&place) => self.go_to(place),
                        None => self.note = format!("there is no mark {letter}"),
                    }
                }
            }
        }
        true
    }

    /// A key of a text that is being typed.
    fn typed(
        &mut self,
        code: KeyCode,
        mut typed: String,
        mode: fn(String) -> Mode,
        done: fn(&mut Self, String),
    ) {
        match code {
            KeyCode::Enter => done(self, typed),
            KeyCode::Esc => {}
            KeyCode::Backspace => {
                typed.pop();
                self.mode = mode(typed);
            }
            KeyCode::Char(letter) => {
                typed.push(letter);
                self.mode = mode(typed);
            }
            _ => self.mode = mode(typed),
        }
    }

    fn move_key(&mut self, code: KeyCode) -> bool {
        let half = i64::from(self.scale.columns / 2).max(1);
        match code {
            KeyCode::Char('q') => return false,
            KeyCode::Esc if self.pane == Pane::None => return false,
            KeyCode::Esc => self.pane = Pane::None,
            KeyCode::Right | KeyCode::Char('l') => self.go_by(1),
            KeyCode::Left | KeyCode::Char('h') => self.go_by(-1),
            KeyCode::PageDown => self.go_by(PAGE),
            KeyCode::PageUp => self.go_by(-PAGE),
            KeyCode::Down | KeyCode::Char('j') => self.select(1),
            KeyCode::Up | KeyCode::Char('k') => self.select(-1),
            KeyCode::Home => self.go_to(0),
            KeyCode::End => self.go_to(usize::MAX),
            KeyCode::Char(']') => self.go_on_strip(true),
            KeyCode::Char('[') => self.go_on_strip(false),
            KeyCode::Char('.') => self.go_by_time(1),
            KeyCode::Char(',') => self.go_by_time(-1),
            KeyCode::Char('>') => self.go_by_time(half),
            KeyCode::Char('<') => self.go_by_time(-half),
            KeyCode::Char('c') => self.go_to_cause(),
            KeyCode::Char('b') => self.go_back(),
            KeyCode::Char('+' | '=') => self.zoom(true),
            KeyCode::Char('-') => self.zoom(false),
            KeyCode::Char('0') => self.zoom_out(),
            KeyCode::Char('/') => self.mode = Mode::Search(String::new()),
            KeyCode::Char('n') => self.search(true),
            KeyCode::Char('N') => self.search(false),
            KeyCode::Char('g') => self.mode = Mode::Goto(String::new()),
            KeyCode::Char('m') => self.mode = Mode::SetMark,
            KeyCode::Char('\'') => self.mode = Mode::GoToMark,
            KeyCode::Char('s') => self.toggle(Pane::State),
            KeyCode::Char('?') => self.toggle(Pane::Help),
            KeyCode::Char(other) => self.note = format!("`{other}` does nothing; ? shows the keys"),
            _ => {}
        }
        true
    }

    fn toggle(&mut self, pane: Pane) {
        self.pane = if self.pane == pane { Pane::None } else { pane };
    }

    /// All of the run.
    fn zoom_out(&mut self) {
        for _ in 0..u64::BITS {
            self.zoom(false);
        }
    }
}

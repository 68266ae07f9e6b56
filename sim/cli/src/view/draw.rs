//! The view on a screen.
//!
//! Owns where what stands, and the colours.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};
use vpyb_sim::report::brief;
use vpyb_sim::trace::{render_state, show_instant, why};

use super::cursor::{Mode, Pane, View};
use super::keys::HELP;
use super::lines::{Cell, LEGEND, Tone, cells, ticks};

/// The labels of strips.
const LABELS: u16 = 16;
/// The state beside the strips.
const STATE: u16 = 62;
/// Causes of the cursor's record that are shown.
const CAUSES: usize = 3;
/// So many columns lie between two instants of the header.
const TICK: u16 = 20;

impl View<'_> {
    /// Draws everything.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        let below = 1 + CAUSES as u16 + 1;
        let [head, body, causes, foot] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Min(2),
            Constraint::Length(below),
            Constraint::Length(1),
        ])
        .areas(frame.area());
        let beside = if self.pane == Pane::State { STATE.min(body.width / 2) } else { 0 };
        let [strips, state] =
            Layout::horizontal([Constraint::Min(LABELS + 1), Constraint::Length(beside)]).areas(body);
        self.resize(strips.width.saturating_sub(LABELS), strips.height.saturating_sub(1));
        frame.render_widget(self.head(), head);
        self.draw_strips(frame, strips);
        if beside > 0 {
            let text = render_state(&self.state(), self.trace);
            frame.render_widget(Paragraph::new(text).block(Block::bordered().title("state")), state);
        }
        frame.render_widget(
            Paragraph::new(self.causes()).block(Block::new().borders(ratatui::widgets::Borders::TOP)),
            causes,
        );
        frame.render_widget(self.foot(), foot);
        if self.pane == Pane::Help {
            self.help(frame);
        }
    }

    fn head(&self) -> Line<'static> {
        let meta = self.trace.meta();
        let text = format!(
            "{}  seed {}  {}  #{} of {}  screen {}",
            meta.scenario,
            meta.seed,
            show_instant(self.at()),
            self.cursor().0,
            self.trace.next().0.saturating_sub(1),
            brief(self.scale.span()),
        );
        Line::styled(text, Style::new().add_modifier(Modifier::BOLD))
    }

    fn draw_strips(&self, frame: &mut Frame<'_>, area: Rect) {
        let cursor = self.scale.column_of(self.at()).map(usize::from);
        let header =
            format!("{:width$}{}", "", ticks(&self.scale, TICK, show_instant), width = LABELS.into());
        let mut lines = vec![Line::styled(header, Style::new().fg(Color::DarkGray))];
        for (place, strip) in self.strips.iter().enumerate().skip(self.top).take(self.height) {
            let chosen = place == self.selected;
            let label: String = strip.label.chars().take(usize::from(LABELS) - 2).collect();
            let pointer = if chosen { '▸' } else { ' ' };
            let label = format!("{pointer}{label:width$}", width = usize::from(LABELS) - 1);
            let style = if chosen { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
            let mut spans = vec![Span::styled(label, style)];
            let row = cells(&strip.marks, &self.scale);
            spans.extend(row.iter().enumerate().map(|(column, cell)| drawn(*cell, Some(column) == cursor)));
            lines.push(Line::from(spans));
        }
        frame.render_widget(Paragraph::new(lines), area);
    }

    /// What happened at the cursor, and the nearest causes.
    fn causes(&self) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        for (place, link) in why(self.trace, self.cursor()).iter().take(CAUSES + 1).enumerate() {
            let Some(record) = self.trace.get(link.seq) else { continue };
            let lead = if place == 0 { "" } else { "because " };
            let text = format!(
                "{lead}{}  #{}  {}",
                show_instant(record.at),
                link.seq.0,
                self.words.describe(&record)
            );
            let style = if place == 0 { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
            lines.push(Line::styled(text, style));
        }
        if lines.is_empty() {
            lines.push(Line::from("the trace has no records"));
        }
        lines
    }

    fn foot(&self) -> Line<'static> {
        let text = match &self.mode {
            Mode::Search(typed) => format!("search: {typed}▏"),
            Mode::Goto(typed) => format!("go to: {typed}▏"),
            Mode::SetMark => "set which mark? (a letter)".into(),
            Mode::GoToMark => "go to which mark? (a letter)".into(),
            Mode::Move if !self.note.is_empty() => self.note.clone(),
            Mode::Move => format!("{LEGEND}   ? keys  q leave"),
        };
        Line::from(text)
    }

    fn help(&self, frame: &mut Frame<'_>) {
        let area = frame.area();
        let (width, height) = (80.min(area.width), (HELP.lines().count() as u16 + 2).min(area.height));
        let place = Rect::new((area.width - width) / 2, (area.height - height) / 2, width, height);
        frame.render_widget(Clear, place);
        frame.render_widget(Paragraph::new(HELP).block(Block::bordered().title("keys")), place);
    }
}

fn drawn(cell: Cell, is_cursor: bool) -> Span<'static> {
    let colour = match cell.tone {
        Tone::Plain => Color::Reset,
        Tone::Running => Color::Green,
        Tone::Ready => Color::Yellow,
        Tone::Waiting => Color::DarkGray,
        Tone::Wire => Color::Cyan,
        Tone::Word => Color::Blue,
        Tone::Bad => Color::Red,
    };
    let style = Style::new().fg(colour);
    // The cursor must be seen without colours, too.
    match (is_cursor, cell.sign) {
        (true, ' ') => Span::styled("│", Style::new().add_modifier(Modifier::REVERSED)),
        (true, sign) => Span::styled(sign.to_string(), style.add_modifier(Modifier::REVERSED)),
        (false, sign) => Span::styled(sign.to_string(), style),
    }
}

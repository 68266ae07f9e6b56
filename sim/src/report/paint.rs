//! Colour, or none.
//!
//! Owns the escape codes. Whoever prints decides; nothing here looks at a terminal or the environment.

/// Whether text is coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Paint(pub bool);

impl Paint {
    /// For what held.
    pub fn good(self, text: &str) -> String {
        self.wrap("32;1", text)
    }

    /// For what did not.
    pub fn bad(self, text: &str) -> String {
        self.wrap("31;1", text)
    }

    /// For headings.
    pub fn head(self, text: &str) -> String {
        self.wrap("36", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

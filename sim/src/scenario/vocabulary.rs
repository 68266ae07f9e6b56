//! The words that a board and its programs add to the format.
//!
//! Owns [`Vocabulary`], plain lists that the caller fills in. Knows no board: what is not in these
//! lists does not exist for the checker, and a discipline that is not built is left out of them.

/// What may be named in a scenario file beside the format's own words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Vocabulary {
    /// Boards, e.g. `pyboard-v1.1`.
    pub models: Vec<String>,
    /// Pins, e.g. `X1`, `USR`.
    pub pins: Vec<String>,
    /// UARTs, e.g. `uart4`; each is also the name of a table.
    pub uarts: Vec<String>,
    /// LEDs, e.g. `LED1`.
    pub leds: Vec<String>,
    /// Disciplines that can be run, e.g. `uasyncio-v2`.
    pub schedulers: Vec<String>,
    /// Cost profiles that can be used, e.g. `ideal`.
    pub profiles: Vec<String>,
    /// Programs that are compiled in.
    pub programs: Vec<ProgramWords>,
    /// What the name of a counter may begin with, beside the format's own counters: `ir` allows
    /// `ir.bad_block`.
    pub counters: Vec<String>,
}

/// What a compiled-in program adds to the format.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProgramWords {
    /// Its name.
    pub name: String,
    /// The names of its arguments.
    pub args: Vec<String>,
    /// The names of those that are whole numbers; the others are texts.
    pub numbers: Vec<String>,
    /// The names of its tasks; `blink` stands for every `blink#n`.
    pub tasks: Vec<String>,
}

impl Vocabulary {
    /// The program of this name.
    pub fn program(&self, name: &str) -> Option<&ProgramWords> {
        self.programs.iter().find(|program| program.name == name)
    }
}

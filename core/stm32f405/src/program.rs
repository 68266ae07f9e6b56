//! Which program runs, and how it is set up.
//!
//! Owns the list entry of a program, the words by which one is chosen and told its arguments, and the macro that
//! makes a firmware of programs. Where the words come from is the target's business.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use core::future::Future;
use core::pin::Pin;

use vpyb_core::{ArgSpec, ArgValue, Args, Discipline, Overrides, TaskError, Top};

use crate::target::ChipBoard;

/// A program's top level, as a box.
pub type Main = Pin<Box<dyn Future<Output = Result<(), TaskError>>>>;

/// A program of a firmware.
#[derive(Clone, Copy)]
pub struct Program {
    /// Its name: that of its module.
    pub name: &'static str,
    /// The arguments that it takes.
    pub args: &'static [ArgSpec],
    /// Makes its top level.
    pub main: fn(Top<ChipBoard>, Args) -> Main,
}

/// What runs, and how.
pub struct Chosen {
    /// The program.
    pub program: Program,
    /// Its arguments.
    pub args: Args,
    /// What is set in place of what it asks for.
    pub overrides: Overrides,
}

impl Chosen {
    /// The first of these programs, with the arguments that it has by itself.
    fn first(programs: &[Program]) -> Self {
        let program = programs[0];
        Self { program, args: Args::defaults(program.args), overrides: Overrides::default() }
    }

    /// Takes one word: a program's name, `argument=value` for the program chosen so far, or `--setting=value` for
    /// the event loop. A name comes before its arguments; a firmware of one program need not say it.
    fn take(&mut self, word: &str, programs: &[Program]) -> Result<(), String> {
        if let Some(setting) = word.strip_prefix("--") {
            return self.set(setting);
        }
        let Some((name, value)) = word.split_once('=') else {
            let Some(program) = programs.iter().find(|program| program.name == word) else {
                let known: String = programs.iter().map(|program| format!(" {}", program.name)).collect();
                return Err(format!("there is no program `{word}` in this firmware; it has:{known}"));
            };
            self.program = *program;
            self.args = Args::defaults(program.args);
            return Ok(());
        };
        let Some(spec) = self.program.args.iter().find(|spec| spec.name == name) else {
            let known: String = self.program.args.iter().map(|spec| format!(" {}", spec.name)).collect();
            return Err(format!("`{}` takes no argument `{name}`; it has:{known}", self.program.name));
        };
        let value = match spec.default {
            vpyb_core::ArgDefault::Text(_) => ArgValue::Text(value.to_string()),
            vpyb_core::ArgDefault::Int(_) => ArgValue::Int(number(name, value)?),
        };
        self.args.set(name, value).map_err(|error| error.to_string())
    }

    fn set(&mut self, setting: &str) -> Result<(), String> {
        let Some((name, value)) = setting.split_once('=') else {
            return Err(format!("write a setting as `--name=value`, not as `--{setting}`"));
        };
        let length = || number(name, value);
        match name {
            "discipline" => {
                let known = Discipline::from_name(value);
                self.overrides.discipline =
                    Some(known.ok_or_else(|| format!("there is no discipline `{value}`"))?);
            }
            "runq_len" => self.overrides.runq_len = Some(length()?),
            "waitq_len" => self.overrides.waitq_len = Some(length()?),
            "ioq_len" => self.overrides.ioq_len = Some(length()?),
            "lp_len" => self.overrides.lp_len = Some(length()?),
            "max_overdue_ms" => self.overrides.max_overdue_ms = Some(number(name, value)?),
            _ => return Err(format!("there is no setting `--{name}`")),
        }
        Ok(())
    }
}

/// Chooses a program and its arguments by words.
///
/// # Errors
///
/// A sentence, for the first word that cannot be taken.
pub fn choose<'a>(programs: &[Program], words: impl IntoIterator<Item = &'a str>) -> Result<Chosen, String> {
    let mut chosen = Chosen::first(programs);
    for word in words {
        chosen.take(word, programs)?;
    }
    Ok(chosen)
}

pub(crate) fn number<T: core::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("`{name}` must be a whole number, not `{value}`"))
}

/// A firmware: an entry point that runs one of these programs, given by the paths of their modules.
#[macro_export]
macro_rules! firmware {
    ($($module:ident :: $name:ident),+ $(,)?) => {
        #[$crate::entry]
        fn main() -> ! {
            $crate::target::start(&[$($crate::Program {
                name: stringify!($name),
                args: $module::$name::ARGS,
                main: |top, args| $crate::boxed($module::$name::main(top, args)),
            }),+])
        }
    };
}

/// Boxes a program's top level.
pub fn boxed(main: impl Future<Output = Result<(), TaskError>> + 'static) -> Main {
    Box::pin(main)
}

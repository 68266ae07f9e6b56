//! The names that this command line knows: those of the board, the profiles and the programs.

use vpyb_core::{ArgDefault, ArgSpec, Discipline};

use crate::board::{BoardPin, MODEL, PINS, Profile, UARTS};
use crate::runner::Program;
use crate::scenario::{ProgramWords, Vocabulary};

/// The words that these programs and the board add to the scenario format.
pub fn vocabulary(programs: &[Program]) -> Vocabulary {
    let (leds, pins): (Vec<_>, Vec<_>) = PINS.iter().partition(|pin| pin.is_led());
    let names = |pins: Vec<&BoardPin>| pins.iter().map(|pin| pin.name.to_owned()).collect();
    Vocabulary {
        models: vec![MODEL.to_owned()],
        pins: names(pins),
        uarts: UARTS.iter().map(|unit| unit.name.to_owned()).collect(),
        leds: names(leds),
        schedulers: Discipline::ALL.iter().map(|discipline| discipline.name().to_owned()).collect(),
        profiles: Profile::ALL.iter().map(|profile| profile.name.to_owned()).collect(),
        programs: programs.iter().map(program_words).collect(),
        counters: Vec::new(),
    }
}

fn program_words(program: &Program) -> ProgramWords {
    let is_number = |spec: &&ArgSpec| matches!(spec.default, ArgDefault::Int(_));
    ProgramWords {
        name: program.name.to_owned(),
        args: program.args.iter().map(|spec| spec.name.to_owned()).collect(),
        numbers: program.args.iter().filter(is_number).map(|spec| spec.name.to_owned()).collect(),
        tasks: program.tasks.iter().map(|&task| task.to_owned()).collect(),
    }
}

//! The names that scenario files may use: those of the board, the profiles and the programs.

use vpyb_core::{ArgDefault, ArgSpec, Discipline};

use crate::board::{BUSES, BoardPin, I2cUnit, MODEL, PINS, Profile, SWITCHES, UARTS, UartUnit};
use crate::devices::SENSORS;
use crate::mcu::TimerId;
use crate::runner::Program;
use crate::scenario::{ProgramWords, UnitPin, Vocabulary};

/// The words that these programs and the board add to the scenario format.
pub fn vocabulary(programs: &[Program]) -> Vocabulary {
    let (leds, pins): (Vec<&BoardPin>, Vec<&BoardPin>) = PINS.iter().partition(|pin| pin.is_led());
    let named_otherwise = PINS.iter().filter(|pin| pin.name != pin.chip_name());
    let off_header = pins.iter().filter(|pin| !pin.is_on_header());
    let names = |pins: Vec<&BoardPin>| pins.iter().map(|pin| pin.name.to_owned()).collect();
    Vocabulary {
        models: vec![MODEL.to_owned()],
        chip_names: named_otherwise.map(|pin| (pin.chip_name(), pin.name.to_owned())).collect(),
        flow_pins: UARTS.iter().flat_map(flow_pins).collect(),
        switches: SWITCHES.iter().map(|&(name, pin)| (name.to_owned(), pin.to_owned())).collect(),
        fixed: off_header.map(|pin| pin.name.to_owned()).collect(),
        unit_pins: UARTS.iter().flat_map(uart_pins).chain(BUSES.iter().flat_map(bus_pins)).collect(),
        pins: names(pins),
        uarts: UARTS.iter().map(|unit| unit.name.to_owned()).collect(),
        buses: BUSES.iter().map(|unit| unit.name.to_owned()).collect(),
        sensors: SENSORS.iter().map(|model| model.kind).collect(),
        timers: TimerId::all().map(TimerId::name).collect(),
        leds: names(leds),
        schedulers: Discipline::ALL.iter().map(|discipline| discipline.name().to_owned()).collect(),
        profiles: Profile::ALL.iter().map(|profile| profile.name.to_owned()).collect(),
        programs: programs.iter().map(program_words).collect(),
        counters: programs.iter().map(|program| program.name).chain(["ir"]).map(str::to_owned).collect(),
    }
}

fn uart_pins(unit: &UartUnit) -> [UnitPin; 2] {
    [(unit.tx, true), (unit.rx, false)].map(|(pin, drives)| UnitPin {
        unit: unit.name.to_owned(),
        pin: pin.to_owned(),
        drives,
    })
}

fn flow_pins(unit: &UartUnit) -> impl Iterator<Item = UnitPin> + use<> {
    let unit_name = unit.name;
    let pins = [(unit.rts, true), (unit.cts, false)].into_iter();
    pins.filter_map(move |(pin, drives)| {
        Some(UnitPin { unit: unit_name.to_owned(), pin: pin?.to_owned(), drives })
    })
}

/// Open drains: they drive low only.
fn bus_pins(unit: &I2cUnit) -> [UnitPin; 2] {
    [unit.scl, unit.sda].map(|pin| UnitPin { unit: unit.name.to_owned(), pin: pin.to_owned(), drives: false })
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

//! What is on each pin: the board's own data, and what a scenario puts there.
//!
//! Owns [`pinout`] and its text, which `vpyb board` prints. Knows no run: it tells what a file says, and a program's own
//! peripherals only as far as the file names them.

use std::collections::BTreeMap;

use vpyb_core::{PinMode, Pull};

use super::pins::{BoardPin, PINS, alternate_number};
use super::pyboard::{BUSES, MODEL, SWITCHES, UARTS, UartUnit};
use crate::scenario::model::{Action, Level, Op, Part, Scenario};
use crate::trace::align;

/// A pin and what a scenario does with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PinUse {
    /// The pin.
    pub pin: &'static BoardPin,
    /// What it is used for and wired to, one text each.
    pub uses: Vec<String>,
}

/// Every pin of the board, in its order, with what `scenario` does with it.
pub fn pinout(scenario: Option<&Scenario>) -> Vec<PinUse> {
    let mut uses = scenario.map(uses_of).unwrap_or_default();
    PINS.iter().map(|pin| PinUse { pin, uses: uses.remove(pin.name).unwrap_or_default() }).collect()
}

type Uses = BTreeMap<&'static str, Vec<String>>;

fn uses_of(scenario: &Scenario) -> Uses {
    let mut uses = Uses::new();
    let mut add = |pin: &str, text: String| {
        // A name that the board does not have was refused before.
        let Some(known) = PINS.iter().find(|known| known.name == pin) else { return };
        let texts = uses.entry(known.name).or_default();
        if !texts.contains(&text) {
            texts.push(text);
        }
    };
    firmware(scenario, &mut add);
    for [a, b] in &scenario.board.links {
        add(a, format!("linked to {b}"));
        add(b, format!("linked to {a}"));
    }
    scenario.parts.iter().for_each(|(name, part)| stands(name, part, &mut add));
    for actor in &scenario.actors {
        actor.steps.iter().for_each(|step| acts(&actor.name, &step.action, scenario, &mut add));
    }
    uses
}

/// Takes a pin and what it is used for.
type Add<'a> = &'a mut dyn FnMut(&str, String);

fn firmware(scenario: &Scenario, add: Add<'_>) {
    for (name, object) in &scenario.objects.uarts {
        if let Some(unit) = unit(&object.uart) {
            add(unit.tx, format!("{} TX (`{name}`)", unit.name));
            add(unit.rx, format!("{} RX (`{name}`)", unit.name));
            let flow = object.line.flow.unwrap_or_default();
            for (pin, used, line) in [(unit.rts, flow.rts, "RTS"), (unit.cts, flow.cts, "CTS")] {
                if let Some(pin) = pin.filter(|_| used) {
                    add(pin, format!("{} {line} (`{name}`)", unit.name));
                }
            }
        }
    }
    for (name, object) in &scenario.objects.pins {
        add(&object.pin, format!("{} (`{name}`)", mode(object.mode)));
    }
    for task in &scenario.tasks {
        task.script.iter().for_each(|op| speaks(op, add));
    }
}

/// An operation may use a bus that no object declares.
fn speaks(op: &Op, add: Add<'_>) {
    match op {
        Op::I2cWrite { bus, .. } | Op::I2cRead { bus, .. } | Op::I2cScan(bus) | Op::I2cRecover(bus) => {
            on_bus(bus, "", add);
        }
        Op::Accel => {
            on_bus(BUSES[0].name, "", add);
            add("PB5", "output".into());
        }
        _ => op.bodies().into_iter().flatten().for_each(|op| speaks(op, add)),
    }
}

/// The lines of a unit, for what `whose` says, or for the unit itself.
fn on_bus(bus: &str, whose: &str, add: Add<'_>) {
    let Some(unit) = BUSES.iter().find(|unit| unit.name == bus) else { return };
    let whose = if whose.is_empty() { unit.name } else { whose };
    add(unit.scl, format!("{whose} SCL"));
    add(unit.sda, format!("{whose} SDA"));
}

fn stands(name: &str, part: &Part, add: Add<'_>) {
    match part {
        Part::SerialPeer { uart, baud, line, replies } => {
            if let Some(unit) = unit(uart) {
                add(unit.rx, format!("part `{name}`: serial peer, {baud} baud"));
                if !replies.is_empty() {
                    add(unit.tx, format!("part `{name}`: listens"));
                }
                let flow = line.flow.unwrap_or_default();
                for (pin, wired) in [(unit.rts, flow.rts), (unit.cts, flow.cts)] {
                    if let Some(pin) = pin.filter(|_| wired) {
                        add(pin, format!("part `{name}`: flow control"));
                    }
                }
            }
        }
        Part::UartFeed { uart } => {
            if let Some(unit) = unit(uart) {
                add(unit.rx, format!("part `{name}`: feeds {uart} without a wire"));
            }
        }
        Part::Sensor { kind, bus, .. } => on_bus(bus, &format!("part `{name}`: {kind}"), add),
        Part::Mma7660 { .. } => {
            on_bus(BUSES[0].name, &format!("part `{name}`: mma7660"), add);
            add("PB5", format!("part `{name}`: mma7660 supply"));
            add("PB2", format!("part `{name}`: mma7660 INT"));
        }
        Part::NecRemote { pin, .. } => add(pin, format!("part `{name}`: infrared receiver")),
        Part::Button { pin, to, .. } => add(pin, format!("part `{name}`: button to {}", rail(*to))),
        Part::LogicSource { pin, .. } => add(pin, format!("part `{name}`: logic source")),
        Part::Network(_) => {}
    }
}

fn acts(actor: &str, action: &Action, scenario: &Scenario, add: Add<'_>) {
    match action {
        Action::Send { to, .. } | Action::Break { to, .. } => {
            if let Some(unit) = unit(to) {
                add(unit.rx, format!("actor `{actor}` sends"));
            }
        }
        Action::Drive { pin, .. } | Action::Pulse { pin, .. } => {
            add(pin, format!("actor `{actor}` drives"));
        }
        Action::Glitch { pin, .. } | Action::Irq { pin } => add(pin, format!("actor `{actor}` disturbs")),
        Action::Plug { link, .. } => link.iter().for_each(|pin| add(pin, format!("actor `{actor}` unplugs"))),
        Action::Press { part, .. } | Action::Tap { part, .. } => {
            let own = SWITCHES.iter().find(|(name, _)| name == part).map(|(_, pin)| *pin);
            let pin = match scenario.parts.get(part) {
                Some(Part::Button { pin, .. }) => Some(pin.as_str()),
                _ => own,
            };
            if let Some(pin) = pin {
                add(pin, format!("actor `{actor}` presses `{part}`"));
            }
        }
        _ => {}
    }
}

fn unit(name: &str) -> Option<&'static UartUnit> {
    UARTS.iter().find(|unit| unit.name == name)
}

fn rail(level: Level) -> &'static str {
    match level {
        Level::Low => "ground",
        Level::High => "3.3 V",
    }
}

fn mode(mode: PinMode) -> String {
    let pulled = |pull| match pull {
        Pull::None => "",
        Pull::Up => ", pulled up",
        Pull::Down => ", pulled down",
    };
    match mode {
        PinMode::Input(pull) => format!("input{}", pulled(pull)),
        PinMode::Output => "output".into(),
        PinMode::OpenDrain(pull) => format!("open drain{}", pulled(pull)),
    }
}

/// A heading, and which pins stand under it.
type Group = (&'static str, fn(&PinUse) -> bool);

/// Groups of pins under their headings, then the units. With a scenario, only what it uses, and for what.
pub fn render_pinout(scenario: Option<&Scenario>) -> String {
    let pins = pinout(scenario);
    let Some(scenario) = scenario else { return whole(&pins) };
    let used: Vec<_> = pins.iter().filter(|pin| !pin.uses.is_empty()).collect();
    let mut text = format!("{MODEL}, as wired by {}\n\n", scenario.name);
    if used.is_empty() {
        text += "nothing is wired, and no pin is named";
        return text;
    }
    let rows = used.iter().map(|PinUse { pin, uses }| {
        [pin.name.to_owned(), pin.chip_name(), format!("line {}", pin.number), uses.join("; ")]
    });
    let headings = ["pin", "chip", "interrupt", "use"].map(str::to_owned);
    text += &align(std::iter::once(headings).chain(rows).collect());
    text
}

fn whole(pins: &[PinUse]) -> String {
    let mut text = format!("{MODEL}\n");
    let groups: [Group; 4] = [
        ("header X", |used| used.pin.name.starts_with('X')),
        ("header Y", |used| used.pin.name.starts_with('Y')),
        ("LEDs", |used| used.pin.is_led()),
        ("on no header", |used| !used.pin.is_on_header() && !used.pin.is_led()),
    ];
    for (title, belongs) in groups {
        let headings = ["pin", "chip", "interrupt", "alternate functions (AF)", "analogue", "on the board"];
        let rows = pins.iter().filter(|used| belongs(used)).map(|PinUse { pin, .. }| {
            let functions = pin.functions.iter().map(|name| match alternate_number(name) {
                Some(number) => format!("{name} ({number})"),
                None => (*name).to_owned(),
            });
            [
                pin.name.to_owned(),
                pin.chip_name(),
                format!("line {}", pin.number),
                functions.collect::<Vec<_>>().join(" "),
                pin.analogue.join(" "),
                pin.on_board.to_owned(),
            ]
        });
        let lines = align(std::iter::once(headings.map(str::to_owned)).chain(rows).collect());
        text += &format!("\n{title}\n{lines}");
    }
    let headings = ["unit", "", "TX", "RX", "CTS", "RTS", "clock"].map(str::to_owned);
    let rows = UARTS.iter().map(|unit| {
        [unit.name, unit.label, unit.tx, unit.rx, unit.cts.unwrap_or(""), unit.rts.unwrap_or("")]
            .map(str::to_owned)
    });
    let clocks = UARTS.iter().map(|unit| format!("{} MHz", unit.clock / 1_000_000));
    let rows = rows
        .zip(clocks)
        .map(|([name, label, tx, rx, cts, rts], clock)| [name, label, tx, rx, cts, rts, clock]);
    text += &format!("\nUARTs\n{}", align(std::iter::once(headings).chain(rows).collect()));
    let headings = ["unit", "SCL", "SDA"].map(str::to_owned);
    let rows = BUSES.iter().map(|unit| [unit.name, unit.scl, unit.sda].map(str::to_owned));
    text += &format!("\nI2C units\n{}", align(std::iter::once(headings).chain(rows).collect()));
    text += "\nX13 and Y13 are reset, X14 and Y14 ground, X15 and Y15 3.3 V, X16 and Y16 VIN, X23 the analogue 3.3 V,\n\
             X24 the analogue ground. Pins of one interrupt line cannot both have a handler.";
    text
}

//! `vpyb board`: the pinout, and what a scenario puts on each pin.

use serde_json::{Value, json};
use vpyb_sim::board::{PinUse, alternate_number, pinout, render_pinout};
use vpyb_sim::runner::Program;
use vpyb_sim::scenario::model::Scenario;

use super::arguments::{Arguments, BoardCall, Paths};
use super::files::{complain, find};
use super::output::say;
use super::{EXIT_HELD, EXIT_USAGE};

/// Shows the board; gives the exit status.
pub fn board(arguments: &Arguments, call: &BoardCall, programs: &[Program]) -> u8 {
    let Some(path) = &call.scenario else {
        show(arguments, None);
        return EXIT_HELD;
    };
    let found = find(arguments, &Paths::of(path), programs);
    match &found.scenarios[..] {
        [scenario] => show(arguments, Some(scenario)),
        [] => return EXIT_USAGE,
        several => {
            let names: Vec<_> = several.iter().map(|scenario| format!("  {}", scenario.name)).collect();
            let message = format!("`{path}` has several scenarios; name one:\n{}", names.join("\n"));
            complain(arguments, path, &message);
            return EXIT_USAGE;
        }
    }
    if found.bad { EXIT_USAGE } else { EXIT_HELD }
}

fn show(arguments: &Arguments, scenario: Option<&Scenario>) {
    if arguments.json() {
        pinout(scenario).iter().for_each(|pin| say(object(pin)));
    } else {
        say(render_pinout(scenario).trim_end());
    }
}

fn object(PinUse { pin, uses }: &PinUse) -> Value {
    let functions: Vec<Value> =
        pin.functions.iter().map(|name| json!({ "name": name, "af": alternate_number(name) })).collect();
    json!({
        "kind": "pin",
        "name": pin.name,
        "chip": pin.chip_name(),
        "irq_line": pin.number,
        "functions": functions,
        "analogue": pin.analogue,
        "on_board": pin.on_board,
        "uses": uses,
    })
}

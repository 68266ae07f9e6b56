//! The command line `vpyb` with this crate's programs: `cargo run -- run scenarios`.

use std::process::ExitCode;

fn main() -> ExitCode {
    vpyb_cli::main(&[vpyb_sim::program!(my_firmware::thermostat)])
}

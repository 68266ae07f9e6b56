//! The command `vpyb` with the tutorial's programs.

fn main() -> std::process::ExitCode {
    vpyb_cli::main(vpyb_cli::PROGRAMS)
}

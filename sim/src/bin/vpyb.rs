//! The command `vpyb` with the tutorial's programs.

fn main() -> std::process::ExitCode {
    vpyb_sim::cli::main(vpyb_sim::cli::PROGRAMS)
}

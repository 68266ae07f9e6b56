//! All programs in one firmware, for tests: the first word of the command line says which one runs.
#![no_std]
#![no_main]

vpyb_stm32f405::firmware! {
    vpyb_scenarios::round_robin,
    vpyb_scenarios::uart_loopback,
    vpyb_scenarios::uart_reader,
}

//! The program `bound_method` as a firmware.
#![no_std]
#![no_main]

vpyb_stm32f405::firmware!(vpyb_scenarios::bound_method);

//! The program `blocking_read` as a firmware.
#![no_std]
#![no_main]

vpyb_stm32f405::firmware!(vpyb_scenarios::blocking_read);

//! The program `apoll` as a firmware.
#![no_std]
#![no_main]

vpyb_stm32f405::firmware!(vpyb_scenarios::apoll);

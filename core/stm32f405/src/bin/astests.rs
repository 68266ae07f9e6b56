//! The program `astests` as a firmware.
#![no_std]
#![no_main]

vpyb_stm32f405::firmware!(vpyb_scenarios::astests);

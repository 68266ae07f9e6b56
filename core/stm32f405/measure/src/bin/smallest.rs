//! A firmware of two tasks, one that yields and one that sleeps: what the event loop adds to an empty one. It is built with
//! one discipline, and with all of them.
#![no_std]
#![no_main]

use cortex_m::asm;
use cortex_m_rt::entry;
use vpyb_core::Config;
use vpyb_measure::{begin, firmware, sleeps, yields};
use vpyb_stm32f405::idle;

#[entry]
fn main() -> ! {
    begin();
    let mut firmware = firmware(Config::default().discipline, |top| async move {
        let event_loop = top.event_loop(Config::default());
        event_loop.create_task(yields(event_loop.clone(), 10))?;
        top.run_until_complete(sleeps(event_loop, 10)).await?;
        Ok(())
    });
    let ended = idle::drive(&mut firmware, None, asm::wfi);
    semihosting::println!("empty");
    semihosting::process::exit(i32::from(!matches!(ended, Some(Ok(())))))
}

//! A firmware of one discipline whose task waits for its own waker: what it does where the core is built without wakers.
#![no_std]
#![no_main]

use core::future::poll_fn;
use core::task::Poll;

use cortex_m::asm;
use cortex_m_rt::entry;
use vpyb_core::Config;
use vpyb_measure::{begin, firmware};
use vpyb_stm32f405::idle;

#[entry]
fn main() -> ! {
    begin();
    let mut firmware = firmware(Config::default().discipline, |top| async move {
        top.event_loop(Config::default());
        let mut polls = 0;
        let woken = poll_fn(move |context| {
            context.waker().wake_by_ref();
            polls += 1;
            if polls == 1 { Poll::Pending } else { Poll::Ready(Ok(())) }
        });
        top.run_until_complete(woken).await?;
        Ok(())
    });
    let ended = idle::drive(&mut firmware, None, asm::wfi);
    semihosting::println!("woken");
    semihosting::process::exit(i32::from(!matches!(ended, Some(Ok(())))))
}

//! Drivers of single pins, on pins that expect exact reads and writes.
//!
//! Owns the lists of what each driver does to its pin, and when.

use embedded_hal_mock::eh1::MockError;
use embedded_hal_mock::eh1::digital::{Mock as PinMock, State, Transaction};
use vpyb_core::asyn::Launch;
use vpyb_core::drivers::{Led, Pushbutton, Switch};

use crate::trial::{Bench, Said, main_task, says};

fn failed() -> MockError {
    MockError::Io(std::io::ErrorKind::Other)
}

fn says_when(bench: &Bench, what: &'static str) -> Launch {
    let bench = bench.clone();
    Launch::function(move || bench.say(what))
}

/// Off, on: one write each. Flashing twice a second it is toggled at 0 and 250 ms. A pin that fails has nobody to tell.
#[test]
fn an_led_is_set_and_toggled() {
    let main = main_task!(|bench| {
        let mut pin = PinMock::new(&[
            Transaction::set(State::High),
            Transaction::set(State::Low).with_error(failed()),
            Transaction::toggle(),
            Transaction::toggle(),
        ]);
        let led = Led::new(&bench.ev, pin.clone())?;
        led.on();
        led.off();
        led.flash(2.0);
        bench.ev.sleep_ms(300).await?;
        pin.done();
        bench.say("toggled twice");
        Ok(())
    });
    says(main, Said::by_all(&["300 toggled twice"]));
}

/// A contact that is open, closes, bounces between two samples, and opens; a pin that cannot be read is unchanged.
#[test]
fn a_switch_is_sampled() {
    let main = main_task!(|bench| {
        let low = || Transaction::get(State::Low);
        let high = || Transaction::get(State::High);
        let mut pin = PinMock::new(&[high(), high(), low(), low().with_error(failed()), low(), high()]);
        let switch = Switch::new(&bench.ev, pin.clone())?;
        switch.on_close(says_when(&bench, "closed"));
        switch.on_open(says_when(&bench, "open"));
        bench.ev.sleep_ms(210).await?;
        pin.done();
        bench.say(switch.is_closed());
        Ok(())
    });
    says(main, Said::by_all(&["50 closed", "200 open", "210 false"]));
}

/// A press of two samples, and a release.
#[test]
fn a_push_button_is_sampled() {
    let main = main_task!(|bench| {
        let low = || Transaction::get(State::Low);
        let high = || Transaction::get(State::High);
        let mut pin = PinMock::new(&[high(), high(), low(), low(), high()]);
        let button = Pushbutton::new(&bench.ev, pin.clone(), false)?;
        button.on_press(says_when(&bench, "pressed"));
        button.on_release(says_when(&bench, "released"));
        bench.ev.sleep_ms(160).await?;
        pin.done();
        bench.say(button.is_pressed());
        Ok(())
    });
    says(main, Said::by_all(&["50 pressed", "150 released", "160 false"]));
}

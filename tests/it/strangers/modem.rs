//! `atat` as the client of a modem on UART 4: `Read` and `Write` of `embedded-io-async`, and time-outs of `embassy-time`.

use atat::asynch::{AtatClient, SimpleClient};
use atat::digest::ParseError;
use atat::{AtDigester, AtatCmd, AtatResp, Config, Error, InternalError, Parser};
use vpyb_core::hal::AsyncIo;
use vpyb_core::{Board, UartConfig};
use vpyb_sim::runner::boxed;

use super::{run, said};
use crate::runs::check;
use crate::trial::{Bench, TopLevel};

/// How strong the signal is: `AT+CSQ`.
struct SignalQuality;

struct Signal(String);

impl AtatResp for Signal {}

impl AtatCmd for SignalQuality {
    type Response = Signal;
    const MAX_TIMEOUT_MS: u32 = 300;

    fn write(&self, buf: &mut [u8]) -> usize {
        let command = b"AT+CSQ\r\n";
        buf[..command.len()].copy_from_slice(command);
        command.len()
    }

    fn parse(&self, resp: Result<&[u8], InternalError>) -> Result<Signal, Error> {
        Ok(Signal(String::from_utf8_lossy(resp?).into_owned()))
    }
}

/// Nothing comes unasked.
struct NoNotices;

impl Parser for NoNotices {
    fn parse(_: &[u8]) -> Result<(&[u8], usize), ParseError> {
        Err(ParseError::NoMatch)
    }
}

const MAIN: TopLevel = |top, _| {
    boxed(async move {
        let bench = Bench::of(&top);
        top.run_until_complete(async move {
            let uart = bench.board.uart("uart4", UartConfig::baud(9600))?;
            let mut buf = [0; 64];
            let (io, digester) = (AsyncIo::new(&bench.ev, uart), AtDigester::<NoNotices>::default());
            let mut client = SimpleClient::new(io, digester, &mut buf, Config::default());
            for _ in 0..3 {
                match bench.ev.interruptible(client.send(&SignalQuality)).await? {
                    Ok(Signal(text)) => bench.say(text),
                    Err(error) => bench.say(format_args!("{error:?}")),
                }
            }
            Ok(())
        })
        .named("main")
        .await?;
        Ok(())
    })
};

/// The modem answers 50 ms after the line feed begins to go out, then with an error, then not at all. A character takes
/// 1.0417 ms: the line feed is the eighth of a command, an answer has 21 characters, the error 9, and the last one is there
/// when its stop bit is sampled, after 0.95 of it. The third command is given up 300 ms after it has gone out.
#[test]
fn commands_are_answered_refused_and_given_up() {
    let outcome = run(
        r#"
        [[actor]]
        name = "modem"
        steps = [
            { on = { uart = "uart4", event = "tx", byte = 10 }, mark = "asked" },
            { after = "50ms", send = { to = "uart4", data = "\r\n+CSQ: 21,99\r\n\r\nOK\r\n" } },
            { on = { uart = "uart4", event = "tx", byte = 10 }, mark = "asked-again" },
            { after = "50ms", send = { to = "uart4", data = "\r\nERROR\r\n" } },
        ]
        "#,
        MAIN,
    );
    let expected = [
        "79124347 main prints \"+CSQ: 21,99\"",
        "145748694 main prints \"Error\"",
        "454082000 main prints \"Timeout\"",
    ];
    check("a modem", &said(&outcome), &expected);
    assert_eq!(outcome.verdict, "passed");
}

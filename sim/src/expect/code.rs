//! The codes of findings: stable, and each explained.
//!
//! Owns [`Code`]. A code is never given a second meaning, and `vpyb` prints its paragraph on request.
//! Knows nothing of traces.

use std::fmt;

/// What kind of expectation does not hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Code {
    /// `E0201`: something did not happen as often as it must.
    Existence,
    /// `E0202`: something happened that must not.
    Absence,
    /// `E0203`: an answer came too late or not at all.
    Response,
    /// `E0204`: things happened in another order.
    Order,
    /// `E0205`: a counter is out of bounds.
    Counter,
    /// `E0206`: something came again before it was served.
    Overrun,
    /// `E0207`: something else was printed.
    Transcript,
    /// `E0208`: the run ended otherwise than expected.
    Verdict,
    /// `E0209`: a counter-example does not bite.
    CounterExample,
    /// `E0210`: the run did not pass, and nothing in the file expects that.
    UnexpectedEnd,
    /// `E0211`: something happened at another instant.
    Instant,
    /// `E0212`: the expectation asks for something that the run does not have.
    Unjudgeable,
    /// `E0213`: a pin showed another level.
    Level,
    /// `E0214`: a pin's pulses are of another form.
    Shape,
    /// `E0215`: something came at other intervals.
    Period,
    /// `E0216`: an actor waited in vain.
    Await,
}

impl Code {
    /// All codes in order.
    pub const ALL: [Self; 16] = [
        Self::Existence,
        Self::Absence,
        Self::Response,
        Self::Order,
        Self::Counter,
        Self::Overrun,
        Self::Transcript,
        Self::Verdict,
        Self::CounterExample,
        Self::UnexpectedEnd,
        Self::Instant,
        Self::Unjudgeable,
        Self::Level,
        Self::Shape,
        Self::Period,
        Self::Await,
    ];

    /// The code as it is printed, e.g. `E0203`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Existence => "E0201",
            Self::Absence => "E0202",
            Self::Response => "E0203",
            Self::Order => "E0204",
            Self::Counter => "E0205",
            Self::Overrun => "E0206",
            Self::Transcript => "E0207",
            Self::Verdict => "E0208",
            Self::CounterExample => "E0209",
            Self::UnexpectedEnd => "E0210",
            Self::Instant => "E0211",
            Self::Unjudgeable => "E0212",
            Self::Level => "E0213",
            Self::Shape => "E0214",
            Self::Period => "E0215",
            Self::Await => "E0216",
        }
    }

    /// The code of this text, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str().eq_ignore_ascii_case(text))
    }

    /// What the code means and what to do about it, as a paragraph.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Existence => {
                "`that` was to happen `count` times (at least once if nothing is said) and happened more or \
                 less often, in the whole run or inside `between`. Both ends of `between` belong to it. A burst \
                 counts once if the event says `once_per`."
            }
            Self::Absence => {
                "`never` happened: once is enough. The report shows its first occurrence and what led to it."
            }
            Self::Response => {
                "Each `from` is paired with the first `to` that comes after it; one `to` may serve several. At \
                 least one pair took longer than `within`, or the 99th percentile (nearest rank) than `p99`, or a \
                 `from` was never answered before the run ended. A `from` that never happened is reported too: \
                 a budget that nothing has used shows nothing. The report names who ran meanwhile."
            }
            Self::Order => {
                "The first occurrences of the events in `order` come in another order, or one is missing. \
                 At one instant the trace's own order decides: it is the order in which the board did them."
            }
            Self::Counter => {
                "A counter's value at the end of the run lies outside `is`. For a counter that is a worst case, such \
                 as `task.reader.max_latency`, the report shows where that worst case was."
            }
            Self::Overrun => {
                "`from` came again although the one before it had not yet been followed by a `to`: whoever serves \
                 it is called too rarely, and one of the two is lost or late."
            }
            Self::Transcript => {
                "The console's lines are not the lines of `transcript`. Whole lines are compared in order; a line \
                 with an instant must have been printed then, to the microsecond (to the nanosecond if the \
                 instant says nanoseconds)."
            }
            Self::Verdict => {
                "The run ended with another verdict than the file expects. `error` stands for every \
                 `error: …`, `panic` for every `panic: …`."
            }
            Self::CounterExample => {
                "The file says that an expectation must fail with a certain code, to show that the check bites. It \
                 held, or it failed with another code, or no expectation has that title."
            }
            Self::UnexpectedEnd => {
                "The run did not end with `passed`, and neither `allow` nor an expectation names how it ended. \
                 `stuck`: nothing can ever happen again. `livelock`: only zero-delay steps that change nothing. \
                 `hang`: one step longer than `max_step`. `limit`: the run's hard bound. `guard`: code that \
                 touches no board had to be stopped. `panic` and `error`: the firmware failed. `overrun`: bytes, \
                 edges or events of a driver were lost."
            }
            Self::Instant => {
                "The first occurrence of `that` was not at the instant that `at` allows, or never."
            }
            Self::Unjudgeable => {
                "The expectation names a counter, a task, a UART or a pin that the run does not have, or compares a \
                 count with a time. It is neither held nor failed by what happened, so it is reported."
            }
            Self::Level | Self::Shape | Self::Period | Self::Await => self.explain_over_time(),
        }
    }

    /// The same for what is about wires, time and actors.
    const fn explain_over_time(self) -> &'static str {
        match self {
            Self::Level => {
                "A pin's net did not show `is` at the instant `at`, after all that happened then, or showed something \
                 else than `stays` at some time in the whole run or inside `between`. A net that nothing holds is \
                 `floating`, as all are before the program sets a pin up."
            }
            Self::Shape => {
                "The part of the time that a pin's net was high is not within `duty`; or one of its pulses (stretches \
                 of one `level`, high if nothing is said, that begin and end there) is not as long as `pulse` says, or \
                 there was none."
            }
            Self::Period => {
                "`every` came again sooner or later than `period` after the time before; or it happened less than \
                 twice, so that there is no interval to be measured."
            }
            Self::Await => {
                "An actor waited for an event that did not come `within` the time it was given (1 s if nothing is \
                 said). The actor's later steps did not happen, so what they were to bring about is missing, too."
            }
            _ => "",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_parse_back() {
        for (i, code) in Code::ALL.into_iter().enumerate() {
            assert!(!code.explain().is_empty());
            assert_eq!(code.as_str(), format!("E{:04}", 201 + i));
            assert_eq!(Code::parse(code.as_str()), Some(code));
        }
        assert_eq!(Code::parse("e0203"), Some(Code::Response));
        assert_eq!(Code::parse("E0999"), None);
    }
}

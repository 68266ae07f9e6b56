//! Patterns about a pin over time: its level at an instant or throughout, its duty, its pulses.
//!
//! Owns their meaning. A pin shows its net's level, whoever drives it, and floats before anything holds it; both ends
//! of `between` belong to it.

use vpyb_core::time::{Duration, Instant};

use super::bound::spelt;
use super::clock;
use super::judge::{Case, Ruling};
use super::presence::{Between, span, unjudgeable};
use super::{Code, Finding, Focus, Subjects, Value, holds};
use crate::scenario::model::{Bound, Level};
use crate::trace::record::NetLevel;
use crate::trace::{Seq, pin_levels};

/// A stretch in which a pin shows one level.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    level: NetLevel,
    from: Instant,
    /// When it changes; the end of the run for the last one.
    to: Instant,
    /// The record that began it.
    by: Option<Seq>,
    /// The record that ended it.
    ended_by: Option<Seq>,
}

/// All stretches of a pin, from power-on to the end of the run; those of no length are left out.
fn stretches(case: &Case, pin: &str) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = Vec::new();
    let begin = Instant::ZERO;
    let mut open = Stretch { level: NetLevel::Floating, from: begin, to: begin, by: None, ended_by: None };
    for (seq, at, level) in pin_levels(case.trace, pin) {
        all.push(Stretch { to: at, ended_by: Some(seq), ..open });
        open = Stretch { level, from: at, to: at, by: Some(seq), ended_by: None };
    }
    // Nothing comes after the end, so its instant belongs to the last one.
    all.push(Stretch { to: case.trace.end() + Duration::from_nanos(1), ..open });
    all.retain(|stretch| stretch.to > stretch.from);
    all
}

fn net_level(level: Option<Level>) -> NetLevel {
    match level {
        Some(Level::Low) => NetLevel::Low,
        Some(Level::High) => NetLevel::High,
        None => NetLevel::Floating,
    }
}

fn word(level: NetLevel) -> &'static str {
    match level {
        NetLevel::Low => "low",
        NetLevel::High => "high",
        NetLevel::Floating => "floating",
    }
}

fn found(code: Code, key: &str, pin: &str, message: String, label: String, at: Option<Seq>) -> Ruling {
    let mut subjects = Subjects::default();
    subjects.pins.insert(pin.to_owned());
    Err(Finding::new(code, key, message, label).seen(at.map(Focus::at), subjects).into())
}

/// A pin that is in no record cannot be judged.
fn known(case: &Case, pin: &str) -> Result<(), Box<Finding>> {
    match case.roster.pins().any(|known| known == pin) {
        true => Ok(()),
        false => Err(unjudgeable("pin", format!("no pin `{pin}` took part")).into()),
    }
}

/// The pin shows `is` at an instant, after all that happens at it.
pub(super) fn level(case: &Case, pin: &str, is: Option<Level>, at: Instant) -> Ruling {
    known(case, pin)?;
    let end = case.trace.end();
    if at > end {
        let message = format!("the run ended at {}, before {}", clock(end), Value::from(at));
        return Err(unjudgeable("at", message).into());
    }
    let all = stretches(case, pin);
    let there = all.iter().find(|stretch| (stretch.from..stretch.to).contains(&at));
    let shown = there.map_or(NetLevel::Floating, |stretch| stretch.level);
    if shown == net_level(is) {
        return Ok(format!("{} at {}", word(shown), clock(at)));
    }
    let message =
        format!("`{pin}` was {} at {}, expected {}", word(shown), Value::from(at), word(net_level(is)));
    let since = there.map_or(Instant::ZERO, |stretch| stretch.from);
    let label = format!("{} since {}", word(shown), clock(since));
    found(Code::Level, "is", pin, message, label, there.and_then(|stretch| stretch.by))
}

/// The pin shows `level` all the time.
pub(super) fn stays(case: &Case, pin: &str, level: Option<Level>, between: Between) -> Ruling {
    known(case, pin)?;
    let (from, to) = between.unwrap_or((Instant::ZERO, case.trace.end()));
    let wanted = net_level(level);
    let overlaps = |stretch: &&Stretch| stretch.from <= to && stretch.to > from;
    let all = stretches(case, pin);
    let mut others = all.iter().filter(overlaps).filter(|stretch| stretch.level != wanted);
    let Some(first) = others.next() else { return Ok(format!("{} all the time", word(wanted))) };
    let at = first.from.max(from);
    let message = format!(
        "`{pin}` was {} at {}{}, expected {}",
        word(first.level),
        clock(at),
        span(between),
        word(wanted)
    );
    let label = match others.count() {
        0 => format!("for {}", first.to.min(to).since(at)),
        more => format!("the first of {} times", more + 1),
    };
    found(Code::Level, "stays", pin, message, label, first.by)
}

/// The part of the time that the pin is high.
pub(super) fn duty(case: &Case, pin: &str, duty: &Bound, between: Between) -> Ruling {
    known(case, pin)?;
    let (from, to) = between.unwrap_or((Instant::ZERO, case.trace.end()));
    let whole = to.since(from).as_nanos();
    if whole == 0 {
        return Err(unjudgeable("duty", "there is no time in which it could be measured".into()).into());
    }
    let within = |stretch: &Stretch| stretch.to.min(to).since(stretch.from.max(from)).as_nanos();
    let all = stretches(case, pin);
    let high: u64 = all.iter().filter(|stretch| stretch.level == NetLevel::High).map(within).sum();
    let share = Value::Share((u128::from(high) * 10_000 / u128::from(whole)) as i64);
    match holds(duty, share, case.counters) {
        Ok(true) => Ok(format!("high for {share}")),
        Ok(false) => {
            let limit = spelt(duty, case.counters);
            let message =
                format!("`{pin}` was high for {share} of the time{}, expected {limit}", span(between));
            let label = format!("{} of {}", Duration::from_nanos(high), Duration::from_nanos(whole));
            found(Code::Shape, "duty", pin, message, label, None)
        }
        Err(why) => Err(unjudgeable("duty", why).into()),
    }
}

/// Each pulse that begins and ends there is so long; there is at least one.
pub(super) fn pulse(case: &Case, pin: &str, level: Level, pulse: &Bound, between: Between) -> Ruling {
    known(case, pin)?;
    let (from, to) = between.unwrap_or((Instant::ZERO, case.trace.end()));
    let wanted = net_level(Some(level));
    let whole = |stretch: &&Stretch| {
        let ends = stretch.by.is_some() && stretch.ended_by.is_some();
        stretch.level == wanted && ends && stretch.from >= from && stretch.to <= to
    };
    let all = stretches(case, pin);
    let pulses: Vec<&Stretch> = all.iter().filter(whole).collect();
    let limit = spelt(pulse, case.counters);
    if pulses.is_empty() {
        let message = format!("`{pin}` had no whole pulse {}{}", word(wanted), span(between));
        return found(Code::Shape, "pulse", pin, message, format!("expected {limit}"), None);
    }
    let mut missed = Vec::new();
    for &pulse_seen in &pulses {
        let length = Value::from(pulse_seen.to.since(pulse_seen.from));
        if !holds(pulse, length, case.counters).map_err(|why| unjudgeable("pulse", why))? {
            missed.push((pulse_seen, length));
        }
    }
    let Some((first, length)) = missed.first() else {
        return Ok(format!("{} pulses", pulses.len()));
    };
    let message = format!(
        "the pulse of `{pin}` at {} was {} for {length}, expected {limit}",
        clock(first.from),
        word(wanted)
    );
    let label = format!("{} of {} pulses missed it", missed.len(), pulses.len());
    found(Code::Shape, "pulse", pin, message, label, first.ended_by)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, below, exactly, ms, span};
    use super::*;
    use crate::scenario::model::{Amount, Limit, Pattern};
    use crate::trace::record::Kind;

    /// High from 10 to 40 ms, low to 60 ms, high to 65 ms, and low to the end at 100 ms.
    fn sample() -> Sample {
        let mut sample = Sample::new();
        let net = sample.pin("X3");
        for (at, level) in
            [(10, NetLevel::High), (40, NetLevel::Low), (60, NetLevel::High), (65, NetLevel::Low)]
        {
            sample.push(at, Kind::Edge { net, level });
        }
        sample.line(100, "end");
        sample
    }

    fn pin() -> String {
        "X3".into()
    }

    fn level_at(is: Option<Level>, at: u64) -> Result<String, String> {
        sample().outcome(Pattern::Level { pin: pin(), is, at: ms(at) })
    }

    #[test]
    fn the_level_at_an_instant_is_that_after_it() {
        assert_eq!(level_at(None, 9), Ok("floating at 0.009 000".into()));
        assert_eq!(level_at(Some(Level::High), 10), Ok("high at 0.010 000".into()));
        assert_eq!(level_at(Some(Level::Low), 100), Ok("low at 0.100 000".into()));
        let wrong = "E0213: `X3` was low at 50ms, expected high [low since 0.040 000]";
        assert_eq!(level_at(Some(Level::High), 50), Err(wrong.into()));
        let late = "E0212: the run ended at 0.100 000, before 101ms [cannot be judged]";
        assert_eq!(level_at(Some(Level::High), 101), Err(late.into()));
    }

    #[test]
    fn a_pin_stays_as_long_as_nothing_changes_it() {
        let stays = |level, from, to| {
            sample().outcome(Pattern::Stays { pin: pin(), level, between: Some((ms(from), ms(to))) })
        };
        assert_eq!(stays(Some(Level::High), 10, 39), Ok("high all the time".into()));
        let wrong =
            "E0213: `X3` was low at 0.040 000 between 10ms and 100ms, expected high [the first of 2 times]";
        assert_eq!(stays(Some(Level::High), 10, 100), Err(wrong.into()));
        let wrong = "E0213: `X3` was floating at 0.000 000 between 0s and 20ms, expected high [for 10ms]";
        assert_eq!(stays(Some(Level::High), 0, 20), Err(wrong.into()));
    }

    #[test]
    fn duty_is_the_part_of_the_time_that_a_pin_is_high() {
        let share = |low, high| {
            let limit = |n| Some(Limit { amount: Amount::Share(n), inclusive: true });
            Bound { min: limit(low), max: limit(high), text: format!("{low}..{high}") }
        };
        let duty = |low, high, between| {
            sample().outcome(Pattern::Duty { pin: pin(), duty: share(low, high), between })
        };
        // 30 and 5 of 100 ms.
        assert_eq!(duty(3500, 3500, None), Ok("high for 35%".into()));
        assert_eq!(duty(2500, 2500, Some((ms(60), ms(80)))), Ok("high for 25%".into()));
        let wrong = "E0214: `X3` was high for 35% of the time, expected 1..2 [35ms of 100ms]";
        assert_eq!(duty(1, 2, None), Err(wrong.into()));
    }

    #[test]
    fn whole_pulses_are_measured() {
        let pulse =
            |level, pulse, between| sample().outcome(Pattern::Pulse { pin: pin(), level, pulse, between });
        assert_eq!(pulse(Level::Low, exactly(span(20)), None), Ok("1 pulses".into()));
        let wrong = "E0214: the pulse of `X3` at 0.010 000 was high for 30ms, expected < 10ms \
                     [1 of 2 pulses missed it]";
        assert_eq!(pulse(Level::High, below(span(10)), None), Err(wrong.into()));
        let none = "E0214: `X3` had no whole pulse high between 11ms and 41ms [expected 30ms]";
        assert_eq!(pulse(Level::High, exactly(span(30)), Some((ms(11), ms(41)))), Err(none.into()));
    }

    #[test]
    fn a_stranger_cannot_be_judged() {
        let outcome = sample().outcome(Pattern::Level { pin: "X4".into(), is: None, at: ms(1) });
        assert_eq!(outcome, Err("E0212: no pin `X4` took part [cannot be judged]".into()));
    }
}

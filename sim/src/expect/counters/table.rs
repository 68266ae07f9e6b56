//! The table of counters by name.
//!
//! Owns [`Counters`] and the answer to an unknown name. Knows nothing of how a counter comes about.

use std::collections::BTreeMap;

use super::super::roster::{near, siblings};
use super::super::{Focus, Value};

/// One counter at the end of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counter {
    /// Its value.
    pub value: Value,
    /// Where the value came about: the worst case of a maximum, the first of a count.
    pub witness: Option<Focus>,
}

/// All counters of a run, ordered by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    by_name: BTreeMap<String, Counter>,
}

/// The first words of names that the simulator itself counts; such a name must exist.
const FAMILIES: [&str; 4] = ["i2c", "sched", "task", "uart"];

impl Counters {
    /// The counter of this name.
    pub fn get(&self, name: &str) -> Option<Counter> {
        self.by_name.get(name).copied()
    }

    /// All counters in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Counter)> {
        self.by_name.iter().map(|(name, &counter)| (name.as_str(), counter))
    }

    /// The value that an expectation means by `name`.
    ///
    /// A driver's counter exists only once it is counted, so a name outside the simulator's own families is
    /// zero, unless it looks like a slip of one that exists.
    ///
    /// # Errors
    ///
    /// A sentence with a similar name, if there is one.
    pub fn value(&self, name: &str) -> Result<Value, String> {
        if let Some(counter) = self.get(name) {
            return Ok(counter.value);
        }
        let family =
            name.split('.').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
        match near(name, self.by_name.keys().map(String::as_str)) {
            // One LED of several may well be silent.
            Some(near) if FAMILIES.contains(&family) || !siblings(name, near) => {
                Err(format!("this run has no counter `{name}`; did you mean `{near}`?"))
            }
            None if FAMILIES.contains(&family) => Err(format!("this run has no counter `{name}`")),
            _ => Ok(Value::Count(0)),
        }
    }

    /// Enters a counter.
    pub(super) fn set(&mut self, name: String, value: Value, witness: Option<Focus>) {
        self.by_name.insert(name, Counter { value, witness });
    }

    /// Adds to a count; its witness is the first addition's.
    pub(super) fn add(&mut self, name: &str, by: i64, witness: Focus) {
        match self.by_name.get_mut(name) {
            Some(Counter { value: Value::Count(n), witness: first }) => {
                *n = n.saturating_add(by);
                first.get_or_insert(witness);
            }
            _ => self.set(name.to_owned(), Value::Count(by), Some(witness)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Seq;

    fn counters() -> Counters {
        let mut counters = Counters::default();
        for name in ["uart2.rx.overrun", "task.reader.steps", "led.LED1.toggles", "ir.bad_block"] {
            counters.add(name, 1, Focus::at(Seq(0)));
        }
        counters
    }

    #[test]
    fn a_slip_is_an_error_with_the_near_name() {
        let slip = |name: &str| counters().value(name).unwrap_err();
        assert_eq!(
            slip("uart2.rx.overun"),
            "this run has no counter `uart2.rx.overun`; did you mean `uart2.rx.overrun`?"
        );
        assert!(slip("task.raeder.steps").ends_with("did you mean `task.reader.steps`?"));
        assert!(slip("ir.bad_blok").ends_with("did you mean `ir.bad_block`?"));
        // A UART that was not opened has no counters, however like another it is called.
        assert!(slip("uart4.rx.overrun").ends_with("did you mean `uart2.rx.overrun`?"));
        assert_eq!(slip("sched.foo"), "this run has no counter `sched.foo`");
    }

    #[test]
    fn a_driver_that_never_counted_counted_zero() {
        for name in ["led.LED2.toggles", "ir.repeats", "event.ready.set_while_set"] {
            assert_eq!(counters().value(name), Ok(Value::Count(0)), "{name}");
        }
    }

    #[test]
    fn a_count_adds() {
        let mut counters = Counters::default();
        for (i, n) in [2, 5, 3].into_iter().enumerate() {
            counters.add("sum", n, Focus::at(Seq(i as u32)));
        }
        let first = Counter { value: Value::Count(10), witness: Some(Focus::at(Seq(0))) };
        assert_eq!(counters.get("sum"), Some(first));
    }
}

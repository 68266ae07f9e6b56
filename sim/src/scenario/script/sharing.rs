//! Operations without a body on what tasks share: events, queues, barriers, semaphores, conditions, named tasks.
//!
//! Owns their keys.

use super::super::model::Op;
use super::super::table::Table;
use super::super::value::Value;
use super::blocks::group_number;
use super::{Read, Scripts, milliseconds_until};

impl Scripts<'_> {
    /// Those that only name what they are about. The outer `None` means: none of these.
    pub(super) fn simple_sharing(&self, word: &str, argument: Value<'_>) -> Option<Option<Op>> {
        let names = self.names;
        Some(match word {
            "bsem_release" => names.semaphore(argument, true).map(Op::BsemRelease),
            "ev_clear" => names.event(argument).map(Op::EvClear),
            "ev_wait" => names.event(argument).map(Op::EvWait),
            "barrier" => names.barrier(argument).map(Op::Barrier),
            "barrier_trigger" => names.barrier(argument).map(Op::BarrierTrigger),
            "barrier_busy" => names.barrier(argument).map(Op::BarrierBusy),
            "q_get" => names.queue(argument).map(Op::QGet),
            "q_get_nowait" => names.queue(argument).map(Op::QGetNowait),
            "cond_wait" => names.condition(argument).map(Op::CondWait),
            "cond_notify_all" => names.condition(argument).map(Op::CondNotifyAll),
            _ => return None,
        })
    }

    /// How this operation is read whose argument is a table.
    pub(super) fn sharing(word: &str) -> Option<Read> {
        Some(match word {
            "ev_set" => |this, table, _| {
                let (event, value) = this.event_and_value(table)?;
                Some(Op::EvSet { event, value })
            },
            "call_set" => |this, table, _| {
                let after = milliseconds_until(table);
                let (event, value) = this.event_and_value(table)?;
                Some(Op::CallSet { after: after?, event, value })
            },
            "q_put" => |this, table, _| {
                let (queue, value) = this.queue_and_value(table)?;
                Some(Op::QPut { queue, value })
            },
            "q_put_nowait" => |this, table, _| {
                let (queue, value) = this.queue_and_value(table)?;
                Some(Op::QPutNowait { queue, value })
            },
            "cond_wait_for" => |this, table, _| {
                let (cond, n) = this.condition_and_count(table)?;
                Some(Op::CondWaitFor { cond, n })
            },
            "cond_notify" => |this, table, _| {
                let (cond, n) = this.condition_and_count(table)?;
                Some(Op::CondNotify { cond, n })
            },
            "cancel_named" => |_, table, _| {
                let name = table.need("name", "\"N\"").and_then(Value::text);
                let nowait = table.key("nowait").map_or(Some(true), Value::flag);
                Some(Op::CancelNamed { name: name?.into(), nowait: nowait? })
            },
            "cancel_group" => |_, table, _| {
                let group = table.need("group", "1").and_then(group_number);
                let nowait = table.key("nowait").map_or(Some(false), Value::flag);
                Some(Op::CancelGroup { group: group?, nowait: nowait? })
            },
            _ => return None,
        })
    }

    fn event_and_value(&self, table: &mut Table<'_>) -> Option<(String, String)> {
        let event = table.need("event", "\"ready\"").and_then(|value| self.names.event(value));
        let value = table.need("value", "1").and_then(item);
        Some((event?, value?))
    }

    fn queue_and_value(&self, table: &mut Table<'_>) -> Option<(String, String)> {
        let queue = table.need("queue", "\"q\"").and_then(|value| self.names.queue(value));
        let value = table.need("value", "1").and_then(item);
        Some((queue?, value?))
    }

    fn condition_and_count(&self, table: &mut Table<'_>) -> Option<(String, u32)> {
        let cond = table.need("cond", "\"c\"").and_then(|value| self.names.condition(value));
        let n = table.need("n", "1").and_then(|value| value.integer(0..=i64::from(u32::MAX)));
        Some((cond?, n? as u32))
    }
}

/// What goes through an event or a queue: a text, or a whole number.
fn item(value: Value<'_>) -> Option<String> {
    if value.raw().is_integer() {
        return value.integer(i64::MIN..=i64::MAX).map(|number| number.to_string());
    }
    value.text().map(str::to_owned)
}

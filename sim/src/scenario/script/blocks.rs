//! Operations with a body.
//!
//! Owns their keys. How deep bodies may stand in bodies is the parent's.

use super::super::diagnostic::code;
use super::super::model::{Gathered, Op};
use super::super::table::Table;
use super::super::value::Value;
use super::{ERRORS, Read, Scripts};

impl Scripts<'_> {
    /// How this operation with a body is read.
    pub(super) fn block_with(word: &str) -> Option<Read> {
        Some(match word {
            "wait_for_ms" => |this, table, depth| this.wait_for_ms(table, depth),
            "try" => |this, table, depth| this.try_catch(table, depth),
            "finally" => |this, table, depth| this.finally(table, depth),
            "repeat" => |this, table, depth| this.repeat(table, depth),
            "locked" => |this, table, depth| this.locked(table, depth),
            "with_lock" => |this, table, depth| this.with_lock(table, depth),
            "with_sem" => |this, table, depth| this.with_sem(table, depth),
            "with_bsem" => |this, table, depth| this.with_bsem(table, depth),
            "named" => |this, table, depth| this.named(table, depth),
            "group" => |this, table, depth| this.group(table, depth),
            _ => return None,
        })
    }

    fn inner(&self, table: &mut Table<'_>, key: &'static str, depth: usize) -> Option<Vec<Op>> {
        table.need(key, "[ … ]").map(|value| self.block(value, depth + 1))
    }

    pub(super) fn forever(&self, argument: Value<'_>, depth: usize) -> Option<Op> {
        let body = self.block(argument, depth + 1);
        if argument.raw().as_array().is_some_and(|items| items.is_empty()) {
            argument.refuse(
                code::MISSING,
                "`forever` has nothing to repeat and would never end",
                "put at least `\"yield\"` or `{ sleep_ms = 0 }` into it",
            );
        }
        Some(Op::Forever(body))
    }

    fn wait_for_ms(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let limit = table.need("limit", "100").and_then(|value| value.integer(0..=i64::from(i32::MAX)));
        let body = self.inner(table, "do", depth);
        Some(Op::WaitForMs { limit: limit? as i32, body: body? })
    }

    fn try_catch(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let body = self.inner(table, "do", depth);
        let catch = table.need("catch", "[ { on = \"CancelledError\", do = [ … ] } ]");
        let mut handlers = Vec::new();
        for mut handler in catch?.items()?.filter_map(Value::table) {
            let kind =
                handler.need("on", "\"CancelledError\"").and_then(|value| value.word("error", &ERRORS, &[]));
            let body = self.inner(&mut handler, "do", depth);
            handlers.extend(kind.zip(body));
            handler.close();
        }
        Some(Op::Try { body: body?, handlers })
    }

    fn finally(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let body = self.inner(table, "do", depth);
        let then = self.inner(table, "then", depth);
        Some(Op::Finally { body: body?, then: then? })
    }

    fn repeat(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let times = table.need("times", "3").and_then(|value| value.integer(0..=i64::from(u32::MAX)));
        let body = self.inner(table, "do", depth);
        Some(Op::Repeat { times: times? as u32, body: body? })
    }

    fn locked(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let lock = table.need("lock", "\"a\"").and_then(|value| self.names.lock(value));
        let body = self.inner(table, "do", depth);
        Some(Op::Locked { lock: lock?, body: body? })
    }

    fn with_lock(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let lock = table.need("lock", "\"a\"").and_then(|value| self.names.polled_lock(value));
        let body = self.inner(table, "do", depth);
        Some(Op::WithLock { lock: lock?, body: body? })
    }

    fn with_sem(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let sem = table.need("sem", "\"s\"").and_then(|value| self.names.semaphore(value, false));
        let body = self.inner(table, "do", depth);
        Some(Op::WithSem { sem: sem?, body: body? })
    }

    fn with_bsem(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let sem = table.need("sem", "\"s\"").and_then(|value| self.names.semaphore(value, true));
        let body = self.inner(table, "do", depth);
        Some(Op::WithBsem { sem: sem?, body: body? })
    }

    fn named(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let name = table.need("name", "\"N\"").and_then(Value::name);
        let barrier = match table.key("barrier") {
            None => Some(None),
            Some(value) => self.names.barrier(value).map(Some),
        };
        let body = self.inner(table, "do", depth);
        Some(Op::Named { name: name?.into(), barrier: barrier?, body: body? })
    }

    fn group(&self, table: &mut Table<'_>, depth: usize) -> Option<Op> {
        let group = table.need("group", "1").and_then(group_number);
        let body = self.inner(table, "do", depth);
        Some(Op::Group { group: group?, body: body? })
    }

    /// `gather = [ { do = [ … ], timeout = 0.1 }, … ]`.
    pub(super) fn gather(&self, argument: Value<'_>, depth: usize) -> Option<Op> {
        let mut members = Vec::new();
        for mut table in argument.items()?.filter_map(Value::table) {
            let timeout = table.key("timeout").map(Value::seconds);
            let body = self.inner(&mut table, "do", depth);
            table.close();
            members.extend(body.map(|body| Gathered { body, timeout: timeout.flatten() }));
        }
        Some(Op::Gather(members))
    }
}

/// A group of cancellable tasks.
pub(super) fn group_number(value: Value<'_>) -> Option<i32> {
    value.integer(0..=i64::from(i32::MAX)).map(|group| group as i32)
}

//! From a recorded program to a scenario file.
//!
//! Owns what the recordings' operations and objects are called here: objects are `olock0`, `event1`, … by their
//! place in the program's lists, UARTs `u0`, `u1`, …. The file's text is made, and read again as any other.

use serde_json::{Map, Value, json};
use vpyb_core::Edge;
use vpyb_sim::scenario::model::Scenario;
use vpyb_sim::scenario::{parse, render};
use vpyb_sim::vocabulary;

/// A table of the file.
type Table = Map<String, Value>;

fn ops(value: &Value) -> Value {
    value.as_array().expect("a list of operations").iter().map(op).collect()
}

/// Which edges call a handler: rising (1), falling (2) or both (3).
pub fn edges(value: &Value) -> Edge {
    match value.as_u64() {
        Some(1) => Edge::Rising,
        Some(2) => Edge::Falling,
        _ => Edge::Both,
    }
}

/// An object of the program's lists.
fn object(kind: &str, place: &Value) -> String {
    format!("{kind}{place}")
}

fn op(op: &Value) -> Value {
    let word = op[0].as_str().expect("an operation's word");
    let argument = match word {
        "time" | "yield" | "stop" => return json!(word),
        "log" | "sleep_ms" | "sleep" | "delay" | "after_ms" | "after" | "busy_us" | "create" | "cancel"
        | "call_soon" | "is_running" => op[1].clone(),
        "gsleep" => json!({ "s": op[1], "granularity": op[2] }),
        "call_later_ms" | "call_after_ms" | "call_later" => json!({ "after": op[1], "text": op[2] }),
        "loop" => return json!({ "repeat": { "times": op[1], "do": ops(&op[2]) } }),
        "wait_for_ms" => json!({ "limit": op[1], "do": ops(&op[2]) }),
        "finally" => json!({ "do": ops(&op[1]), "then": ops(&op[2]) }),
        "raise" => json!({ "kind": op[1], "text": op[2] }),
        "try" => {
            let handlers = op[2].as_array().expect("handlers").iter();
            let catch: Value = handlers.map(|h| json!({ "on": h[0], "do": ops(&h[1]) })).collect();
            json!({ "do": ops(&op[1]), "catch": catch })
        }
        _ => stream(word, op).or_else(|| shared(word, op)).unwrap_or_else(|| member(word, op)),
    };
    json!({ word: argument })
}

fn stream(word: &str, op: &Value) -> Option<Value> {
    let uart = object("u", &op[1]);
    Some(match word {
        "any" | "readline" => json!(uart),
        "read" | "readexactly" => json!({ "uart": uart, "n": op[2] }),
        "awrite" => json!({ "uart": uart, "data": op[2] }),
        _ => return None,
    })
}

fn shared(word: &str, op: &Value) -> Option<Value> {
    let name = |kind: &str| object(kind, &op[1]);
    Some(match word {
        "locked" => {
            json!({ "lock": object(op[1].as_str().expect("a kind"), &op[2]), "do": ops(&op[3]) })
        }
        "with_lock" => json!({ "lock": name("alock"), "do": ops(&op[2]) }),
        "with_sem" => json!({ "sem": name("sem"), "do": ops(&op[2]) }),
        "with_bsem" => json!({ "sem": name("bsem"), "do": ops(&op[2]) }),
        "bsem_release" => json!(name("bsem")),
        "ev_wait" | "ev_clear" => json!(name("event")),
        "ev_set" => json!({ "event": name("event"), "value": op[2] }),
        "call_set" => json!({ "after": op[1], "event": object("event", &op[2]), "value": op[3] }),
        "barrier" | "barrier_trigger" | "barrier_busy" => json!(name("barrier")),
        "q_put" | "q_put_nowait" => json!({ "queue": name("queue"), "value": op[2] }),
        "q_get" | "q_get_nowait" => json!(name("queue")),
        "cond_wait" | "cond_notify_all" => json!(name("cond")),
        "cond_wait_for" | "cond_notify" => json!({ "cond": name("cond"), "n": op[2] }),
        "pin" => json!(name("pin")),
        _ => return None,
    })
}

fn member(word: &str, op: &Value) -> Value {
    let nowait = op[2].as_bool().unwrap_or(false);
    match word {
        "gather" => {
            let members = op[1].as_array().expect("members").iter();
            members
                .map(|member| without_nulls(json!({ "do": ops(&member[0]), "timeout": member[1] })))
                .collect()
        }
        "named" => {
            let barrier = op.get(3).map(|place| object("barrier", place));
            without_nulls(json!({ "name": op[1], "do": ops(&op[2]), "barrier": barrier }))
        }
        "group" => json!({ "group": op[1], "do": ops(&op[2]) }),
        "cancel_named" => json!({ "name": op[1], "nowait": nowait }),
        "cancel_group" => json!({ "group": op[1], "nowait": nowait }),
        other => panic!("the replay knows no operation `{other}`"),
    }
}

/// A table without the keys that say nothing.
fn without_nulls(table: Value) -> Value {
    let table = table.as_object().expect("a table");
    table
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// A value as TOML writes it in one line.
fn toml(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        Value::Object(table) => {
            let entries: Vec<String> =
                table.iter().map(|(key, value)| format!("{key} = {}", toml(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        // Texts, numbers and truth values look the same in both.
        plain => plain.to_string(),
    }
}

/// The elements of a list, or none.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Objects of one kind, called after it and their place in the list.
fn each(into: &mut Table, kind: &str, values: &[Value], make: impl Fn(&Value) -> Value) {
    into.extend(values.iter().enumerate().map(|(i, value)| (format!("{kind}{i}"), make(value))));
}

/// As many objects as the program says, which are only counted.
fn counted(value: &Value) -> Vec<Value> {
    vec![Value::Null; value.as_u64().unwrap_or(0) as usize]
}

/// `[objects]`: each kind's table in one line.
fn objects(objects: &Value) -> String {
    let mut kinds: [(&str, Table); 8] =
        ["uarts", "pins", "locks", "events", "semaphores", "barriers", "queues", "conditions"]
            .map(|kind| (kind, Table::new()));
    let [uarts, pins, locks, events, semaphores, barriers, queues, conditions] = &mut kinds;
    each(
        &mut uarts.1,
        "u",
        list(&objects["uart"]),
        |uart| json!({ "uart": format!("uart{}", uart[0]), "baud": uart[1] }),
    );
    each(&mut pins.1, "pin", list(&objects["pin"]), |pin| json!({ "pin": pin[0], "pull": "up" }));
    each(&mut locks.1, "olock", &counted(&objects["olock"]), |_| json!({}));
    each(&mut locks.1, "alock", list(&objects["alock"]), |ms| json!({ "style": "polled", "every_ms": ms }));
    each(&mut events.1, "event", list(&objects["event"]), |ms| json!({ "every_ms": ms }));
    each(&mut semaphores.1, "sem", list(&objects["sem"]), |value| json!({ "value": value }));
    each(
        &mut semaphores.1,
        "bsem",
        list(&objects["bsem"]),
        |value| json!({ "value": value, "bounded": true }),
    );
    each(&mut barriers.1, "barrier", list(&objects["barrier"]), barrier);
    each(&mut queues.1, "queue", list(&objects["queue"]), |max| json!({ "max": max }));
    each(&mut conditions.1, "cond", &counted(&objects["cond"]), |_| json!({}));
    let lines = kinds.into_iter().map(|(kind, table)| format!("{kind} = {}\n", toml(&Value::Object(table))));
    lines.collect()
}

/// In the first family each barrier has a function; the second says what it has.
fn barrier(value: &Value) -> Value {
    let participants = value.as_u64().or(value[0].as_u64()).expect("a number of tasks");
    let callback = match (value.is_number(), value[1].as_str()) {
        (true, _) | (_, Some("func")) => Some("function"),
        (_, Some("coro")) => Some("task"),
        _ => None,
    };
    without_nulls(json!({ "participants": participants, "callback": callback }))
}

fn task(name: &str, start: bool, script: &Value) -> String {
    format!("[[task]]\nname = {}\nstart = {start}\nscript = {}\n", json!(name), toml(&ops(script)))
}

fn phase(phase: &Value) -> String {
    let gap = phase["gap_us"].as_u64().unwrap_or(0);
    let create = phase.get("create").cloned().unwrap_or(json!([]));
    let script =
        phase.get("ops").map_or(String::new(), |script| format!("script = {}\n", toml(&ops(script))));
    format!("[[phase]]\ngap = \"{gap}us\"\ncreate = {create}\n{script}")
}

/// The queues beside the usual two; the loop's settings name their lengths.
fn scheduler(program: &Value, meta: &Value, recorded_in: &str) -> String {
    if recorded_in == "v2" {
        return String::new();
    }
    let length = |i: usize| meta["loop"][i].as_u64().unwrap_or(0);
    let overdue = program["max_overdue_ms"].as_i64().unwrap_or(0);
    format!(
        "scheduler = \"fast-io\"\nioq_len = {}\nlp_len = {}\nmax_overdue = \"{overdue}ms\"\n",
        length(2),
        length(3)
    )
}

/// The scenario file of a recorded program. `meta` is the first line of its recording, which is in the folder
/// `recorded_in`.
pub fn file(program: &Value, meta: &Value, recorded_in: &str) -> String {
    let us = |key: &str| format!("\"{}us\"", meta[key].as_u64().expect("microseconds"));
    let tasks = program["tasks"].as_object().expect("tasks by name");
    let started = list(&program["start"]);
    let mut text = format!(
        "schema = 1\ntitle = \"A recorded program\"\n\n[cpu]\nprofile = \"recorded\"\nstep = {}\ncallback = {}\n\
         runq_len = {}\nwaitq_len = {}\n{}\n[run]\nstart = {}\nuntil = {}\nallow = [\"overrun\"]\n",
        us("step_us"),
        us("cb_us"),
        program["loop"][0],
        program["loop"][1],
        scheduler(program, meta, recorded_in),
        us("start_us"),
        us("until_us"),
    );
    let main = program.get("main");
    if main.is_some() {
        text += "main = \"main\"\n";
    }
    text += &format!("\n[objects]\n{}\n", objects(&program["objects"]));
    for name in started {
        let name = name.as_str().expect("a name");
        text += &task(name, true, &tasks[name]);
    }
    for (name, script) in tasks.iter().filter(|(name, _)| !started.contains(&json!(name))) {
        text += &task(name, false, script);
    }
    text += &main.map_or(String::new(), |main| task("main", true, main));
    text.extend(list(&program["phases"]).iter().map(phase));
    for at in list(&program["hw"]["kbdint"]) {
        text += &format!("[[stimulus]]\nat = \"{at}us\"\nctrl_c = true\n");
    }
    text
}

/// The scenario of a recorded program, by way of its file.
pub fn scenario(program: &Value, meta: &Value, recorded_in: &str) -> Scenario {
    let (path, text) =
        (format!("{}.toml", program["name"].as_str().expect("a name")), file(program, meta, recorded_in));
    let read = parse(&path, &text, &vocabulary(&[]));
    read.unwrap_or_else(|problems| panic!("{text}\n{}", render(&problems, &path, &text, false))).remove(0)
}

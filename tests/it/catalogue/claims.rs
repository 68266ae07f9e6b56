//! What the tutorial's examples show, and the expectations that check it.
//!
//! Owns the list of claims, by section of the tutorial: each names a scenario file and the titles of expectations in it. That
//! these hold is tested by running the files.

use std::collections::{BTreeMap, BTreeSet};

use crate::checked_in::scenarios;

/// What is claimed, the file that checks it, and how the titles of its expectations begin.
type Claims = &'static [(&'static str, &'static str, &'static [&'static str])];

/// Section 2.
const TASKS: Claims = &[
    (
        "a counter",
        "counter/board",
        &["the tenth number comes 9 s after", "no: beside a task that takes 8 ms"],
    ),
    ("tasks take turns", "round_robin/board", &["nobody has two turns", "2750 turns a second", "4249 turns"]),
    ("callbacks, soon and later", "callbacks/board", &["soon comes before later"]),
    ("a long callback delays every task", "callbacks/board", &["the task is late by what was left"]),
    ("returned values", "awaitable/board", &["a thing that pauses five seconds gives its value"]),
    ("bound methods", "bound_method/board", &["each says what its method returned"]),
    ("a sleep overruns", "delays/overrun", &["a sleep is over within", "no: it has to wait for the blocker"]),
    (
        "a blocking delay is exact and locks others out",
        "delays/overrun",
        &["the blocking delay is exact", "and keeps the others out"],
    ),
    ("a lone sleeper is scheduled at once", "delays/overrun", &["alone it is scheduled at once"]),
];

/// Section 3.
const SHARING: Claims = &[
    ("a lock among three", "lock/board", &["one has it after the other", "the next one has it within 2 ms"]),
    (
        "a lock with a time-out",
        "wait_for/board",
        &["the time-out ends the wait for a lock", "no: it is ineffective on the official lock"],
    ),
    (
        "a lock with a cancellation",
        "cancellation/board",
        &["who waits for a lock is cancelled", "no: with the official lock"],
    ),
    (
        "the race of two pulses",
        "astests/switch",
        &["it shines already, from the first press", "and is put out a second after that"],
    ),
    ("a deadly embrace", "deadly_embrace/official", &["nothing can end it: the run is stuck"]),
    ("the same with polled locks", "deadly_embrace/polled", &["the run is a livelock"]),
    ("an event", "asyntest/board", &["both receivers have the event"]),
    ("an acknowledged event", "event/board", &["all three have the value before the event is cleared"]),
    ("an event that its receiver clears", "event/board", &["and before the next one is set"]),
    (
        "an event that a pin's handler sets",
        "event/board",
        &["an interrupt is serviced", "no: the event stood"],
    ),
    ("an event's value measures latency", "event/board", &["533 us when the setter yields", "25 ms more"]),
    ("a barrier as a meeting", "barrier/board", &["nobody is past the barrier before the slowest"]),
    ("a barrier that waits for ends", "barrier/board", &["the end of all is noticed only after the last"]),
    (
        "its callback, a function or a task",
        "barrier/board",
        &["the callback is done before", "no: a callback that is a task"],
    ),
    ("a semaphore", "semaphore/board", &["the third is in only when the first has left"]),
    ("a bounded semaphore's error", "semaphore/board", &["a release too many is an error"]),
    (
        "a queue that is empty or full",
        "queue/board",
        &["items leave in the order", "the fast producer waits"],
    ),
    ("the errors of both", "queue/full_and_empty", &["an empty queue is told"]),
    ("a condition", "asyntest/board", &["the last to come are notified first", "the predicate is true"]),
    (
        "gather with a time-out",
        "asyntest/board",
        &["a time-out of 5 s hits a task", "the results come in the order"],
    ),
];

/// Section 4.
const AWAITING: Claims = &[
    ("an awaitable", "awaitable/board", &["alone, ten turns take 4 ms"]),
    (
        "an awaitable as a context manager",
        "context_manager/board",
        &["the other task runs while entry and exit wait"],
    ),
    ("awaiting a task", "awaitable/board", &["a task that is awaited is waited for"]),
    ("an iterator", "async_iterator/board", &["the items come in order", "the sixth pause finds the end"]),
    ("an exit on success and on error", "context_manager/board", &["after success and after an error"]),
    ("an exit on cancellation", "context_manager/board", &["a cancelled holder releases the lock"]),
    (
        "an exit that yields once",
        "context_manager/board",
        &["the next one has the lock before the one who left"],
    ),
];

/// Section 5.
const ENDING: Claims = &[
    (
        "an exception reaches the loop",
        "exceptions/board",
        &["the task sees its own error first", "the clean-up begins"],
    ),
    ("Ctrl-C", "exceptions/ctrl_c", &["the loop stops, and the top level", "the task is not interrupted"]),
    (
        "a sleeper is cancelled",
        "cancel_sleeper/board",
        &["a cancellation is raised within", "no: under uasyncio-v2 after nine"],
    ),
    (
        "a task of zero delays is cancelled",
        "cancellation/board",
        &["a task that only gives up turns is cancelled"],
    ),
    ("who waits on I/O is cancelled", "cancel_reader/board", &["a cancelled reader is interrupted"]),
    (
        "what is awaited is cancelled",
        "cancel_awaited/board",
        &["the runner goes on where the cancellation is trapped"],
    ),
    ("a handler for cancellation traps a time-out", "wait_for/board", &["a handler for cancellation traps"]),
    ("a time-out trapped by callee", "wait_for/board", &["it is trapped inside at 5 s"]),
    ("and by caller", "wait_for/board", &["it is trapped outside at 5 s"]),
    (
        "a time-out on a long sleep",
        "wait_for/board",
        &["a time-out of 2 s is raised at 2 s", "no: in one long sleep"],
    ),
    ("a cancellation of a sleep in parts", "asyn_demos/board", &["a cancellation is raised within a part"]),
    ("a group's end is known", "asyntest/board", &["the group is cancelled at once"]),
    ("a named task's end is waited for", "cantest/board", &["who waits for the end of a cancelled task"]),
];

/// Section 6.
const HARDWARE: Claims = &[
    (
        "polling's share of the CPU",
        "polling/board",
        &["the loop idles more than", "no: not for a moment", "asking each 100 ms is twenty"],
    ),
    (
        "latency and overrun behind hogs",
        "hogs/overrun",
        &[
            "a pass of 80 ms is longer than the ring",
            "each byte is read within one hog's turn",
            "no: without I/O priority",
        ],
    ),
    ("a bigger buffer", "hogs/bigger_buffer", &["nothing is lost", "no: 64 bytes"]),
    ("a lower speed", "hogs/lower_baud", &["nothing is lost", "no: at 9600 baud"]),
    ("handshaking", "hogs/rts_cts", &["nothing is lost", "no: nobody tells the sender"]),
    ("delays are up to a tick short", "delays/up_to_1_ms_short", &["each delay ends with a tick"]),
    ("and late by a bound", "load/worst_case_delay", &["twice the sum", "no: under this discipline"]),
    ("a stream or a question", "polling/board", &["a stream costs one for each time"]),
    ("an accelerometer", "apoll/board", &["a movement is seen within a poll", "the rest is told"]),
    ("a driver that is awaited", "record_uart/board", &["twenty records are received"]),
    ("a UART as a stream", "uart_loopback/hello", &["a line is received every two seconds"]),
    (
        "half duplex, and a dead device",
        "auart_hd/board",
        &["the four lines of the answer", "a device that does not answer is noticed"],
    ),
    (
        "a timer that is a stream",
        "ms_timer/board",
        &["the timer takes 30 to 34 ms", "two passes", "three passes"],
    ),
    (
        "edges as a stream",
        "pin_call/board",
        &["it is called back within 54 ms", "no: beside hogs of 5 ms a pulse"],
    ),
    ("reading and writing: the defect", "iorw/board", &["no: under uasyncio-v2 only until the first write"]),
    ("and its workaround", "iorw/board", &["a line is received each 1.2 s"]),
    ("an infrared remote", "aremote/remote", &["each block is read, at its time"]),
    ("its seven codes", "aremote/deformed", &["each is told apart", "seven blocks are bad"]),
    (
        "a decoder that is late",
        "aremote/late",
        &["the decoder has its step", "no: 36 ms are more", "no: the frame has edges"],
    ),
    ("a sensor's period", "htu_test/board", &["the sensor is asked for a temperature each 2.12 s"]),
    ("its checksum, and recovery", "htu_test/recovery", &["the program tells what happened, and goes on"]),
    (
        "its absence",
        "htu_test/absent",
        &["the program says that there is none", "the driver says that its bus failed"],
    ),
    ("its first reading", "htu_test/board", &["the first reading is awaited"]),
];

/// Sections 7 and 8.
const HINTS: Claims = &[
    (
        "a hang and a heartbeat",
        "heartbeat/board",
        &["no: it stands still", "a step that is longer than any should be"],
    ),
    ("retained state", "retained_state/kept", &["no: the first program's task goes on"]),
    ("a driver tested by round robin", "record_uart/board", &["no: the one that does not yield has one"]),
    ("what a slow sender hides", "record_uart/recorded_slow", &["the other task has every second turn"]),
    ("arguments after first use", "loop_args/board", &["forty, which is what the second call asked for"]),
    (
        "a pause of the collector",
        "stall/gc_pause",
        &["a pause of 3 ms loses nothing", "no: one of 30 ms does"],
    ),
    ("sockets", "client_server/echo", &["a client gets its values back", "values come every two seconds"]),
    (
        "an outage in both styles",
        "client_server/outage",
        &["the blocking style waits in silence", "and is connected anew"],
    ),
    ("a look-up blocks", "client_server/look_up", &["no: while a name is looked up"]),
    ("hello", "hello/board", &["ten greetings"]),
    ("a single loop", "superloop/board", &["no: while one is dealt with"]),
    ("a read that blocks", "blocking_read/board", &["no: not once while the read blocks"]),
    ("LEDs and a switch", "led_async/board", &["each LED flashes", "the program ends within 101 ms"]),
    (
        "a flag, good and bad",
        "busy_wait/board",
        &["the flag is seen", "no: it is not even set", "one step never ends"],
    ),
    (
        "a long computation",
        "long_computation/board",
        &["a pause of the other task", "no: beside one that never yields"],
    ),
];

#[test]
fn every_claim_is_checked() {
    let mut titles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for scenario in scenarios() {
        let found = titles.entry(scenario.path).or_default();
        found.extend(scenario.expects.into_iter().map(|expect| expect.title));
        found.insert(scenario.title);
    }
    let all = [TASKS, SHARING, AWAITING, ENDING, HARDWARE, HINTS];
    let mut missing = Vec::new();
    for (claim, file, beginnings) in all.into_iter().flatten() {
        let found = titles.get(&format!("scenarios/{file}.toml"));
        for beginning in *beginnings {
            let is_it = |title: &String| title.to_lowercase().starts_with(&beginning.to_lowercase());
            if !found.is_some_and(|titles| titles.iter().any(is_it)) {
                missing.push(format!("{claim}: {file} has no expectation `{beginning}`"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

//! A part of kind `network`, and what the outside does to it.
//!
//! Owns their keys and limits. Knows no model of a network.

use vpyb_core::time::Duration;

use super::diagnostic::{Diagnostic, code};
use super::model::{Action, Network, NetworkChange, Part, What};
use super::names::Unique;
use super::table::Table;
use super::value::Value;

/// Bits a second.
const BANDWIDTHS: std::ops::RangeInclusive<i64> = 1_000..=4_000_000_000;
/// Bytes that a socket keeps.
const BUFFERS: std::ops::RangeInclusive<i64> = 1..=65_535;
/// Parts of a percent in which a loss is counted.
const PARTS_OF_PERCENT: f64 = 100.0;

/// What a network is if nobody says otherwise: a short way without losses, and a socket that keeps what lwIP's does
/// (`TCP_SND_BUF`, two segments).
impl Default for Network {
    fn default() -> Self {
        Self {
            latency: Duration::from_millis(5),
            bandwidth: None,
            loss: 0,
            hosts: vec!["server".into()],
            look_up: Duration::from_millis(10),
            patience: Duration::from_secs(5),
            buffer: 1072,
        }
    }
}

/// `[parts.NAME]` of kind `network`; a board has at most one.
pub fn network(table: &mut Table<'_>, name: Value<'_>, unique: &mut Unique) -> Part {
    match unique.first("network") {
        None => drop(unique.claim("network", "network", name)),
        Some(first) => {
            let message = "a board is attached to one network";
            let problem =
                Diagnostic::new(code::CONFLICT, name.key_span(), message).also(first, "the first one");
            name.report(problem.help("leave one of them out"));
        }
    }
    let mut network = Network::default();
    let span = |value: Option<Value<'_>>, default| value.and_then(Value::duration).unwrap_or(default);
    network.latency = span(table.key("latency"), network.latency);
    network.look_up = span(table.key("look_up"), network.look_up);
    network.patience = span(table.key("patience"), network.patience);
    network.bandwidth =
        table.key("bandwidth").and_then(|value| value.integer(BANDWIDTHS)).map(|bits| bits as u32);
    network.loss = table.key("loss").and_then(loss).unwrap_or_default();
    if let Some(bytes) = table.key("buffer").and_then(|value| value.integer(BUFFERS)) {
        network.buffer = bytes as usize;
    }
    if let Some(hosts) = table.key("hosts").and_then(Value::items) {
        network.hosts = hosts.filter_map(|host| host.text().map(str::to_owned)).collect();
    }
    Part::Network(network)
}

/// `"2%"`: how many of a hundred messages get lost, in hundredths of a percent.
fn loss(value: Value<'_>) -> Option<u32> {
    let text = value.text()?;
    let percent = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
    if percent.is_none() {
        value.refuse(
            code::OUT_OF_RANGE,
            "a loss is a share of all messages, from 0% to 100%",
            "write it as in `loss = \"2%\"`",
        );
    }
    percent.map(|percent| (percent * PARTS_OF_PERCENT).round() as u32)
}

/// What is seen of a network, and the trace's word for it.
const EVENTS: [(&str, &str); 13] = [
    ("down", "net_down"),
    ("up", "net_up"),
    ("looked_up", "net_looked_up"),
    ("connects", "net_connects"),
    ("connected", "net_connected"),
    ("accepted", "net_accepted"),
    ("sent", "net_sent"),
    ("again", "net_again"),
    ("lost", "net_lost"),
    ("arrived", "net_arrived"),
    ("ended", "net_ended"),
    ("closed", "net_closed"),
    ("failed", "net_failed"),
];

/// An event of the network, perhaps of one socket: they are numbered as they are made.
pub fn event(table: &mut Table<'_>) -> Option<What> {
    let event = table.key("network")?.word("event of the network", &EVENTS, &[]);
    let socket = table.key("socket").map(Value::text);
    let socket = match socket {
        Some(text) => Some(text?.to_owned()),
        None => None,
    };
    Some(What::Network { event: event?, socket })
}

/// `network = "down"` in a step.
pub fn change<'p>(value: Value<'_>, mut parts: impl Iterator<Item = &'p Part>) -> Option<Action> {
    let words = [("down", NetworkChange::Down), ("up", NetworkChange::Up), ("reset", NetworkChange::Reset)];
    let change = value.word("change of the network", &words, &[]);
    if !parts.any(|part| matches!(part, Part::Network(_))) {
        let message = "there is no network on this bench";
        let problem = Diagnostic::new(code::UNKNOWN_NAME, value.key_span(), message);
        value.report(problem.help("add a part: `[parts.lan]` with `kind = \"network\"`"));
        return None;
    }
    change.map(Action::Network)
}

//! The simulator's own diagnostics, on standard error.
//!
//! Owns how a log line looks: its time stamp is the virtual time that the event carries in its field `at`
//! (nanoseconds). Nothing of it reaches a trace.

use std::{env, fmt};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use vpyb_core::time::Instant;
use vpyb_sim::trace::show_instant;

/// Starts logging: warnings, and more with each `-v`; `VPYB_LOG` sets a filter of its own. One that cannot be read is
/// told, and is as if it were not there.
pub fn start(verbose: u8, coloured: bool) {
    let level = [LevelFilter::WARN, LevelFilter::INFO, LevelFilter::DEBUG, LevelFilter::TRACE]
        [usize::from(verbose.min(3))];
    let own = env::var("VPYB_LOG").ok().and_then(|text| match text.parse::<Targets>() {
        Ok(filter) => Some(filter),
        Err(error) => {
            eprintln!("warning: `VPYB_LOG={text}` sets no filter: {error}");
            None
        }
    });
    let filter = own.unwrap_or_else(|| Targets::new().with_default(level));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(coloured)
        .event_format(VirtualTime);
    // A second start in one process keeps the first one's settings.
    tracing_subscriber::registry().with(lines.with_filter(filter)).try_init().ok();
}

struct VirtualTime;

#[derive(Default)]
struct Fields {
    at: Option<u64>,
    text: String,
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "at" {
            self.at = Some(value);
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        use fmt::Write;
        let written = match field.name() {
            "message" => write!(self.text, "{value:?}"),
            name => write!(self.text, " {name}={value:?}"),
        };
        written.expect("a text takes everything");
    }
}

impl<S, N> FormatEvent<S, N> for VirtualTime
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let at = fields.at.map_or_else(String::new, |at| show_instant(Instant::from_nanos(at)));
        writeln!(writer, "{at:>14} {:5} {}", event.metadata().level(), fields.text)
    }
}

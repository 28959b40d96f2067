//! Log lines on standard error: JSON for machines, or text for a person at a terminal.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal;
use std::panic::PanicHookInfo;
use std::sync::{Arc, LazyLock};

use prometheus_client::metrics::counter::Counter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::{EnvFilter, fmt};

use super::log_writer::LogWriter;

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object a line; no value can begin a line of its own.
    Json,
    /// Text.
    Text,
}

/// The lines of the process that could not be written.
pub(super) static LINES_DROPPED: LazyLock<Counter> = LazyLock::new(Counter::default);

/// The log of the process. Its drop waits a second at most for the last lines to be written.
#[must_use = "its drop writes the last lines"]
pub struct Log(Arc<LogWriter>);

impl Drop for Log {
    fn drop(&mut self) {
        self.0.flush();
    }
}

/// The HTTP library logs an error here for each request that it cannot read. Any caller could fill the log with those.
const UNREADABLE_REQUESTS: &str = "actix_http::h1::dispatcher=off";

/// The filter that `directives` describe. Requests that cannot be read are left out, unless a directive names the HTTP library.
fn filter_of(directives: &str) -> Result<EnvFilter, ParseError> {
    let filter = EnvFilter::try_new(directives)?;
    if directives.contains("actix_http") { Ok(filter) } else { Ok(filter.add_directive(UNREADABLE_REQUESTS.parse()?)) }
}

/// Starts logging, and logs every panic from then on. `filter` is in the syntax of tracing's directives, such as `info`
/// or `iewm=debug`.
///
/// # Errors
/// A text that says what is wrong with the filter, that logging has been started already, or that there is no thread for it.
pub fn start(format: Format, filter: &str) -> Result<Log, String> {
    let filter = filter_of(filter).map_err(|error| format!("log.filter: {error}"))?;
    let writer = LogWriter::start(std::io::stderr(), LINES_DROPPED.clone());
    let writer = Arc::new(writer.map_err(|error| format!("the log cannot be started: {error}"))?);
    // Left to itself, tracing reports its own failures by `eprintln!`, which panics when standard error fails.
    let builder = fmt().with_env_filter(filter).log_internal_errors(false);
    let builder = builder.with_writer(writer.clone());
    let started = match format {
        Format::Json => builder.json().flatten_event(true).try_init(),
        Format::Text => builder.with_target(false).with_ansi(std::io::stderr().is_terminal()).compact().try_init(),
    };
    started.map_err(|error| error.to_string())?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(Log(writer))
}

/// Logs where a thread panicked, and why if the reason is a constant of the program: any other can hold personal data. The
/// standard hook writes to standard error itself, which blocks behind a pipe that is not read.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let location = panic.location().map(ToString::to_string);
    let reason = constant(panic.payload());
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    tracing::error!(thread = thread.name(), location, reason, backtrace, "panicked");
}

/// What a panic says, if it is a constant of the program.
fn constant(payload: &(dyn Any + Send)) -> Option<&'static str> {
    payload.downcast_ref().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreadable_requests_are_left_out_unless_the_library_is_named() {
        for (directives, are_left_out) in
            [("", true), ("warn", true), ("iewm=debug,info", true), ("actix_http=debug", false)]
        {
            let filter = filter_of(directives).unwrap().to_string();
            assert_eq!(filter.contains(UNREADABLE_REQUESTS), are_left_out, "{directives}: {filter}");
        }
        assert!(filter_of("iewm=loud").is_err());
    }

    #[test]
    fn a_panic_with_data_is_logged_without_its_reason() {
        let payload = |panic: fn()| std::panic::catch_unwind(panic).unwrap_err();
        assert_eq!(constant(&*payload(|| panic!("on purpose"))), Some("on purpose"));
        assert_eq!(constant(&*payload(|| panic!("{}", std::hint::black_box("Ada Lovelace")))), None);
    }
}

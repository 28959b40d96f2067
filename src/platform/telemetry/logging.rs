//! Log lines on stderr: JSON for machines, or text for a person at a terminal.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt};

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object a line; no value can begin a line of its own.
    Json,
    /// Text.
    Text,
}

/// Starts logging. `filter` is in the syntax of tracing's directives, such as `info` or `iewm=debug`.
///
/// # Errors
/// A text that says what is wrong with the filter, or that logging has been started already.
pub fn start(format: Format, filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("log.filter: {error}"))?;
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        Format::Json => builder.json().flatten_event(true).try_init(),
        Format::Text => builder.with_target(false).with_ansi(std::io::stderr().is_terminal()).compact().try_init(),
    };
    started.map_err(|error| error.to_string())
}

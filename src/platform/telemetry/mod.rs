//! Logs and metrics. Both carry ids, routes and counts; neither ever carries what a person wrote.

mod callers;
mod clock_difference;
mod jobs;
mod log_writer;
mod logging;
mod metrics;

pub use callers::CallerMetrics;
pub use clock_difference::{Change, ClockDifference};
pub use jobs::JobMetrics;
pub use logging::{Format, Log, start as start_logging};
pub use metrics::{DeadlineCount, Metrics};

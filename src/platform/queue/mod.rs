//! Background work: the [`Job`]s of the service, and the one runner that repeats them.

mod backoff;
mod job;
mod runner;

pub use backoff::Backoff;
pub use job::{About, Job, Round};
pub use runner::{Jobs, Runner};

//! Background work: jobs that one runner repeats, and tables of leased rows that their workers work off.
//!
//! A [`Job`] has a name, a period and a `tick`. The [`Runner`] repeats it, measures it, and tries it again later and later
//! while it fails. A job that works off a table of [`Leased`] rows calls [`drain`]: claim a row, work on it, settle it.
//! [Decision 36](../../../docs/decisions/0036-one-queue.md) has the reasons.

mod backoff;
mod drain;
mod job;
mod leased;
mod runner;

pub use backoff::Backoff;
pub use drain::{Next, drain};
pub use job::{About, Job, Round};
pub use leased::{Attempted, Lease, Leased};
pub use runner::{Jobs, Runner};

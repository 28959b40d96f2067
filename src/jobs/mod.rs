//! Background work. Each job is a `tick` that does what is due now and says how much that was; `run` repeats it.
//! Nothing of the law depends on a job having run: what time alone changes is computed when it is read.

mod beat;
mod clock_watch;
mod delivery;
mod digest;
mod gathering;
mod purge;
mod upkeep;

pub use clock_watch::ClockWatch;
pub use delivery::Delivery;
pub use digest::Digest;
pub use gathering::Gathering;
pub use purge::Purge;
pub use upkeep::Upkeep;

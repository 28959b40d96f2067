//! Idempotency keys: the same request with the same key is carried out once, and answered with the
//! first answer again for 24 hours.
//!
//! The answer of a write is kept in the transaction of the write itself, so that neither can be there
//! without the other. Other answers (a search, a problem) are kept after the fact: nothing was done,
//! so that doing it again does no harm.

mod in_flight;
mod keyed;
mod store;

pub use in_flight::InFlight;
pub use keyed::Keyed;
pub(in crate::platform) use keyed::once;
pub(in crate::platform) use store::{claim, keep};
pub use store::{forget, pass_on};

//! Idempotency keys: a request with a key is carried out once. For 24 hours the same request is answered without being
//! carried out again.
//!
//! A row of `kept_answers` holds ids and no person: the key and the request as keyed hashes, and where to read the resource
//! that was made or changed. A replay reads that resource as its caller may see it now. A body is kept only where its type
//! says that it holds ids alone; the bodies of each caller have a bound.
//!
//! The row of a write is inserted in the transaction of the write, so that neither exists without the other. A problem is
//! kept afterwards, because nothing was done. Operations that change nothing keep nothing.

pub mod cards;
mod in_flight;
mod kept;
mod key;
mod store;

pub use in_flight::InFlight;
pub(in crate::platform) use kept::{Kept, KeptBody};
pub use key::Keyed;
pub(in crate::platform) use key::in_use;
pub(in crate::platform) use store::{claim, delete_expired, expired, find, keep};

//! The two doors to the database as a room sees them: a transaction that reads, and one that writes
//! and cannot end well without having said what it did.

mod context;
mod keys;
mod many;
mod read;
mod write;

pub use context::Context;
pub(in crate::platform) use context::Noted;
pub use keys::unless_key_missing;
pub(in crate::platform) use many::Party;
pub use many::{Each, ManyTx};
pub use read::ReadTx;
pub use write::{NewKey, Recorded, WriteTx};

//! The transactions of the database as a room sees them: one reads, and one writes. A write cannot be committed unless it
//! says what it did.

mod context;
mod extensions;
mod keys;
mod many;
mod read;
mod services;
mod write;

pub use context::Context;
pub(in crate::platform) use context::Noted;
pub use extensions::Extensions;
pub use keys::unless_key_missing;
pub(in crate::platform) use many::Party;
pub use many::{Each, ManyTx};
pub use read::ReadTx;
pub use services::Services;
pub use write::{NewKey, Recorded, WriteTx};

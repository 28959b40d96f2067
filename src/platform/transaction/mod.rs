//! The two transactions that a room sees: one reads, and one writes and cannot succeed without its
//! audit entry.

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

//! Disclosures: whose data went to which recipient, what the recipient read, and what it must do with it.
//!
//! Invariants: `policy::sharing` rules on each disclosure, from facts of the transaction that writes it; the same person,
//! organisation, agreement, purpose and event have one live disclosure; nothing revives a recalled one. An end by date and the
//! suspension of an agreement are computed when a disclosure is read.

pub mod batches;
pub mod cards;
mod personal;
pub mod store;

pub use personal::DisclosureData;

//! Disclosures: whose data went to which recipient, what the recipient read, and what it must do with it.

pub mod batches;
pub mod cards;

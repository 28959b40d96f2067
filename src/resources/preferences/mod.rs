//! What a person does from their mailbox: the links to their preferences, and the letters that bring links.
//!
//! Invariants: only a mailbox gets a link, never an answer of the API; a link is stored as a hash and is no good once
//! the contact has another address; asking for one tells nobody whether an address is known.

mod letters;
mod links;
mod personal;

pub use letters::LETTERS;
pub use personal::PreferenceData;

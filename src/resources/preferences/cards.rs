//! The card of the table of links to preferences.

use crate::domain::Class::{BlindIndex, Plain, Pseudonymous};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[PREFERENCE_LINKS];

const PREFERENCE_LINKS: Card = Card {
    table: "preference_links",
    meaning: "The links by which a mailbox sees and changes its own preferences, as hashes.",
    columns: &[("token_hash", Plain), ("contact_id", Pseudonymous), ("mark", BlindIndex), ("expires_at", Plain)],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Erase, "Links to a mailbox to which the service no longer writes"),
    retention: RecordClass::PreferenceLink,
};

//! The cards of the tables of links.

use crate::domain::Class::{BlindIndex, Plain, Pseudonymous};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[PREFERENCE_LINKS, SHARING_ALLOWANCE_LINKS];

const PREFERENCE_LINKS: Card = Card {
    table: "preference_links",
    meaning: "The links by which a mailbox sees and changes its own preferences, as hashes.",
    columns: &[("token_hash", Plain), ("contact_id", Pseudonymous), ("mark", BlindIndex), ("expires_at", Plain)],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Erase, "Links to a mailbox to which the service no longer writes"),
    retention: RecordClass::PreferenceLink,
};

const SHARING_ALLOWANCE_LINKS: Card = Card {
    table: "sharing_allowance_links",
    meaning: "The links by which a mailbox allows sharing again with a kind of recipient, as hashes.",
    columns: &[
        ("token_hash", Plain),
        ("contact_id", Pseudonymous),
        ("recipient_kind", Plain),
        ("refused_since", Plain),
        ("mark", BlindIndex),
        ("expires_at", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Erase, "Links to a mailbox to which the service no longer writes"),
    retention: RecordClass::ConfirmationLink,
};

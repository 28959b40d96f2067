//! The cards of the tables of legal holds.

use crate::domain::Class::{Plain, Pseudonymous, Sealed};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[LEGAL_HOLDS, HELD_ERASURES, HELD_VALUES];

const LEGAL_HOLDS: Card = Card {
    table: "legal_holds",
    meaning: "The legal holds: what they keep, why, and who placed and released each. Their words are sealed under the service's own key, and name no person.",
    columns: &[
        ("id", Plain),
        ("title", Plain),
        ("statute", Plain),
        ("reference", Plain),
        ("scope", Plain),
        ("contact_id", Pseudonymous),
        ("event_id", Plain),
        ("network_id", Plain),
        ("record_class", Plain),
        ("ground", Plain),
        ("reason", Sealed),
        ("owner", Sealed),
        ("tell_people", Plain),
        ("review_on", Plain),
        ("status", Plain),
        ("placed_by", Pseudonymous),
        ("placed_at", Plain),
        ("proposed_by", Pseudonymous),
        ("proposed_issuer", Plain),
        ("proposed_claim", Plain),
        ("proposed_at", Plain),
        ("release_reason", Sealed),
        ("rejection_reason", Sealed),
        ("released_by", Pseudonymous),
        ("released_issuer", Plain),
        ("released_at", Plain),
        ("updated_at", Plain),
        ("version", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "What had to be kept, and who decided it (Article 5(2)); a hold names a contact by its id alone",
    ),
    retention: RecordClass::LegalHold,
};

const HELD_ERASURES: Card = Card {
    table: "held_erasures",
    meaning: "The requests for erasure that legal holds kept from being carried out whole, until the rest is erased.",
    columns: &[("request_id", Pseudonymous), ("contact_id", Pseudonymous), ("refused_at", Plain)],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Erase, "The erasure is no longer due once it is done"),
    retention: RecordClass::Erasure,
};

const HELD_VALUES: Card = Card {
    table: "held_values",
    meaning: "Former values that were overwritten while a legal hold kept them, sealed as they were. The database inserts them by itself; the release of the hold deletes them.",
    columns: &[
        ("id", Plain),
        ("table_name", Plain),
        ("column_name", Plain),
        ("record_id", Pseudonymous),
        ("contact_id", Pseudonymous),
        ("record_class", Plain),
        ("version", Plain),
        ("value", Sealed),
    ],
    emptied: &[],
    on_erasure: OnErasure::WithThePerson(Fate::Erase, "No hold keeps them any longer"),
    retention: RecordClass::Contact,
};

//! The cards of the tables of disclosures.

use crate::domain::Class::{Plain, Pseudonymous, Sealed};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[DISCLOSURES, DISCLOSURE_GROUNDS, DISCLOSURE_BATCHES];

/// The cards of the tables whose rows are about a person. Grounds are about a call, whatever the number of people.
pub const PERSONAL: &[Card] = &[DISCLOSURES, DISCLOSURE_BATCHES];

const DISCLOSURES: Card = Card {
    table: "disclosures",
    meaning: "Whose data was disclosed to which organisation, which members, and why: an agreement and a purpose, or a law.",
    columns: &[
        ("id", Pseudonymous),
        ("contact_id", Pseudonymous),
        ("organisation_id", Plain),
        ("agreement_id", Plain),
        ("purpose", Plain),
        ("event_id", Plain),
        ("grounds_id", Plain),
        ("fields", Plain),
        ("status", Plain),
        ("disclosed_at", Plain),
        ("expires_at", Plain),
        ("approved_by", Pseudonymous),
        ("approved_issuer", Plain),
        ("approved_at", Plain),
        ("recalled_at", Plain),
        ("recall_cause", Plain),
        ("created_at", Plain),
        ("updated_at", Plain),
        ("version", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Counted(
        Fate::Keep,
        "The recipients must be told of the erasure (Article 19); the records hold ids and dates",
    ),
    retention: RecordClass::Disclosure,
};

const DISCLOSURE_GROUNDS: Card = Card {
    table: "disclosure_grounds",
    meaning: "Why data was disclosed: the necessity, and the law that requires it. The words are sealed under the service's own key.",
    columns: &[
        ("id", Plain),
        ("gateway", Plain),
        ("gateway_reference", Sealed),
        ("requested_by", Sealed),
        ("necessity", Sealed),
        ("proposed_by", Pseudonymous),
        ("proposed_issuer", Plain),
        ("proposed_claim", Plain),
        ("proposed_at", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::Disclosure,
};

const DISCLOSURE_BATCHES: Card = Card {
    table: "disclosure_batches",
    meaning: "What recipients read: who, when, by which operation, and whose data.",
    columns: &[
        ("id", Plain),
        ("part", Plain),
        ("organisation_id", Plain),
        ("caller", Pseudonymous),
        ("caller_issuer", Plain),
        ("operation", Plain),
        ("event_id", Plain),
        ("purpose", Plain),
        ("read_at", Plain),
        ("contact_ids", Pseudonymous),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "Which recipient read the data (Article 5(2)); the records hold ids and dates",
    ),
    retention: RecordClass::Disclosure,
};

//! The cards of the tables of obligations.

use crate::domain::Class::{Plain, Pseudonymous, Sealed};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[OBLIGATIONS, OBLIGATION_DISCLOSURES];

const OBLIGATIONS: Card = Card {
    table: "obligations",
    meaning: "What recipients must do because data was corrected, restricted or erased, and their answers. Explanations are sealed under the service's own key.",
    columns: &[
        ("id", Pseudonymous),
        ("request_id", Pseudonymous),
        ("contact_id", Pseudonymous),
        ("organisation_id", Plain),
        ("action", Plain),
        ("status", Plain),
        ("due_on", Plain),
        ("reminders", Plain),
        ("acknowledged", Plain),
        ("acted_on", Plain),
        ("closure_reason", Plain),
        ("settled_by", Pseudonymous),
        ("settled_at", Plain),
        ("opened_at", Plain),
        ("updated_at", Plain),
        ("version", Plain),
    ],
    emptied: &[("explanation", Sealed)],
    on_erasure: OnErasure::Uncounted(
        Fate::Anonymise,
        "The recipients must be told of the erasure (Article 19); the records hold ids and dates",
    ),
    retention: RecordClass::Obligation,
};

const OBLIGATION_DISCLOSURES: Card = Card {
    table: "obligation_disclosures",
    meaning: "The disclosures to which each obligation belongs.",
    columns: &[("obligation_id", Pseudonymous), ("disclosure_id", Pseudonymous)],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "The recipients must be told of the erasure (Article 19); the records hold ids alone",
    ),
    retention: RecordClass::Obligation,
};

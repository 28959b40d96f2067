//! The cards of the tables of breaches.

use crate::domain::Class::{Plain, Pseudonymous, Sealed};
use crate::domain::{Card, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[BREACHES, BREACH_STEPS];

const BREACHES: Card = Card {
    table: "breaches",
    meaning: "The register of personal-data breaches. It names no person. The words are in `particulars`, sealed \
              under the service's own key.",
    columns: &[
        ("id", Plain),
        ("reference", Plain),
        ("aware_at", Plain),
        ("categories", Plain),
        ("approximate_subjects", Plain),
        ("approximate_records", Plain),
        ("reported_by_organisation_id", Plain),
        ("status", Plain),
        ("risk", Plain),
        ("notify_regulator", Plain),
        ("notify_subjects", Plain),
        ("notified_at", Plain),
        ("closed_at", Plain),
        ("particulars", Sealed),
        ("created_at", Plain),
        ("updated_at", Plain),
        ("version", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::Breach,
};

const BREACH_STEPS: Card = Card {
    table: "breach_steps",
    meaning: "The steps of each breach, with time and author. The reasons for a late notification are in `words`, \
              sealed in the same way.",
    columns: &[
        ("id", Plain),
        ("breach_id", Plain),
        ("status", Plain),
        ("phase", Plain),
        ("occurred_at", Plain),
        ("words", Sealed),
        ("recorded_at", Plain),
        ("recorded_by", Pseudonymous),
    ],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::Breach,
};

//! The cards of the tables of audit entries.

use crate::domain::Class::{Plain, Pseudonymous};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[AUDIT_ENTRIES, AUDIT_SUBJECTS];

const AUDIT_ENTRIES: Card = Card {
    table: "audit_entries",
    meaning: "The audit entries: ids, counts, commitments, and the names of changed members.",
    columns: &[
        ("id", Plain),
        ("at", Plain),
        ("actor_kind", Plain),
        ("actor", Pseudonymous),
        ("roles", Plain),
        ("organisation_id", Plain),
        ("action", Plain),
        ("outcome", Plain),
        ("code", Plain),
        ("contact_id", Pseudonymous),
        ("subject", Pseudonymous),
        ("detail", Plain),
        ("digest", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Keep, "The acts and their authors, by ids alone (Articles 5(2) and 24)"),
    retention: RecordClass::Audit,
};

const AUDIT_SUBJECTS: Card = Card {
    table: "audit_subjects",
    meaning: "The contacts that a search showed, if an audit entry names several.",
    columns: &[("contact_id", Pseudonymous), ("entry_id", Plain)],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "The contacts that a search showed, by ids alone (Articles 5(2) and 24)",
    ),
    retention: RecordClass::Audit,
};

//! The cards of the tables of privacy notices.

use crate::domain::Class::Plain;
use crate::domain::{Card, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[PRIVACY_NOTICES, MATERIAL_CHANGES];

const PRIVACY_NOTICES: Card = Card {
    table: "privacy_notices",
    meaning: "The versions of the privacy notice.",
    columns: &[
        ("version", Plain),
        ("effective_on", Plain),
        ("status", Plain),
        ("content", Plain),
        ("sha256", Plain),
        ("published_at", Plain),
        ("revision", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::PrivacyNotice,
};

const MATERIAL_CHANGES: Card = Card {
    table: "material_changes",
    meaning: "The purposes that each published notice changed materially.",
    columns: &[("notice_version", Plain), ("purpose", Plain), ("effective_on", Plain)],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::PrivacyNotice,
};

//! The card of the table of agreements.

use crate::domain::Class::{Plain, Pseudonymous, Sealed};
use crate::domain::{Card, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[SHARING_AGREEMENTS];

const SHARING_AGREEMENTS: Card = Card {
    table: "sharing_agreements",
    meaning: "The agreements to share data with organisations, and who proposed and approved each. Its words are sealed under the service's own key.",
    columns: &[
        ("id", Plain),
        ("organisation_id", Plain),
        ("purposes", Plain),
        ("fields", Plain),
        ("necessity", Sealed),
        ("starts_on", Plain),
        ("ends_on", Plain),
        ("status", Plain),
        ("end_reason", Sealed),
        ("ended_at", Plain),
        ("proposed_by", Pseudonymous),
        ("proposed_issuer", Plain),
        ("proposed_claim", Plain),
        ("proposed_at", Plain),
        ("approved_by", Pseudonymous),
        ("approved_issuer", Plain),
        ("approved_at", Plain),
        ("updated_at", Plain),
        ("version", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::SharingAgreement,
};

//! The card of the table of digests.

use crate::domain::Class::Plain;
use crate::domain::{Card, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[DEADLINE_DIGESTS];

const DEADLINE_DIGESTS: Card = Card {
    table: "deadline_digests",
    meaning: "The working days on which the data-protection team was sent the digest of deadlines.",
    columns: &[("day", Plain), ("queued_at", Plain)],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::DeadlineDigest,
};

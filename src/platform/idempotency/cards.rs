//! The card of the table of kept answers.

use crate::domain::Class::{Plain, Pseudonymous};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[KEPT_ANSWERS];

const KEPT_ANSWERS: Card = Card {
    table: "kept_answers",
    meaning: "The requests with an idempotency key of the last 24 hours: keyed hashes, and the ids of created or \
              changed records. Responses about many records and problems are stored whole if they hold ids alone, \
              sealed under the service's own key.",
    columns: &[
        ("key", Plain),
        ("fingerprint", Plain),
        ("kind", Plain),
        ("status", Plain),
        ("path", Pseudonymous),
        ("body", Pseudonymous),
        ("body_bytes", Plain),
        ("caller", Pseudonymous),
        ("kept_until", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "The fact that a request was carried out, by ids alone and for 24 hours, so that it is not repeated",
    ),
    retention: RecordClass::KeptAnswer,
};

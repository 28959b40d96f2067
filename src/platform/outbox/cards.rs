//! The card of the table of messages.

use crate::domain::Class::{BlindIndex, Plain, Pseudonymous};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[MESSAGES];

const MESSAGES: Card = Card {
    table: "messages",
    meaning: "Mail messages and their delivery, for thirty days: ids, no address and no text.",
    columns: &[
        ("id", Plain),
        ("kind", Plain),
        ("contact_id", Pseudonymous),
        ("subject_id", Pseudonymous),
        ("mark", BlindIndex),
        ("status", Plain),
        ("reason", Plain),
        ("attempts", Plain),
        ("next_attempt_at", Plain),
        ("created_at", Plain),
        ("settled_at", Plain),
        ("version", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Erase, "The service sends nothing more, and drops queued messages"),
    retention: RecordClass::Message,
};

//! The card of the table of revoked tokens.

use crate::domain::Class::{Plain, Pseudonymous};
use crate::domain::{Card, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[TOKEN_REVOCATIONS];

const TOKEN_REVOCATIONS: Card = Card {
    table: "token_revocations",
    meaning: "Revoked tokens, until their expiry.",
    columns: &[
        ("id", Plain),
        ("kind", Plain),
        ("value", Pseudonymous),
        ("not_before", Plain),
        ("moot_at", Plain),
        ("issuer", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::TokenRevocation,
};

//! The card of the table of organisations.

use crate::domain::Class::{Plain, Sealed};
use crate::domain::{Card, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[ORGANISATIONS];

const ORGANISATIONS: Card = Card {
    table: "organisations",
    meaning: "The organisations with which data may be shared. The contact point and the mailbox are sealed under \
              the service's own key.",
    columns: &[
        ("id", Plain),
        ("name", Plain),
        ("kind", Plain),
        ("status", Plain),
        ("contact_point", Sealed),
        ("created_at", Plain),
        ("updated_at", Plain),
        ("version", Plain),
        ("contact_email", Sealed),
    ],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::Organisation,
};

//! The cards of the tables of networks and memberships.

use crate::domain::Class::{Plain, Pseudonymous, Sealed};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[NETWORKS, MEMBERSHIPS];

const NETWORKS: Card = Card {
    table: "networks",
    meaning: "The professional networks.",
    columns: &[
        ("id", Plain),
        ("code", Plain),
        ("name", Plain),
        ("description", Plain),
        ("status", Plain),
        ("created_at", Plain),
        ("updated_at", Plain),
        ("version", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::Network,
};

const MEMBERSHIPS: Card = Card {
    table: "memberships",
    meaning: "Memberships of networks, with role, first and last day. The body that each member represents, and the \
              reason for the end, are in `particulars`.",
    columns: &[
        ("id", Pseudonymous),
        ("network_id", Plain),
        ("contact_id", Pseudonymous),
        ("role", Plain),
        ("status", Plain),
        ("started_on", Plain),
        ("ended_on", Plain),
        ("directory_visibility", Plain),
        ("particulars", Sealed),
        ("created_at", Plain),
        ("version", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Counted(Fate::Erase, "No purpose is left (Article 17(1)(a))"),
    retention: RecordClass::Membership,
};

/// The card of memberships: a network is about no person.
pub const PERSONAL: &[Card] = &[MEMBERSHIPS];

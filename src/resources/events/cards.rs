//! The cards of the tables of events.

use crate::domain::Class::Plain;
use crate::domain::{Card, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[EVENTS, EVENT_ASSIGNMENTS];

const EVENTS: Card = Card {
    table: "events",
    meaning: "The events. They hold no personal data.",
    columns: &[
        ("id", Plain),
        ("title", Plain),
        ("description", Plain),
        ("starts_at", Plain),
        ("ends_at", Plain),
        ("venue_organisation_id", Plain),
        ("place_name", Plain),
        ("place_address", Plain),
        ("online_url", Plain),
        ("capacity", Plain),
        ("registration_opens_at", Plain),
        ("registration_closes_at", Plain),
        ("self_cancel_until", Plain),
        ("waiting_list", Plain),
        ("promotion", Plain),
        ("offer_working_hours", Plain),
        ("status", Plain),
        ("created_at", Plain),
        ("updated_at", Plain),
        ("version", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::Event,
};

const EVENT_ASSIGNMENTS: Card = Card {
    table: "event_assignments",
    meaning: "The organisations that take part in running an event, and what each may see.",
    columns: &[
        ("id", Plain),
        ("event_id", Plain),
        ("organisation_id", Plain),
        ("agreement_id", Plain),
        ("profile", Plain),
        ("starts_at", Plain),
        ("ends_at", Plain),
        ("created_at", Plain),
        ("updated_at", Plain),
        ("version", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::EventAssignment,
};

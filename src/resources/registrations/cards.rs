//! The cards of the tables of registrations.

use crate::domain::Class::{Plain, Pseudonymous, Sealed};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[REGISTRATIONS, REGISTRATION_STEPS, CHECK_INS, ACCESS_REQUIREMENTS, EVENT_PLACES];

const REGISTRATIONS: Card = Card {
    table: "registrations",
    meaning: "Registrations for events: places, waiting list and offers.",
    columns: &[
        ("id", Pseudonymous),
        ("event_id", Plain),
        ("contact_id", Pseudonymous),
        ("status", Plain),
        ("sequence", Plain),
        ("offer_expires_at", Plain),
        ("share_with_partners", Plain),
        ("share_with_venue", Plain),
        ("source", Plain),
        ("created_at", Plain),
        ("updated_at", Plain),
        ("version", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Counted(
        Fate::Anonymise,
        "Past registrations stay without a name (Article 5(2)); future ones are cancelled",
    ),
    retention: RecordClass::Registration,
};

const REGISTRATION_STEPS: Card = Card {
    table: "registration_steps",
    meaning: "The steps of each registration, append-only: author, time, cause. A reason in words is sealed.",
    columns: &[
        ("registration_id", Pseudonymous),
        ("version", Plain),
        ("status", Plain),
        ("cause", Plain),
        ("recorded_at", Plain),
        ("recorded_by", Pseudonymous),
    ],
    emptied: &[("reason", Sealed)],
    on_erasure: OnErasure::Uncounted(Fate::Anonymise, "The steps of the registration, without the reasons in words"),
    retention: RecordClass::Registration,
};

const CHECK_INS: Card = Card {
    table: "check_ins",
    meaning: "Check-ins at events, by the registration's id.",
    columns: &[
        ("event_id", Plain),
        ("device_id", Plain),
        ("nonce", Plain),
        ("registration_id", Pseudonymous),
        ("direction", Plain),
        ("occurred_at", Plain),
        ("received_at", Plain),
        ("position", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Keep, "Check-in times, by the registration's id alone"),
    retention: RecordClass::Registration,
};

const ACCESS_REQUIREMENTS: Card = Card {
    table: "access_requirements",
    meaning: "What people need in order to take part: dietary and access requirements, which may reveal health or \
              belief. Deleted thirty days after the event.",
    columns: &[
        ("registration_id", Pseudonymous),
        ("contact_id", Pseudonymous),
        ("event_id", Plain),
        ("requirements", Sealed),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Erase, "The person no longer takes part"),
    retention: RecordClass::AccessRequirement,
};

const EVENT_PLACES: Card = Card {
    table: "event_places",
    meaning: "For each event, the number of taken places, of held places, and of people who wait.",
    columns: &[
        ("event_id", Plain),
        ("confirmed", Plain),
        ("offered", Plain),
        ("waitlisted", Plain),
        ("last_sequence", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::Event,
};

/// Those about people: the places of an event are about none.
pub const PERSONAL: &[Card] = &[REGISTRATIONS, REGISTRATION_STEPS, CHECK_INS, ACCESS_REQUIREMENTS];

//! The cards of the tables of consents.

use crate::domain::Class::{BlindIndex, Plain, Pseudonymous, Sealed};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[CONSENTS, CONSENT_DECISIONS, CONSENT_CONFIRMATIONS];

const CONSENTS: Card = Card {
    table: "consents",
    meaning: "The state of each consent, which follows from its decisions.",
    columns: &[
        ("id", Pseudonymous),
        ("contact_id", Pseudonymous),
        ("purpose", Plain),
        ("state", Plain),
        ("since", Plain),
        ("notice_version", Plain),
        ("method", Plain),
        ("decision_id", Pseudonymous),
        ("pending_decision_id", Pseudonymous),
        ("pending_until", Plain),
        ("withdrawn_at", Plain),
        ("objected_at", Plain),
        ("created_at", Plain),
        ("version", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Counted(
        Fate::Anonymise,
        "The answers and their dates show compliance (Articles 5(2) and 7(1)); they hold no name",
    ),
    retention: RecordClass::Consent,
};

const CONSENT_DECISIONS: Card = Card {
    table: "consent_decisions",
    meaning: "Every decision, append-only: the proof that a consent was given and withdrawn.",
    columns: &[
        ("id", Pseudonymous),
        ("consent_id", Pseudonymous),
        ("contact_id", Pseudonymous),
        ("purpose", Plain),
        ("decision", Plain),
        ("method", Plain),
        ("occurred_at", Plain),
        ("recorded_at", Plain),
        ("pending_until", Plain),
        ("notice_version", Plain),
        ("wording_sha256", Plain),
        ("confirms", Pseudonymous),
        ("recorded_by", Pseudonymous),
        ("merged_from", Pseudonymous),
        ("objection", Plain),
    ],
    emptied: &[("evidence", Sealed)],
    on_erasure: OnErasure::Counted(
        Fate::Anonymise,
        "The history of the answers stays for the same reason; the service deletes the wording and the proof of each",
    ),
    retention: RecordClass::Consent,
};

const CONSENT_CONFIRMATIONS: Card = Card {
    table: "consent_confirmations",
    meaning: "The links that ask a mailbox to confirm, as hashes.",
    columns: &[
        ("token_hash", Plain),
        ("mark", BlindIndex),
        ("decision_id", Pseudonymous),
        ("consent_id", Pseudonymous),
        ("expires_at", Plain),
        ("spent_at", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Erase, "Links to a mailbox to which the service no longer writes"),
    retention: RecordClass::ConfirmationLink,
};

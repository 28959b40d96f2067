//! The cards of the tables of complaints.

use crate::domain::Class::{BlindIndex, Plain, Pseudonymous, Sealed};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[COMPLAINTS, COMPLAINT_STEPS];

const COMPLAINTS: Card = Card {
    table: "complaints",
    meaning: "Complaints about the use of personal data. The complainant, the words and the findings are in \
              `particulars`, sealed under the complaint's own key. The service finds a complaint without a contact \
              by blind indexes of the complainant's address, number and name. A complaint that may be about an \
              erased person is restricted.",
    columns: &[
        ("id", Pseudonymous),
        ("reference", Pseudonymous),
        ("contact_id", Pseudonymous),
        ("channel", Plain),
        ("received_on", Plain),
        ("status", Plain),
        ("acknowledged_on", Plain),
        ("outcome", Plain),
        ("closed_on", Plain),
        ("created_at", Plain),
        ("updated_at", Plain),
        ("version", Plain),
    ],
    emptied: &[
        ("particulars", Sealed),
        ("email_index", BlindIndex),
        ("telephone_index", BlindIndex),
        ("named_number", BlindIndex),
        ("name_index", BlindIndex),
        ("restricted_at", Plain),
    ],
    on_erasure: OnErasure::Counted(
        Fate::Anonymise,
        "The dates and outcome of the complaint show compliance (Article 5(2)); the service deletes its words",
    ),
    retention: RecordClass::Complaint,
};

const COMPLAINT_STEPS: Card = Card {
    table: "complaint_steps",
    meaning: "The steps of each complaint, with time and author.",
    columns: &[
        ("id", Plain),
        ("complaint_id", Pseudonymous),
        ("status", Plain),
        ("occurred_on", Plain),
        ("recorded_at", Plain),
        ("recorded_by", Pseudonymous),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Keep, "The steps of a complaint and their dates; they hold no name"),
    retention: RecordClass::Complaint,
};

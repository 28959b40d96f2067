//! The cards of the tables of suppressed and former addresses.

use crate::domain::Class::{BlindIndex, Plain, Pseudonymous};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[SUPPRESSIONS, FORMER_ADDRESSES];

const SUPPRESSIONS: Card = Card {
    table: "suppressions",
    meaning: "Suppressed addresses, and telephone numbers with the names of erased people, as blind indexes; they \
              survive erasure.",
    columns: &[("mark", BlindIndex), ("purpose", Plain), ("since", Plain)],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "A keyed hash of each address that the person ever had, and of each number with the name, so that no import \
         or mailing adds the person again (Article 21(3))",
    ),
    retention: RecordClass::SuppressionMark,
};

const FORMER_ADDRESSES: Card = Card {
    table: "former_addresses",
    meaning: "The addresses and telephone numbers that people had before, as blind indexes. An import or a request \
              still finds the person by them.",
    columns: &[
        ("mark", BlindIndex),
        ("contact_id", Pseudonymous),
        ("kind", Plain),
        ("since", Plain),
        ("passed_on_at", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::WithThePerson(
        Fate::Erase,
        "Former addresses and numbers of the person; suppressions replace them",
    ),
    retention: RecordClass::FormerAddress,
};

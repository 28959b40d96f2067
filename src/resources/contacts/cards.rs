//! The cards of the tables of contacts, their refusals, and their erasures.

use crate::domain::Class::{BlindIndex, Plain, Pseudonymous, Sealed};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[CONTACTS, ERASURE_PLANS, MATCH_ANSWERS, SHARING_REFUSALS];

const CONTACTS: Card = Card {
    table: "contacts",
    meaning: "The contacts. Name, addresses, numbers, work and sources are in `particulars`; `search_tokens` are keyed \
              hashes of the beginnings of the words of names, shared by many names, and that of the number, for the \
              search; `named_number` is one of the number and the name together.",
    columns: &[
        ("id", Pseudonymous),
        ("status", Plain),
        ("obtained_on", Plain),
        ("created_at", Plain),
        ("updated_at", Plain),
        ("last_activity_on", Plain),
        ("version", Plain),
        ("merged_into", Pseudonymous),
    ],
    emptied: &[
        ("particulars", Sealed),
        ("email_index", BlindIndex),
        ("telephone_index", BlindIndex),
        ("email_bounced_at", Plain),
        ("restricted_ground", Plain),
        ("restricted_at", Plain),
        ("search_tokens", BlindIndex),
        ("named_number", BlindIndex),
        ("address_check", Plain),
    ],
    on_erasure: OnErasure::Counted(
        Fate::Anonymise,
        "The id, status and dates stay, so that the history stays complete; the service empties every member about \
         the person",
    ),
    retention: RecordClass::Contact,
};

const ERASURE_PLANS: Card = Card {
    table: "erasure_plans",
    meaning: "The erasures that were proposed and executed, with their authors: ids, counts and grounds.",
    columns: &[
        ("id", Plain),
        ("contact_id", Pseudonymous),
        ("sha256", Plain),
        ("plan", Pseudonymous),
        ("obstacles", Pseudonymous),
        ("proposed_by", Pseudonymous),
        ("proposed_at", Plain),
        ("executed_by", Pseudonymous),
        ("executed_at", Plain),
        ("proposed_issuer", Plain),
        ("proposed_claim", Plain),
        ("executed_issuer", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "The erasure, its proposer and its executor, by ids and counts (Article 5(2))",
    ),
    retention: RecordClass::Erasure,
};

const MATCH_ANSWERS: Card = Card {
    table: "match_answers",
    meaning: "The records without a contact, and the other contacts, that were found to be another person's, or of which it \
              stayed unsure whether they are this person's: ids alone.",
    columns: &[
        ("record_id", Pseudonymous),
        ("contact_id", Pseudonymous),
        ("record_kind", Plain),
        ("answer", Plain),
        ("answered_at", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "Which records may be about the person, by ids alone, so that a later answer can follow (Article 5(2))",
    ),
    retention: RecordClass::Erasure,
};

const SHARING_REFUSALS: Card = Card {
    table: "sharing_refusals",
    meaning: "The kinds of recipient that must not receive a person's data.",
    columns: &[("contact_id", Pseudonymous), ("recipient_kind", Plain), ("since", Plain)],
    emptied: &[],
    on_erasure: OnErasure::WithThePerson(Fate::Erase, "There is nothing left to share"),
    retention: RecordClass::Contact,
};

/// The cards of what SQLite alone has, for its index of names and numbers. PostgreSQL indexes `contacts.search_tokens` itself.
pub const TOKENS_ON_SQLITE: &[Card] = &[CONTACT_TOKENS, CONTACT_TOKENS_DATA, CONTACT_TOKENS_IDX, CONTACT_TOKENS_CONFIG];

const CONTACT_TOKENS: Card = Card {
    table: "contact_tokens",
    meaning: "The full-text index of the tokens of names and numbers.",
    columns: &[("tokens", BlindIndex)],
    emptied: &[],
    on_erasure: OnErasure::WithThePerson(Fate::Erase, "The tokens go with those of the contact"),
    retention: RecordClass::Contact,
};

const CONTACT_TOKENS_DATA: Card = Card {
    table: "contact_tokens_data",
    meaning: "The pages of the index.",
    columns: &[("id", Plain), ("block", BlindIndex)],
    emptied: &[],
    on_erasure: OnErasure::WithThePerson(Fate::Erase, "The tokens go with those of the contact"),
    retention: RecordClass::Contact,
};

const CONTACT_TOKENS_IDX: Card = Card {
    table: "contact_tokens_idx",
    meaning: "Which page of the index begins with which token.",
    columns: &[("segid", Plain), ("term", BlindIndex), ("pgno", Plain)],
    emptied: &[],
    on_erasure: OnErasure::WithThePerson(Fate::Erase, "The tokens go with those of the contact"),
    retention: RecordClass::Contact,
};

const CONTACT_TOKENS_CONFIG: Card = Card {
    table: "contact_tokens_config",
    meaning: "How the index is kept.",
    columns: &[("k", Plain), ("v", Plain)],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::Contact,
};

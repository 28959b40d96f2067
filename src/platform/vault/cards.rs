//! The cards of the tables of the vault.

use crate::domain::Class::{Plain, Pseudonymous, Sealed};
use crate::domain::{Card, Fate, OnErasure, RecordClass};

/// The cards of the tables.
pub const CARDS: &[Card] = &[DATA_KEYS, DESTROYED_KEYS, EXECUTED_PLANS, KEY_REMNANTS, SERVICE_KEYS];

const DATA_KEYS: Card = Card {
    table: "vault.data_keys",
    meaning: "Each person's data key, wrapped under a master key that is not in the database.",
    columns: &[("owner_id", Pseudonymous), ("master_key", Plain), ("wrapped", Sealed), ("made_at", Plain)],
    emptied: &[],
    on_erasure: OnErasure::WithThePerson(Fate::Erase, "Without it, no copy of the sealed data can be read"),
    retention: RecordClass::Contact,
};

const DESTROYED_KEYS: Card = Card {
    table: "vault.destroyed_keys",
    meaning: "The owners of destroyed data keys, with the time. The service erases them again if an old backup of the \
              data is restored.",
    columns: &[("owner_id", Pseudonymous), ("destroyed_at", Plain)],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "The fact that the key was destroyed, so that a restored backup is erased again",
    ),
    retention: RecordClass::DestroyedKey,
};

const EXECUTED_PLANS: Card = Card {
    table: "vault.executed_plans",
    meaning: "Executed erasure plans that kept some records. The service uses them to erase again after an old backup \
              of the data is restored.",
    columns: &[
        ("plan_id", Plain),
        ("contact_id", Pseudonymous),
        ("sha256", Plain),
        ("plan", Pseudonymous),
        ("executed_at", Plain),
    ],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "The records that plans erased and kept, by ids and counts, so that a restored backup is erased again",
    ),
    retention: RecordClass::ExecutedPlan,
};

const KEY_REMNANTS: Card = Card {
    table: "vault.key_remnants",
    meaning: "The owners of destroyed keys that PostgreSQL's pages may still hold, until the table of keys is \
              rewritten; empty on SQLite.",
    columns: &[("owner_id", Pseudonymous), ("destroyed_at", Plain)],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(
        Fate::Keep,
        "The fact that PostgreSQL's pages still hold the key, for about an hour",
    ),
    retention: RecordClass::KeyRemnant,
};

const SERVICE_KEYS: Card = Card {
    table: "vault.service_keys",
    meaning: "The service's own keys, wrapped in the same way.",
    columns: &[("name", Plain), ("master_key", Plain), ("wrapped", Sealed), ("made_at", Plain)],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::ServiceKey,
};

//! Against forgetting: every table of the database, the class of each of its columns, and the rooms
//! that hold personal data. A test walks the migrated schema and fails on a column that is not here.

use crate::personal::{Class, Holder, Holders, Table};
use crate::resources::{
    complaints, consents, contacts, messages, networks, preferences, registrations, subject_requests, suppressions,
};

static HOLDERS: &[&dyn Holder] = &[
    &suppressions::SuppressionData,
    &contacts::ContactData,
    &consents::ConsentData,
    &preferences::PreferenceData,
    &networks::NetworkData,
    &registrations::RegistrationData,
    &complaints::ComplaintData,
    &subject_requests::SubjectRequestData,
    &messages::MessageData,
];

/// The rooms that hold personal data, lowest first.
pub fn holders() -> Holders {
    HOLDERS
}

/// Every table, those of the holders included.
pub fn tables() -> Vec<Table> {
    let held = HOLDERS.iter().flat_map(|holder| holder.tables().iter().copied());
    held.chain(OTHERS.iter().copied()).collect()
}

/// What SQLite alone has, for its index of names and numbers; PostgreSQL indexes `contacts.search_tokens` itself. What is in the
/// index goes with the tokens of the contact.
pub const TOKENS_ON_SQLITE: &[Table] = &[
    Table {
        name: "contact_tokens",
        meaning: "The full-text index of the tokens of names and numbers.",
        columns: &[("tokens", Class::BlindIndex)],
    },
    Table {
        name: "contact_tokens_data",
        meaning: "The pages of the index.",
        columns: &[("id", Class::Plain), ("block", Class::BlindIndex)],
    },
    Table {
        name: "contact_tokens_idx",
        meaning: "Which page of the index begins with which token.",
        columns: &[("segid", Class::Plain), ("term", Class::BlindIndex), ("pgno", Class::Plain)],
    },
    Table {
        name: "contact_tokens_config",
        meaning: "How the index is kept.",
        columns: &[("k", Class::Plain), ("v", Class::Plain)],
    },
];

/// The tables that belong to no person.
const OTHERS: &[Table] = &[
    Table {
        name: "organisations",
        meaning: "The organisations with which data may be shared. The contact point is sealed under the service's \
                  own key.",
        columns: &[
            ("id", Class::Plain),
            ("name", Class::Plain),
            ("kind", Class::Plain),
            ("status", Class::Plain),
            ("contact_point", Class::Sealed),
            ("created_at", Class::Plain),
            ("updated_at", Class::Plain),
            ("version", Class::Plain),
        ],
    },
    Table {
        name: "networks",
        meaning: "The professional networks.",
        columns: &[
            ("id", Class::Plain),
            ("code", Class::Plain),
            ("name", Class::Plain),
            ("description", Class::Plain),
            ("status", Class::Plain),
            ("created_at", Class::Plain),
            ("updated_at", Class::Plain),
            ("version", Class::Plain),
        ],
    },
    Table {
        name: "events",
        meaning: "The events. They hold no personal data.",
        columns: &[
            ("id", Class::Plain),
            ("title", Class::Plain),
            ("description", Class::Plain),
            ("starts_at", Class::Plain),
            ("ends_at", Class::Plain),
            ("venue_organisation_id", Class::Plain),
            ("place_name", Class::Plain),
            ("place_address", Class::Plain),
            ("online_url", Class::Plain),
            ("capacity", Class::Plain),
            ("registration_opens_at", Class::Plain),
            ("registration_closes_at", Class::Plain),
            ("self_cancel_until", Class::Plain),
            ("waiting_list", Class::Plain),
            ("promotion", Class::Plain),
            ("offer_working_hours", Class::Plain),
            ("status", Class::Plain),
            ("created_at", Class::Plain),
            ("updated_at", Class::Plain),
            ("version", Class::Plain),
        ],
    },
    Table {
        name: "event_places",
        meaning: "For each event, the number of taken places, of held places, and of people who wait.",
        columns: &[
            ("event_id", Class::Plain),
            ("confirmed", Class::Plain),
            ("offered", Class::Plain),
            ("waitlisted", Class::Plain),
            ("last_sequence", Class::Plain),
        ],
    },
    Table {
        name: "breaches",
        meaning: "The register of personal-data breaches. It names no person. The words are in `particulars`, sealed \
                  under the service's own key.",
        columns: &[
            ("id", Class::Plain),
            ("reference", Class::Plain),
            ("aware_at", Class::Plain),
            ("categories", Class::Plain),
            ("approximate_subjects", Class::Plain),
            ("approximate_records", Class::Plain),
            ("reported_by_organisation_id", Class::Plain),
            ("status", Class::Plain),
            ("risk", Class::Plain),
            ("notify_regulator", Class::Plain),
            ("notify_subjects", Class::Plain),
            ("notified_at", Class::Plain),
            ("closed_at", Class::Plain),
            ("particulars", Class::Sealed),
            ("created_at", Class::Plain),
            ("updated_at", Class::Plain),
            ("version", Class::Plain),
        ],
    },
    Table {
        name: "breach_steps",
        meaning: "The steps of each breach, with time and author. The reasons for a late notification are in \
                  `words`, sealed in the same way.",
        columns: &[
            ("id", Class::Plain),
            ("breach_id", Class::Plain),
            ("status", Class::Plain),
            ("phase", Class::Plain),
            ("occurred_at", Class::Plain),
            ("words", Class::Sealed),
            ("recorded_at", Class::Plain),
            ("recorded_by", Class::Pseudonymous),
        ],
    },
    Table {
        name: "privacy_notices",
        meaning: "The versions of the privacy notice.",
        columns: &[
            ("version", Class::Plain),
            ("effective_on", Class::Plain),
            ("status", Class::Plain),
            ("content", Class::Plain),
            ("sha256", Class::Plain),
            ("published_at", Class::Plain),
            ("revision", Class::Plain),
        ],
    },
    Table {
        name: "material_changes",
        meaning: "The purposes that each published notice changed materially.",
        columns: &[("notice_version", Class::Plain), ("purpose", Class::Plain), ("effective_on", Class::Plain)],
    },
    Table {
        name: "audit_entries",
        meaning: "The audit entries: ids, counts, commitments, and the names of changed members.",
        columns: &[
            ("id", Class::Plain),
            ("at", Class::Plain),
            ("actor_kind", Class::Plain),
            ("actor", Class::Pseudonymous),
            ("roles", Class::Plain),
            ("organisation_id", Class::Plain),
            ("action", Class::Plain),
            ("outcome", Class::Plain),
            ("code", Class::Plain),
            ("contact_id", Class::Pseudonymous),
            ("subject", Class::Pseudonymous),
            ("detail", Class::Plain),
            ("digest", Class::Plain),
        ],
    },
    Table {
        name: "audit_subjects",
        meaning: "The contacts that a search showed, if an audit entry names several.",
        columns: &[("contact_id", Class::Pseudonymous), ("entry_id", Class::Plain)],
    },
    Table {
        name: "kept_answers",
        meaning: "The requests with an idempotency key of the last 24 hours: keyed hashes, and the ids of created or \
                  changed records. Responses about many records and problems are stored whole if they hold ids \
                  alone, sealed under the service's own key.",
        columns: &[
            ("key", Class::Plain),
            ("fingerprint", Class::Plain),
            ("kind", Class::Plain),
            ("status", Class::Plain),
            ("path", Class::Pseudonymous),
            ("body", Class::Pseudonymous),
            ("body_bytes", Class::Plain),
            ("caller", Class::Pseudonymous),
            ("kept_until", Class::Plain),
        ],
    },
    Table {
        name: "reference_numbers",
        meaning: "The last reference number issued in each series and year, such as that of SR-2026-000001.",
        columns: &[("series", Class::Plain), ("year", Class::Plain), ("last", Class::Plain)],
    },
    Table {
        name: "working_days",
        meaning: "The table of bank holidays that was last used to compute days.",
        columns: &[("jurisdiction", Class::Plain), ("version", Class::Plain), ("adopted_at", Class::Plain)],
    },
    Table {
        name: "records_to_index",
        meaning: "Records whose blind indexes the next start recomputes, after an upgrade: ids alone.",
        columns: &[("table_name", Class::Plain), ("record_id", Class::Pseudonymous)],
    },
    Table {
        name: "deadline_digests",
        meaning: "The working days on which the data-protection team was sent the digest of deadlines.",
        columns: &[("day", Class::Plain), ("queued_at", Class::Plain)],
    },
    Table {
        name: "token_revocations",
        meaning: "Revoked tokens, until their expiry.",
        columns: &[
            ("id", Class::Plain),
            ("kind", Class::Plain),
            ("value", Class::Pseudonymous),
            ("not_before", Class::Plain),
            ("moot_at", Class::Plain),
            ("issuer", Class::Plain),
        ],
    },
    Table {
        name: "vault.data_keys",
        meaning: "Each person's data key, wrapped under a master key that is not in the database.",
        columns: &[
            ("owner_id", Class::Pseudonymous),
            ("master_key", Class::Plain),
            ("wrapped", Class::Sealed),
            ("made_at", Class::Plain),
        ],
    },
    Table {
        name: "vault.destroyed_keys",
        meaning: "The owners of destroyed data keys, with the time. The service erases them again if an old backup \
                  of the data is restored.",
        columns: &[("owner_id", Class::Pseudonymous), ("destroyed_at", Class::Plain)],
    },
    Table {
        name: "vault.executed_plans",
        meaning: "Executed erasure plans that kept some records. The service uses them to erase again after an old \
                  backup of the data is restored.",
        columns: &[
            ("plan_id", Class::Plain),
            ("contact_id", Class::Pseudonymous),
            ("sha256", Class::Plain),
            ("plan", Class::Pseudonymous),
            ("executed_at", Class::Plain),
        ],
    },
    Table {
        name: "vault.key_remnants",
        meaning: "The owners of destroyed keys that PostgreSQL's pages may still hold, until the table of keys is \
                  rewritten; empty on SQLite.",
        columns: &[("owner_id", Class::Pseudonymous), ("destroyed_at", Class::Plain)],
    },
    Table {
        name: "vault.service_keys",
        meaning: "The service's own keys, wrapped in the same way.",
        columns: &[
            ("name", Class::Plain),
            ("master_key", Class::Plain),
            ("wrapped", Class::Sealed),
            ("made_at", Class::Plain),
        ],
    },
];

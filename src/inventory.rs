//! Against forgetting: every table of the database, the class of each of its columns, and the rooms
//! that hold personal data. A test walks the migrated schema and fails on a column that is not here.

use crate::platform::personal::{Class, Holder, Holders, Table};
use crate::resources::{consents, contacts, messages, networks, preferences, standing, subject_requests};

static HOLDERS: &[&dyn Holder] = &[
    &standing::StandingData,
    &contacts::ContactData,
    &consents::ConsentData,
    &preferences::PreferenceData,
    &networks::NetworkData,
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

/// The tables that belong to no person.
const OTHERS: &[Table] = &[
    Table {
        name: "organisations",
        meaning: "The organisations that data may be shared with. The contact point is sealed under the house's own key.",
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
        meaning: "The events. They belong to no person.",
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
        meaning: "Which purposes each published notice changed materially.",
        columns: &[("notice_version", Class::Plain), ("purpose", Class::Plain), ("effective_on", Class::Plain)],
    },
    Table {
        name: "audit_entries",
        meaning: "Who did what: ids, counts and commitments.",
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
        name: "kept_answers",
        meaning: "Answers kept for idempotency keys, 24 hours, sealed under the house's own key; gone when the person is erased.",
        columns: &[
            ("key", Class::Plain),
            ("fingerprint", Class::Plain),
            ("sealed", Class::Sealed),
            ("contact_id", Class::Pseudonymous),
            ("reading", Class::Plain),
            ("kept_until", Class::Plain),
        ],
    },
    Table {
        name: "reference_numbers",
        meaning: "The last reference number given in each series and year, such as that of SR-2026-000001.",
        columns: &[("series", Class::Plain), ("year", Class::Plain), ("last", Class::Plain)],
    },
    Table {
        name: "working_days",
        meaning: "The table of bank holidays that days were last worked out by.",
        columns: &[("jurisdiction", Class::Plain), ("version", Class::Plain), ("adopted_at", Class::Plain)],
    },
    Table {
        name: "deadline_digests",
        meaning: "The working days on which the data-protection team was sent what falls due.",
        columns: &[("day", Class::Plain), ("queued_at", Class::Plain)],
    },
    Table {
        name: "token_revocations",
        meaning: "Tokens that are refused, until they would have expired anyway.",
        columns: &[
            ("id", Class::Plain),
            ("kind", Class::Plain),
            ("value", Class::Pseudonymous),
            ("not_before", Class::Plain),
            ("moot_at", Class::Plain),
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
        name: "vault.service_keys",
        meaning: "The service's own keys, wrapped likewise.",
        columns: &[
            ("name", Class::Plain),
            ("master_key", Class::Plain),
            ("wrapped", Class::Sealed),
            ("made_at", Class::Plain),
        ],
    },
];

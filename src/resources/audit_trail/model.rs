//! An entry of the audit as the world sees it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{ContactId, EntryId, Instant, OrganisationId, line_type};

/// What became of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// Data was read.
    Looked,
    /// The law refused it.
    Refused,
}

/// What kind of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ActorKind {
    /// Somebody with a token.
    Caller,
    /// The service's own background work.
    Job,
    /// Nobody known, such as somebody who followed a link.
    Anonymous,
}

/// An entry of the audit: ids and counts, never a person's data.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its id.
    pub id: EntryId,
    /// When.
    pub at: Instant,
    /// What kind of actor.
    pub actor_kind: ActorKind,
    /// Who: the subject of a token, or the name of a job.
    #[schema(example = "staff-17")]
    pub actor: String,
    /// In which roles.
    #[schema(example = json!(["iewm_staff"]))]
    pub roles: Vec<String>,
    /// Of which organisation, for a contractor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organisation_id: Option<OrganisationId>,
    /// What.
    #[schema(example = "contacts.read")]
    pub action: String,
    /// What became of it.
    pub outcome: AuditOutcome,
    /// The code of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "erased")]
    pub code: Option<String>,
    /// About whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// About which record, as `kind/id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "consent/01937a5e-8f00-7c3a-9d55-3f2a60b1c901")]
    pub subject: Option<String>,
    /// More: counts, codes, names of members.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
    /// SHA-256, in hexadecimal, of the entry's RFC 8785 form.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub digest: String,
}

/// That somebody looked at a person's data. Not who in person: their role and organisation answer for them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Look {
    /// When.
    pub at: Instant,
    /// What kind of actor.
    pub actor_kind: ActorKind,
    /// In which roles.
    #[schema(example = json!(["iewm_staff"]))]
    pub roles: Vec<String>,
    /// Of which organisation, for a contractor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organisation_id: Option<OrganisationId>,
    /// What was looked at.
    #[schema(example = "contacts.read")]
    pub action: String,
}

impl From<AuditEntry> for Look {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { at, actor_kind, roles, organisation_id, action, .. } = entry;
        Self { at, actor_kind, roles, organisation_id, action }
    }
}

line_type! {
    /// Who did it: the `sub` of a token, or the name of a job.
    ActorName, 255, "staff-17", opaque_line
}

line_type! {
    /// What was done: the operation, such as `contacts.read`.
    ActionName, 100, "contacts.read", opaque_line
}

/// Which entries to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditFilter {
    /// Only those about this person.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Only those of this actor.
    #[schema(nullable = false)]
    pub actor: Option<ActorName>,
    /// Only those of this action.
    #[schema(nullable = false)]
    pub action: Option<ActionName>,
    /// Only those at this instant or later.
    #[schema(nullable = false)]
    pub since: Option<Instant>,
}

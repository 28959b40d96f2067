//! An entry of the audit as the world sees it.

use std::collections::{BTreeMap, BTreeSet};

use macro_rules_attribute::apply;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::{ContactId, EntryId, Instant, OrganisationId, line_type, words};
use crate::platform::audit::Action;
use crate::platform::auth::{LinkHolder, PERMISSIONS, Permission};

/// The outcome of an act.
#[apply(words!)]
pub enum AuditOutcome {
    /// The act was done.
    Done,
    /// Data was read.
    Looked,
    /// The law refused it.
    Refused,
}

/// The kind of actor.
#[apply(words!)]
pub enum ActorKind {
    /// A caller with a token.
    Caller,
    /// The service's own background work.
    Job,
    /// An unknown actor, such as a person who followed a link.
    Anonymous,
}

/// An audit entry. It holds ids and counts, never a person's data.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// The entry's id.
    pub id: EntryId,
    /// When the act took place.
    pub at: Instant,
    /// The kind of actor.
    pub actor_kind: ActorKind,
    /// The actor: the subject of a token, or the name of a job.
    #[schema(example = "staff-17")]
    pub actor: String,
    /// The actor's roles.
    #[schema(example = json!(["iewm_staff"]))]
    pub roles: Vec<String>,
    /// The actor's organisation, for a contractor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organisation_id: Option<OrganisationId>,
    /// The action, such as `contacts.read`.
    #[schema(example = "contacts.read")]
    pub action: String,
    /// The outcome of the act.
    pub outcome: AuditOutcome,
    /// The problem code of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "erased")]
    pub code: Option<String>,
    /// The contact that the act concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// The record that the act concerned, as `kind/id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "consent/01937a5e-8f00-7c3a-9d55-3f2a60b1c901")]
    pub subject: Option<String>,
    /// More, by the action: counts, codes and names of members, never a person's data.
    pub detail: AuditDetail,
    /// SHA-256, in hexadecimal, of the entry's RFC 8785 form.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub digest: String,
}

/// What an entry of the audit says besides, by its action. Other members are counts, codes and names.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditDetail {
    /// Of a change, the names of the members that it gave another value, in alphabetical order; without `version` and
    /// `updated_at`, which every change raises.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = json!(["email", "telephone"]))]
    pub changed: Option<Vec<String>>,
    /// Of a search that showed between two and 20 people, their contacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_ids: Option<Vec<ContactId>>,
    /// Counts, codes and names, by the action.
    #[serde(flatten)]
    pub more: BTreeMap<String, serde_json::Value>,
}

/// One access to a person's data. It shows the caller's role and organisation, which answer for it, but
/// not the caller's name.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DataAccess)]
pub struct Look {
    /// When the data was read.
    pub at: Instant,
    /// The kind of actor.
    pub actor_kind: ActorKind,
    /// The actor's roles.
    #[schema(example = json!(["iewm_staff"]))]
    pub roles: Vec<String>,
    /// The actor's organisation, for a contractor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organisation_id: Option<OrganisationId>,
    /// The action that read the data, such as `contacts.read`.
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

/// The name of an audited action, such as `contacts.read`. Of an act that the law refused, it is the name of the permission,
/// such as `consents:record`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionName(&'static str);

impl ActionName {
    /// Every name that an entry can have: the actions of the table, and the permissions under which the law refuses.
    pub fn all() -> impl Iterator<Item = &'static str> {
        let refused = PERMISSIONS.iter().filter(|permission| permission.writes).map(|permission| permission.name);
        Action::ALL.iter().map(|action| action.row().name).chain(refused).chain([LinkHolder::NAME])
    }

    /// The name.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl<'de> Deserialize<'de> for ActionName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::all().find(|name| *name == text).map(Self).ok_or_else(|| D::Error::custom(unknown(&text)))
    }
}

/// Says which names there are. All of them would not fit into a fault: those of the same noun, or else the nouns.
fn unknown(text: &str) -> String {
    fn noun(name: &str) -> &str {
        name.split(['.', ':']).next().unwrap_or_default()
    }
    let alike: Vec<&str> = ActionName::all().filter(|name| noun(name) == noun(text)).collect();
    if alike.is_empty() {
        let nouns: BTreeSet<&str> = ActionName::all().map(noun).collect();
        let nouns = nouns.into_iter().collect::<Vec<_>>().join(", ");
        return format!("must be the name of an action, such as contacts.read; names begin with one of {nouns}");
    }
    format!("must be one of {}", alike.join(", "))
}

impl PartialSchema for ActionName {
    fn schema() -> RefOr<Schema> {
        let about = "The name of an audited action, such as `contacts.read`. Of an act that the law refused, it is the name of \
                     the permission, such as `consents:record`.";
        ObjectBuilder::new().schema_type(Type::String).description(Some(about)).enum_values(Some(Self::all())).into()
    }
}

impl ToSchema for ActionName {}

/// Which entries to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditFilter {
    /// Only entries about this contact.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Only entries by this actor.
    #[schema(nullable = false)]
    pub actor: Option<ActorName>,
    /// Only entries with this action.
    #[schema(nullable = false)]
    pub action: Option<ActionName>,
    /// Only entries at this instant or later.
    #[schema(nullable = false)]
    pub since: Option<Instant>,
}

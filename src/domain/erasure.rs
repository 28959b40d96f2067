//! The words in which rooms tell what an erasure would meet (UK GDPR Article 17).

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::words;

/// A record about a person, as the room that holds it finds it. An erasure that was planned holds only while the records
/// are the same, in the same versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonalRecord {
    /// The table that it is in.
    pub table: &'static str,
    /// The record's id.
    pub id: Uuid,
    /// Its version; 0 of what never changes.
    pub version: i32,
}

/// The ground on which a record is kept despite a request for erasure.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
pub enum ErasureGround {
    /// Freedom of expression and information.
    #[serde(rename = "UKGDPR.17(3)(a)")]
    #[strum(serialize = "UKGDPR.17(3)(a)")]
    Expression,
    /// A legal obligation or a public task, such as a hold under the Inquiries Act 2005.
    #[serde(rename = "UKGDPR.17(3)(b)")]
    #[strum(serialize = "UKGDPR.17(3)(b)")]
    LegalObligation,
    /// Public health.
    #[serde(rename = "UKGDPR.17(3)(c)")]
    #[strum(serialize = "UKGDPR.17(3)(c)")]
    PublicHealth,
    /// Archiving in the public interest, research or statistics.
    #[serde(rename = "UKGDPR.17(3)(d)")]
    #[strum(serialize = "UKGDPR.17(3)(d)")]
    Archiving,
    /// Legal claims: to make, exercise or defend one.
    #[serde(rename = "UKGDPR.17(3)(e)")]
    #[strum(serialize = "UKGDPR.17(3)(e)")]
    LegalClaims,
    /// A request for access is being answered, and what it asks for must not be destroyed (Data Protection Act 2018
    /// section 173).
    #[serde(rename = "DPA2018.173")]
    #[strum(serialize = "DPA2018.173")]
    AccessRequest,
    /// We cannot tell whether the record is about the person or about another (Article 11(2)).
    #[serde(rename = "UKGDPR.11(2)")]
    #[strum(serialize = "UKGDPR.11(2)")]
    CannotIdentify,
}

/// The name of one record: its table and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordName {
    /// The kind of record: the name of its table.
    // Rows of an older version have it as `table`.
    #[serde(rename = "kind", alias = "table")]
    #[schema(max_length = 100, example = "memberships")]
    pub table: String,
    /// The record's id.
    #[schema(example = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901")]
    pub id: Uuid,
}

impl From<&PersonalRecord> for RecordName {
    fn from(record: &PersonalRecord) -> Self {
        Self { table: record.table.to_owned(), id: record.id }
    }
}

/// The identifier that a record shares with a person. Other people may share it too.
#[apply(words!)]
#[derive(PartialOrd, Ord)]
pub enum MatchedBy {
    /// A telephone number, under another name.
    Telephone,
    /// A telephone number and the name together: another contact has or had both, or an answer about the record says that it is
    /// not certain whose it is.
    TelephoneAndName,
    /// An e-mail address that has since passed to another person.
    FormerEmail,
    /// An e-mail address that another contact has or had too.
    SharedEmail,
    /// An e-mail address of this person alone. An earlier answer says that it is not certain whose the record is.
    Email,
    /// The name, apart from case, accents and spaces, with another address or none.
    Name,
}

/// The answer to whether a record is about the person. An erasure and a package act on it differently.
#[apply(words!)]
#[derive(PartialOrd, Ord)]
pub enum MatchAnswer {
    /// It is about the person: an erasure erases it, and a package has it. Merge another contact instead of answering so.
    SamePerson,
    /// It is about another person: it stays as it is, and no package has it. A restriction of it ends, and no later plan or
    /// package about this person asks again.
    AnotherPerson,
    /// The council cannot say: the record stays, no package has it, and the letter to the person says so. An erasure
    /// restricts a complaint or request; another contact stays as it is.
    Unsure,
}

/// A complaint or request without a contact, or another contact. It may be about the person or about another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PossibleMatch {
    /// The record.
    pub record: RecordName,
    /// The identifier that the record shares with the person; empty if the person was erased since.
    pub by: Vec<MatchedBy>,
    /// The answer to whether the record is about the person; absent until one is given. `another_person` is remembered from an
    /// executed plan or a released package. A later plan can answer otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub answer: Option<MatchAnswer>,
}

/// The answer to one possible match.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnsweredMatch {
    /// The record, as `matches` of the plan or of the draft lists it.
    pub record: RecordName,
    /// The answer to whether the record is about the person.
    pub answer: MatchAnswer,
}

/// Something that stands in the way of an erasure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Obstacle {
    /// The record that must be kept; `None` for everything about the person.
    pub record: Option<RecordName>,
    /// The ground of Article 17(3) or of another law.
    pub ground: ErasureGround,
    /// The last day on which it must be kept, where that is known.
    pub until: Option<NaiveDate>,
}

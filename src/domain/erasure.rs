//! The words in which rooms tell what an erasure would meet (UK GDPR Article 17).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A record about a person, as the room that holds it finds it. An erasure that was planned holds only while the records
/// are the same, in the same versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonalRecord {
    /// The table that it is in.
    pub table: &'static str,
    /// Its id.
    pub id: Uuid,
    /// Its version; 0 of what never changes.
    pub version: i32,
}

/// Why something is kept in spite of a request for erasure.
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
}

/// The name of one record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordName {
    /// The table that it is in.
    pub table: String,
    /// Its id.
    pub id: Uuid,
}

/// Something that stands in the way of an erasure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Obstacle {
    /// The record that must be kept; `None` for everything about the person.
    pub record: Option<RecordName>,
    /// Why.
    pub ground: ErasureGround,
    /// The last day on which it must be kept, where that is known.
    pub until: Option<NaiveDate>,
}

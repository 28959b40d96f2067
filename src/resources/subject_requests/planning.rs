//! What the person who plans an erasure says: what is withheld, and whose the possible matches are.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{AnsweredMatch, ErasureGround, RecordName, prose_type};
use crate::platform::http::Command;
use crate::resources::contacts::model::NothingElse;

prose_type! {
    /// The reason for withholding a record, in the words of the letter to the person: at most 1,000
    /// characters. Sealed at rest.
    WithholdExplanation, 1000, "You have claimed the cost of your journey from us. We need the record to answer your claim."
}

/// A record to withhold from the erasure.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WithholdRecord)]
pub struct Withhold {
    /// The record, as the plan lists it among its `records`.
    pub record: RecordName,
    /// The ground of Article 17(3). The service itself withholds records that rest on `DPA2018.173` or
    /// `UKGDPR.11(2)`.
    pub ground: ErasureGround,
    /// The reason in the words of the letter to the person.
    pub explanation: WithholdExplanation,
    /// The last day on which the record must be kept, if known; not in the past.
    #[schema(nullable = false, example = "2027-03-31")]
    pub until: Option<NaiveDate>,
}

/// The proposer's decisions for a plan.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanErasure {
    /// The records to withhold, besides those that the service withholds by itself.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub withhold: Vec<Withhold>,
    /// The answers to the possible matches. A match that is not named here has no answer.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub matches: Vec<AnsweredMatch>,
}

impl Command for PlanErasure {
    type Resource = NothingElse;
}

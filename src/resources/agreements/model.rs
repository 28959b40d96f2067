//! An agreement to share data as callers see it, and their commands.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{AgreementId, ContactField, Instant, OrganisationId, Purpose, WordSet, prose_type};
use crate::platform::http::{Command, Resource};
pub use crate::policy::agreements::{AgreementStatus, Recipient, Terms};

prose_type! {
    /// Why the sharing is necessary for its purposes, in words: at most 2,000 characters. Name no person. Sealed at rest.
    #[schema(as = SharingNecessity)]
    Necessity, 2_000, "The venue admits only people on its guest list, and checks their names at the door."
}

prose_type! {
    /// Why an agreement was turned down or ended early, in words: at most 2,000 characters. The organisation can read it.
    /// Name no person. Sealed at rest.
    #[schema(as = AgreementEndReason)]
    EndReason, 2_000, "The event has moved to another venue."
}

/// An agreement to share people's data with an organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SharingAgreement {
    /// The agreement's id.
    pub id: AgreementId,
    /// The organisation that receives the data.
    pub organisation_id: OrganisationId,
    /// The purposes for which data may be shared.
    #[schema(value_type = BTreeSet<Purpose>, min_items = 1, max_items = 7)]
    pub purposes: WordSet<Purpose>,
    /// The members of a contact that may be shared.
    #[schema(value_type = BTreeSet<ContactField>, min_items = 1, max_items = 5)]
    pub fields: WordSet<ContactField>,
    /// Why the sharing is necessary.
    pub necessity: Necessity,
    /// The first day in London on which data may be shared.
    #[schema(example = "2026-12-01")]
    pub starts_on: NaiveDate,
    /// The last day in London on which data may be shared, that day included.
    #[schema(example = "2027-06-30")]
    pub ends_on: NaiveDate,
    /// The stage of the agreement. After `ends_on` it is `ended`.
    pub status: AgreementStatus,
    /// Why the agreement was turned down or ended early.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub end_reason: Option<EndReason>,
    /// When the agreement was turned down or ended early. Absent if it ended with its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ended_at: Option<Instant>,
    /// The proposer: a token's subject. A contractor does not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "staff-1")]
    pub proposed_by: Option<String>,
    /// When the agreement was proposed.
    pub proposed_at: Instant,
    /// The other person, who approved the agreement: a token's subject. A contractor does not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "council-1")]
    pub approved_by: Option<String>,
    /// When the agreement was approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub approved_at: Option<Instant>,
    /// Increases with every change to the agreement.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for SharingAgreement {
    fn location(&self) -> String {
        format!("/v1/sharing-agreements/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn derived(&self) -> Option<String> {
        Some(<&str>::from(self.status).to_owned())
    }
}

/// An agreement to propose. Its terms cannot be changed later: end it and propose another one.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeAgreement {
    /// The organisation that will receive the data. It must be active, and not the council itself.
    pub organisation_id: OrganisationId,
    /// The purposes for which data may be shared.
    #[schema(value_type = BTreeSet<Purpose>, min_items = 1, max_items = 7)]
    pub purposes: WordSet<Purpose>,
    /// The members of a contact that may be shared: only those that the purposes need.
    #[schema(value_type = BTreeSet<ContactField>, min_items = 1, max_items = 5)]
    pub fields: WordSet<ContactField>,
    /// Why the sharing is necessary.
    pub necessity: Necessity,
    /// The first day in London on which data may be shared. It may be in the past; nothing is shared before the approval.
    #[schema(example = "2026-12-01")]
    pub starts_on: NaiveDate,
    /// The last day in London on which data may be shared, that day included: not in the past.
    #[schema(example = "2027-06-30")]
    pub ends_on: NaiveDate,
}

impl Command for ProposeAgreement {
    type Resource = SharingAgreement;
}

/// The end of an agreement.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndAgreement {
    /// Why the agreement is turned down or ended early.
    pub reason: EndReason,
}

impl Command for EndAgreement {
    type Resource = SharingAgreement;
}

/// Which agreements to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementFilter {
    /// Only agreements with this organisation.
    #[schema(nullable = false)]
    pub organisation_id: Option<OrganisationId>,
    /// Only agreements in this stage as of now.
    #[schema(nullable = false)]
    pub status: Option<AgreementStatus>,
}

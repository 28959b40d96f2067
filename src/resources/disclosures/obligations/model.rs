//! The obligation as the world sees it, and what can be asked of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{ContactId, DisclosureId, Instant, ObligationId, OrganisationId, SubjectRequestId, prose_type};
use crate::platform::http::{Command, Resource};
pub use crate::policy::obligations::{ClosureReason, ObligationAction, ObligationStatus, RecipientAct};

prose_type! {
    /// Why an obligation is closed without the recipient's act: at most 2,000 characters. Name no person. Sealed at rest.
    ClosureExplanation, 2_000, "The organisation was dissolved in March 2026, and has no successor."
}

/// What the recipient did.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ObligationAcknowledgement)]
pub struct Acknowledgement {
    /// What the recipient did with the data.
    pub action: RecipientAct,
    /// The day in London on which the recipient did it.
    #[schema(example = "2026-12-01")]
    pub acted_on: NaiveDate,
    /// When the acknowledgement was recorded.
    pub recorded_at: Instant,
    /// Who recorded it: the subject of a token. A contractor does not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "3f9c1f7e")]
    pub recorded_by: Option<String>,
}

/// Why the obligation was closed without the recipient's act.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ObligationClosure)]
pub struct Closure {
    /// The reason, of the two that the law allows.
    pub reason: ClosureReason,
    /// The explanation. A contractor does not see it. It is absent after the person was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub explanation: Option<ClosureExplanation>,
    /// When the closure was recorded.
    pub recorded_at: Instant,
    /// Who recorded it: the subject of a token. A contractor does not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "3f9c1f7e")]
    pub recorded_by: Option<String>,
}

/// What a recipient must do with a person's data that it received.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Obligation {
    /// The obligation's id.
    pub id: ObligationId,
    /// The request by which the person exercised the right.
    pub request_id: SubjectRequestId,
    /// The person.
    pub contact_id: ContactId,
    /// The recipient.
    pub organisation_id: OrganisationId,
    /// The newest disclosure by which the recipient received the data.
    pub disclosure_id: DisclosureId,
    /// All disclosures by which the recipient received the data, the newest first. They may have expired or been recalled since.
    #[schema(min_items = 1)]
    pub disclosure_ids: Vec<DisclosureId>,
    /// What the recipient must do.
    pub action: ObligationAction,
    /// Whether the recipient has acted.
    pub status: ObligationStatus,
    /// The last day in London for the recipient to act.
    #[schema(example = "2026-12-22")]
    pub due_on: NaiveDate,
    /// When the obligation was opened.
    pub opened_at: Instant,
    /// What the recipient did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub acknowledgement: Option<Acknowledgement>,
    /// Why it was closed without the recipient's act.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub closure: Option<Closure>,
    /// Increases with every change to the obligation.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for Obligation {
    fn location(&self) -> String {
        format!("/v1/obligations/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

/// What the recipient did, to be recorded.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeObligation {
    /// What the recipient did. It must be what the obligation requires, or `erased` or `not_held`.
    pub action: RecipientAct,
    /// The day in London on which the recipient did it: not in the future, and not before the obligation was opened.
    #[schema(example = "2026-12-01")]
    pub acted_on: NaiveDate,
}

impl Command for AcknowledgeObligation {
    type Resource = Obligation;
}

/// Why to close an obligation without the recipient's act.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseObligation {
    /// The reason, of the two that the law allows.
    pub reason: ClosureReason,
    /// The explanation, without the name of a person.
    pub explanation: ClosureExplanation,
}

impl Command for CloseObligation {
    type Resource = Obligation;
}

/// Which obligations to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObligationFilter {
    /// Only obligations with this status.
    #[schema(nullable = false)]
    pub status: Option<ObligationStatus>,
    /// Only obligations of this recipient.
    #[schema(nullable = false)]
    pub organisation_id: Option<OrganisationId>,
    /// Only obligations about this person.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Only obligations that this request brought about.
    #[schema(nullable = false)]
    pub request_id: Option<SubjectRequestId>,
}

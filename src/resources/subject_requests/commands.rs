//! What can be done about a request.

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::model::{Explanation, Ground, Question, Reason, SubjectRequest};
use crate::domain::{ContactId, Purpose, RequestStepId, SubjectRequestId, words};
use crate::platform::http::{Command, Resource};
use crate::policy::restriction::RestrictionGround;
use crate::resources::contacts::model::{NothingElse, PatchContact};

/// A fault at a member.
pub(super) fn fault(code: &'static str, pointer: &'static str, detail: &'static str) -> ValidationError {
    let mut error = ValidationError::new(code).with_message(detail.into());
    error.add_param("pointer".into(), &pointer);
    error
}

/// The subject of a proof.
#[apply(words!)]
#[derive(Default)]
pub enum ProofOf {
    /// Who asks (UK GDPR Article 12(6)).
    #[default]
    Identity,
    /// That an agent may ask for the person.
    Authority,
}

/// The contact that a request is about.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchContact {
    /// The contact.
    pub contact_id: ContactId,
}

impl Command for MatchContact {
    type Resource = NothingElse;
}

/// Proof that we ask for, or that came: `requested_on` and `reason`, or `received_on` and `sufficient`.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "one_form"), schema(function = "whole_form"))]
pub struct CheckIdentity {
    /// The subject of the proof; the default is the requester.
    #[serde(default)]
    #[schema(default = "identity")]
    pub proof_of: ProofOf,
    /// The day on which we asked; not in the future.
    #[schema(nullable = false, example = "2026-04-02")]
    pub requested_on: Option<NaiveDate>,
    /// The reason to doubt the requester's identity. Without a reason you may not ask for proof.
    #[schema(nullable = false)]
    pub reason: Option<Reason>,
    /// The day of receipt; not in the future.
    #[schema(nullable = false, example = "2026-04-09")]
    pub received_on: Option<NaiveDate>,
    /// Whether the proof is enough. If not, the clock treats it as not received.
    #[schema(nullable = false)]
    pub sufficient: Option<bool>,
}

impl CheckIdentity {
    fn asks(&self) -> bool {
        self.requested_on.is_some() || self.reason.is_some()
    }

    fn tells(&self) -> bool {
        self.received_on.is_some() || self.sufficient.is_some()
    }
}

fn one_form(asked: &CheckIdentity) -> Result<(), ValidationError> {
    if asked.asks() != asked.tells() {
        return Ok(());
    }
    let detail = "either requested_on and reason, or received_on and sufficient are required";
    Err(ValidationError::new("exactly_one").with_message(detail.into()))
}

fn whole_form(asked: &CheckIdentity) -> Result<(), ValidationError> {
    if asked.asks() == asked.tells() {
        return Ok(());
    }
    let missing = match asked {
        CheckIdentity { requested_on: None, reason: Some(_), .. } => "/requested_on",
        CheckIdentity { requested_on: Some(_), reason: None, .. } => "/reason",
        CheckIdentity { received_on: None, sufficient: Some(_), .. } => "/received_on",
        CheckIdentity { received_on: Some(_), sufficient: None, .. } => "/sufficient",
        _ => return Ok(()),
    };
    Err(fault("missing", missing, "is required"))
}

impl Command for CheckIdentity {
    type Resource = SubjectRequest;
}

/// The true day of receipt of a request that was recorded with a wrong day.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectReceipt {
    /// The day of receipt; not in the future, nor after any act about the request.
    #[schema(example = "2026-03-30")]
    pub received_on: NaiveDate,
    /// The cause of the mistake, or the evidence for the true day.
    pub reason: Reason,
}

impl Command for CorrectReceipt {
    type Resource = SubjectRequest;
}

/// A question that asks for clarification.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskClarification {
    /// The day on which we asked; not in the future.
    #[schema(example = "2026-04-10")]
    pub asked_on: NaiveDate,
    /// The question. It must ask which information or processing is meant, not for a preferred format.
    pub question: Question,
}

impl Command for AskClarification {
    type Resource = SubjectRequest;
}

/// A question to the requester.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ClarificationQuestion)]
pub struct Clarification {
    /// The question's id, by which you record the answer.
    pub id: RequestStepId,
    /// The request that the question is about.
    pub request_id: SubjectRequestId,
    /// The day of the question.
    #[schema(example = "2026-04-10")]
    pub asked_on: NaiveDate,
    /// The question.
    pub question: Question,
}

impl Resource for Clarification {
    fn location(&self) -> String {
        format!("/v1/subject-requests/{}/clarifications/{}", self.request_id, self.id)
    }

    /// Always 1: a question never changes.
    fn version(&self) -> i32 {
        1
    }
}

/// The answer to a question.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerClarification {
    /// The day of the answer; not in the future, nor before the question.
    #[schema(example = "2026-04-15")]
    pub answered_on: NaiveDate,
}

impl Command for AnswerClarification {
    type Resource = SubjectRequest;
}

/// The reason for extending a period (UK GDPR Article 12A).
#[apply(words!)]
pub enum ExtensionReason {
    /// The request is complex.
    Complexity,
    /// The person has made many.
    NumberOfRequests,
}

/// The notice that two further months are needed.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendRequest {
    /// The day of the notice; not in the future, nor after `clock.extension_notice_due_on`.
    #[schema(example = "2026-04-20")]
    pub notified_on: NaiveDate,
    /// The reason for the extension.
    pub reason: ExtensionReason,
    /// The reason in words, for the letter to the requester.
    pub explanation: Explanation,
}

impl Command for ExtendRequest {
    type Resource = SubjectRequest;
}

/// The withdrawal of a request.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRequest {
    /// The requester's words about the withdrawal.
    #[schema(nullable = false)]
    pub explanation: Option<Explanation>,
}

impl Command for WithdrawRequest {
    type Resource = SubjectRequest;
}

/// The refusal of a request (UK GDPR Article 12(4)).
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefuseRequest {
    /// The ground of the refusal.
    pub ground: Ground,
    /// The reasons, in the words of the letter to the requester. The letter adds where to complain.
    pub explanation: Explanation,
}

impl Command for RefuseRequest {
    type Resource = SubjectRequest;
}

/// The close of a request whose proof, fee or clarification did not come.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LapseRequest {
    /// The reason for closing the request now, in the words of the letter to the requester.
    pub reason: Explanation,
}

impl Command for LapseRequest {
    type Resource = SubjectRequest;
}

/// The close of a request that repeats another.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseDuplicate {
    /// The request that is answered instead: about the same right, and itself no duplicate.
    pub of_request_id: SubjectRequestId,
}

impl Command for CloseDuplicate {
    type Resource = SubjectRequest;
}

/// The outcome of a right that was carried out.
#[apply(words!)]
#[schema(as = RightFulfilment)]
pub enum Fulfilment {
    /// It was carried out whole.
    Fulfilled,
    /// It was carried out in part; the rest is refused on a ground.
    PartlyFulfilled,
}

/// The outcome of a right that was carried out.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "has_its_ground"))]
#[schema(as = CompletedRight)]
pub struct Completed {
    /// Whether the right was carried out in whole or in part.
    pub kind: Fulfilment,
    /// The result, and the reasons for any refused part, in the words of the letter to the requester.
    pub explanation: Explanation,
    /// The ground for refusing the rest; required for `partly_fulfilled`, and allowed there alone.
    #[schema(nullable = false)]
    pub ground: Option<Ground>,
}

fn has_its_ground(outcome: &Completed) -> Result<(), ValidationError> {
    match (outcome.kind, outcome.ground) {
        (Fulfilment::PartlyFulfilled, None) => Err(fault("missing", "/ground", "is required if a part is refused")),
        (Fulfilment::Fulfilled, Some(_)) => Err(fault("not_here", "/ground", "is allowed for a refused part alone")),
        _ => Ok(()),
    }
}

/// The completion of a request that was carried out.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteRequest {
    /// Whether the right was carried out in whole or in part.
    #[validate(nested)]
    pub outcome: Completed,
}

impl Command for CompleteRequest {
    type Resource = SubjectRequest;
}

/// The correction of a contact.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RectifyContact {
    /// The changes to the contact, as a merge patch.
    #[validate(nested)]
    pub patch: PatchContact,
}

impl Command for RectifyContact {
    type Resource = SubjectRequest;
}

/// The restriction of a person's data.
#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestrictContact {
    /// The ground of Article 18(1).
    pub ground: RestrictionGround,
}

impl Command for RestrictContact {
    type Resource = SubjectRequest;
}

/// The end of a restriction.
#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftRestriction {
    /// The day on which the person was told that the restriction ends; not in the future.
    #[schema(example = "2026-11-24")]
    pub notified_on: NaiveDate,
}

impl Command for LiftRestriction {
    type Resource = SubjectRequest;
}

/// An objection to direct marketing.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectToMarketing {
    /// The purposes; the default is all that rest on consent.
    #[schema(nullable = false, min_items = 1, max_items = 7)]
    pub purposes: Option<Vec<Purpose>>,
}

impl Command for ObjectToMarketing {
    type Resource = SubjectRequest;
}

/// The plan to execute.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExecuteErasure {
    /// The hash of the proposed plan.
    #[schema(
        min_length = 64,
        max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )]
    pub plan_sha256: String,
}

impl Command for ExecuteErasure {
    type Resource = SubjectRequest;
}

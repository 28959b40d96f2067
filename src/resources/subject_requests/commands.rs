//! What can be done about a request.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::model::{Explanation, Ground, Question, Reason, SubjectRequest};
use crate::domain::{ContactId, Purpose, RequestStepId, SubjectRequestId};
use crate::platform::http::{Command, Resource};
use crate::policy::restriction::RestrictionGround;
use crate::resources::contacts::model::{NothingElse, PatchContact};

/// A fault at a member.
pub(super) fn fault(code: &'static str, pointer: &'static str, detail: &'static str) -> ValidationError {
    let mut error = ValidationError::new(code).with_message(detail.into());
    error.add_param("pointer".into(), &pointer);
    error
}

/// What proof is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofOf {
    /// Who asks (UK GDPR Article 12(6)).
    #[default]
    Identity,
    /// That an agent may ask for the person.
    Authority,
}

/// The contact whom a request turned out to be about.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchContact {
    /// Who.
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
    /// What it is about; who asks, unless said.
    #[serde(default)]
    #[schema(default = "identity")]
    pub proof_of: ProofOf,
    /// The day on which we asked; not in the future.
    #[schema(nullable = false, example = "2026-04-02")]
    pub requested_on: Option<NaiveDate>,
    /// Why we doubt who asks: without reason nothing may be asked for.
    #[schema(nullable = false)]
    pub reason: Option<Reason>,
    /// The day on which it came; not in the future.
    #[schema(nullable = false, example = "2026-04-09")]
    pub received_on: Option<NaiveDate>,
    /// Whether it is enough. What is not counts as not received.
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

/// The true day of receipt of a request that was recorded with another.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectReceipt {
    /// The day on which it reached us; not in the future, nor after anything that was done about it.
    #[schema(example = "2026-03-30")]
    pub received_on: NaiveDate,
    /// How the mistake came about, or what shows the true day.
    pub reason: Reason,
}

impl Command for CorrectReceipt {
    type Resource = SubjectRequest;
}

/// A question about what is meant.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskClarification {
    /// The day on which we asked; not in the future.
    #[schema(example = "2026-04-10")]
    pub asked_on: NaiveDate,
    /// What we asked: what identifies the information or processing meant, not a wished-for format.
    pub question: Question,
}

impl Command for AskClarification {
    type Resource = SubjectRequest;
}

/// A question that was put.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Clarification {
    /// Its id, by which it is answered.
    pub id: RequestStepId,
    /// The request that it is about.
    pub request_id: SubjectRequestId,
    /// The day on which it was put.
    #[schema(example = "2026-04-10")]
    pub asked_on: NaiveDate,
    /// What was asked.
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
    /// The day on which it came; not in the future, nor before the question.
    #[schema(example = "2026-04-15")]
    pub answered_on: NaiveDate,
}

impl Command for AnswerClarification {
    type Resource = SubjectRequest;
}

/// Why a period is extended (UK GDPR Article 12A).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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
    /// Why.
    pub reason: ExtensionReason,
    /// The same in words, as whoever asked is told.
    pub explanation: Explanation,
}

impl Command for ExtendRequest {
    type Resource = SubjectRequest;
}

/// A withdrawal.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRequest {
    /// What was said about it.
    #[schema(nullable = false)]
    pub explanation: Option<Explanation>,
}

impl Command for WithdrawRequest {
    type Resource = SubjectRequest;
}

/// A refusal (UK GDPR Article 12(4)).
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefuseRequest {
    /// What it rests on.
    pub ground: Ground,
    /// The reasons, as whoever asked is told; the letter adds where they can complain.
    pub explanation: Explanation,
}

impl Command for RefuseRequest {
    type Resource = SubjectRequest;
}

/// The closing of a request for which what we had asked did not come.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LapseRequest {
    /// Why it is closed now, as whoever asked is told.
    pub reason: Explanation,
}

impl Command for LapseRequest {
    type Resource = SubjectRequest;
}

/// The closing of a request that is the same as another.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseDuplicate {
    /// The request that is answered: about the same right, and itself no duplicate.
    pub of_request_id: SubjectRequestId,
}

impl Command for CloseDuplicate {
    type Resource = SubjectRequest;
}

/// How a right that was carried out ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fulfilment {
    /// It was carried out whole.
    Fulfilled,
    /// It was carried out in part; the rest is refused on a ground.
    PartlyFulfilled,
}

/// What was done.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "has_its_ground"))]
pub struct Completed {
    /// Whether whole or in part.
    pub kind: Fulfilment,
    /// What was done, and why not the rest, as whoever asked is told.
    pub explanation: Explanation,
    /// What the refusal of the rest rests on; for `partly_fulfilled` alone, and required there.
    #[schema(nullable = false)]
    pub ground: Option<Ground>,
}

fn has_its_ground(outcome: &Completed) -> Result<(), ValidationError> {
    match (outcome.kind, outcome.ground) {
        (Fulfilment::PartlyFulfilled, None) => Err(fault("missing", "/ground", "is required where a part is refused")),
        (Fulfilment::Fulfilled, Some(_)) => Err(fault("not_here", "/ground", "is for what is refused alone")),
        _ => Ok(()),
    }
}

/// The completion of a request that was carried out.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteRequest {
    /// What became of it.
    #[validate(nested)]
    pub outcome: Completed,
}

impl Command for CompleteRequest {
    type Resource = SubjectRequest;
}

/// What to put right.
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

/// Why data is to be restricted.
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
    /// The day on which the person was told that it ends; not in the future.
    #[schema(example = "2026-11-24")]
    pub notified_on: NaiveDate,
}

impl Command for LiftRestriction {
    type Resource = SubjectRequest;
}

/// What the person objects to.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectToMarketing {
    /// The purposes; all that rest on consent, unless said.
    #[schema(nullable = false, min_items = 1, max_items = 7)]
    pub purposes: Option<Vec<Purpose>>,
}

impl Command for ObjectToMarketing {
    type Resource = SubjectRequest;
}

/// The plan that is to be executed.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExecuteErasure {
    /// Its hash, as it was proposed.
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

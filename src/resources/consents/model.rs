//! The consent as the world sees it, and what can be asked of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::{ConsentId, ContactId, DecisionId, Instant, Purpose, line_type, prose_type};
use crate::platform::http::{Command, PathWord, Resource};
pub use crate::policy::consent::{Method, State};
pub use crate::policy::contactability::Contactability;

prose_type! {
    /// What the person was shown when they decided, word for word: at most 20,000 characters.
    Wording, 20_000, "Yes, send me the IEWM newsletter by e-mail. I can stop it at any time."
}

line_type! {
    /// Where the proof of the decision lies: a recording, a scan, a file. One line of at most 500
    /// characters. Sealed at rest.
    EvidenceRef, 500, "Call recording 2026-11-24/0042"
}

line_type! {
    /// The language of the wording, as a BCP 47 tag.
    Locale, 35, "en-GB"
}

impl PathWord for Purpose {
    const NAME: &'static str = "purpose";
}

/// A consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// Whose it is.
    pub contact_id: ContactId,
    /// What it is for.
    pub purpose: Purpose,
    /// What holds now.
    pub state: State,
    /// Since when, as the decision that made the state is dated.
    pub since: Instant,
    /// The version of the privacy notice that the person was shown.
    #[schema(example = "2019-01-29")]
    pub notice_version: NaiveDate,
    /// How the person told it.
    pub method: Method,
    /// The decision that made the state.
    pub decision_id: DecisionId,
    /// Raised by every decision.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for Consent {
    fn location(&self) -> String {
        format!("/v1/consents/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn derived(&self) -> Option<String> {
        Some(<&str>::from(self.state).to_owned())
    }
}

/// What a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes.
    Given,
    /// No, or no longer.
    Withdrawn,
}

fn missing(pointer: &'static str, detail: &'static str) -> ValidationError {
    let mut error = ValidationError::new("missing").with_message(detail.into());
    error.add_param("pointer".into(), &pointer);
    error
}

fn has_wording(asked: &RecordDecision) -> Result<(), ValidationError> {
    match (asked.decision, &asked.wording) {
        (Answer::Given, None) => Err(missing("/wording", "is required to give a consent: what the person was shown")),
        _ => Ok(()),
    }
}

fn has_evidence(asked: &RecordDecision) -> Result<(), ValidationError> {
    if asked.decision == Answer::Given && asked.method.needs_evidence() && asked.evidence_ref.is_none() {
        return Err(missing("/evidence_ref", "is required for a consent given on paper, in person or by telephone"));
    }
    Ok(())
}

/// A person's decision, to be recorded.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "has_wording"), schema(function = "has_evidence"))]
pub struct RecordDecision {
    /// Who decided.
    pub contact_id: ContactId,
    /// About which purpose: one that rests on consent.
    pub purpose: Purpose,
    /// What they decided.
    pub decision: Answer,
    /// How they told it. A grant by `web_form` or `email` waits until the mailbox confirms it.
    pub method: Method,
    /// What they were shown; required to give.
    #[schema(nullable = false)]
    pub wording: Option<Wording>,
    /// The language of the wording; `en-GB` unless said.
    #[schema(nullable = false)]
    pub locale: Option<Locale>,
    /// The version of the privacy notice that they were shown; the one in force unless said.
    #[schema(nullable = false, example = "2019-01-29")]
    pub notice_version: Option<NaiveDate>,
    /// Where the proof lies; required to give on paper, in person or by telephone.
    #[schema(nullable = false)]
    pub evidence_ref: Option<EvidenceRef>,
    /// When they decided; now unless said, and not in the future.
    #[schema(nullable = false)]
    pub occurred_at: Option<Instant>,
}

impl Command for RecordDecision {
    type Resource = Consent;
}

/// What a line of a consent's history says.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DecisionKind {
    /// The person said yes.
    Given,
    /// The mailbox confirmed a yes.
    Confirmed,
    /// The person said no.
    Withdrawn,
    /// The person objected to direct marketing.
    Objected,
}

/// A decision in a consent's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsentDecision {
    /// Its id.
    pub id: DecisionId,
    /// What it says.
    pub decision: DecisionKind,
    /// How it was told.
    pub method: Method,
    /// When the person decided.
    pub occurred_at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The version of the notice that the person was shown.
    #[schema(example = "2019-01-29")]
    pub notice_version: NaiveDate,
    /// SHA-256, in hexadecimal, of the wording that the person was shown, as UTF-8; null where none was.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub wording_sha256: Option<String>,
    /// Who recorded it: the subject of a token, or `link:confirmation` or `link:unsubscribe` for the
    /// mailbox itself.
    #[schema(example = "staff-17")]
    pub recorded_by: String,
    /// The decision that this one repeats: of a contact that was merged into this one, or of this contact before its e-mail
    /// address changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub merged_from: Option<DecisionId>,
}

/// Which consents to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentFilter {
    /// Only this contact's.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Only those for this purpose.
    #[schema(nullable = false)]
    pub purpose: Option<Purpose>,
    /// Only those in this state.
    #[schema(nullable = false)]
    pub state: Option<State>,
    /// As what had been recorded by this instant tells it.
    #[schema(nullable = false)]
    pub as_at: Option<Instant>,
}

/// People to ask about.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckConsents {
    /// What they would be sent something for.
    pub purpose: Purpose,
    /// Who, 1 to 1,000 of them.
    #[schema(min_items = 1, max_items = 1000)]
    pub contact_ids: Vec<ContactId>,
}

impl Command for CheckConsents {
    type Resource = CheckResults;
}

/// May, or may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// They may be sent it now.
    Allowed,
    /// They may not.
    Denied,
}

/// Whether one person may be sent something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckRow {
    /// Who.
    pub contact_id: ContactId,
    /// Whether.
    pub result: CheckResult,
    /// Why.
    pub code: Contactability,
}

/// The answer to a check, in the order asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckResults {
    /// One row for each contact asked about.
    pub results: Vec<CheckRow>,
}

/// A receipt to verify.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyReceipt {
    /// The receipt, as it was issued: a compact JWS (RFC 7515).
    #[schema(max_length = 260_000)]
    pub receipt: String,
}

impl Command for VerifyReceipt {
    type Resource = ReceiptVerdict;
    // The receipt of the longest wording, of the longest entries of a notice, has about 225 KiB.
    const BODY_LIMIT: Option<usize> = Some(256 * 1024);
}

/// Whether a receipt is one of ours, unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptVerdict {
    /// Whether it is.
    pub valid: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "the signature does not fit")]
    pub reason: Option<&'static str>,
    /// The decision that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub decision_id: Option<DecisionId>,
}

/// How a receipt is written.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptQuery {
    /// The profile: `kantara-1.1` unless said, or `iso-27560`.
    #[schema(nullable = false, example = "kantara-1.1", pattern = "^(kantara-1\\.1|iso-27560)$")]
    pub profile: Option<String>,
}

/// What a confirmation link shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Confirmation {
    /// What the consent is for.
    pub purpose: Purpose,
    /// What holds now.
    pub state: State,
    /// What the person was shown.
    pub wording: Wording,
    /// Until when the link can be used.
    pub expires_at: Instant,
}

/// What an unsubscribe link is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Subscription {
    /// What the consent is for.
    pub purpose: Purpose,
    /// What holds now; absent where nothing was ever decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub state: Option<State>,
}

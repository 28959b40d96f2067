//! The consent as the world sees it, and what can be asked of it.

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::{ConsentId, ContactId, DecisionId, Instant, Purpose, line_type, prose_type, words};
use crate::platform::http::{Command, PathWord, Resource};
pub use crate::policy::consent::{Method, State};
pub use crate::policy::contactability::Contactability;

prose_type! {
    /// The wording that the person was shown for the decision, word for word: at most 20,000 characters.
    #[schema(as = ConsentWording)]
    Wording, 20_000, "Yes, send me the IEWM newsletter by e-mail. I can stop it at any time."
}

line_type! {
    /// The place of the proof of the decision: a recording, a scan, a file. One line of at most 500
    /// characters. Sealed at rest.
    EvidenceRef, 500, "Call recording 2026-11-24/0042"
}

line_type! {
    /// The language of the wording, as a BCP 47 tag.
    #[schema(as = WordingLocale)]
    Locale, 35, "en-GB"
}

impl PathWord for Purpose {
    const NAME: &'static str = "purpose";
    const MEANING: &'static str = "The purpose.";
}

/// A consent: a contact's decision for one purpose, and its present state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Consent {
    /// The consent's id.
    pub id: ConsentId,
    /// The contact whose consent it is.
    pub contact_id: ContactId,
    /// The purpose of the consent.
    pub purpose: Purpose,
    /// The present state.
    pub state: State,
    /// When the present state began, by the date of the decision that led to it.
    pub since: Instant,
    /// The version of the privacy notice that the person was shown.
    #[schema(example = "2019-01-29")]
    pub notice_version: NaiveDate,
    /// The way in which the person gave the decision.
    pub method: Method,
    /// The decision that led to the present state.
    pub decision_id: DecisionId,
    /// Increases with every decision.
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

/// A person's choice.
#[apply(words!)]
#[schema(as = ConsentChoice)]
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
        (Answer::Given, None) => {
            Err(missing("/wording", "is required to give consent: the wording that the person was shown"))
        }
        _ => Ok(()),
    }
}

fn has_evidence(asked: &RecordDecision) -> Result<(), ValidationError> {
    if asked.decision == Answer::Given && asked.method.needs_evidence() && asked.evidence_ref.is_none() {
        return Err(missing("/evidence_ref", "is required for a consent given on paper, in person or by telephone"));
    }
    Ok(())
}

/// A decision to record.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "has_wording"), schema(function = "has_evidence"))]
pub struct RecordDecision {
    /// The contact who decided.
    pub contact_id: ContactId,
    /// The purpose; it must rest on consent.
    pub purpose: Purpose,
    /// The choice.
    pub decision: Answer,
    /// The way in which the person gave the decision. A grant by `web_form` or `email` waits until the
    /// mailbox confirms it.
    pub method: Method,
    /// The wording that the person was shown; required to give consent.
    #[schema(nullable = false)]
    pub wording: Option<Wording>,
    /// The language of the wording; the default is `en-GB`.
    #[schema(nullable = false)]
    pub locale: Option<Locale>,
    /// The version of the privacy notice that the person was shown; the default is the one in force.
    #[schema(nullable = false, example = "2019-01-29")]
    pub notice_version: Option<NaiveDate>,
    /// The place of the proof; required to give consent on paper, in person or by telephone.
    #[schema(nullable = false)]
    pub evidence_ref: Option<EvidenceRef>,
    /// When the person decided; not in the future. The default is now.
    #[schema(nullable = false)]
    pub occurred_at: Option<Instant>,
}

impl Command for RecordDecision {
    type Resource = Consent;
}

/// The kind of a decision in a consent's history.
#[apply(words!)]
#[schema(as = ConsentDecisionKind)]
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
    /// The decision's id.
    pub id: DecisionId,
    /// The decision.
    pub decision: DecisionKind,
    /// The way in which the person gave the decision.
    pub method: Method,
    /// When the person decided.
    pub occurred_at: Instant,
    /// When the decision was recorded.
    pub recorded_at: Instant,
    /// The version of the notice that the person was shown.
    #[schema(example = "2019-01-29")]
    pub notice_version: NaiveDate,
    /// SHA-256, in hexadecimal, of the wording that the person was shown, as UTF-8; null if there was none.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub wording_sha256: Option<String>,
    /// The author of the record: the subject of a token. For the mailbox itself it is `link:confirmation`
    /// or `link:unsubscribe`.
    #[schema(example = "staff-17")]
    pub recorded_by: String,
    /// The decision that this one repeats. It belongs to a contact that was merged into this one, or to
    /// this contact before its e-mail address changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub merged_from: Option<DecisionId>,
}

/// Which consents to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentFilter {
    /// Only consents of this contact.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Only consents for this purpose.
    #[schema(nullable = false)]
    pub purpose: Option<Purpose>,
    /// Only consents in this state.
    #[schema(nullable = false)]
    pub state: Option<State>,
    /// Show each state as recorded by this instant.
    #[schema(nullable = false)]
    pub as_at: Option<Instant>,
}

/// The contacts to check.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckConsents {
    /// The purpose of the mailing.
    pub purpose: Purpose,
    /// The contacts, 1 to 1,000 of them.
    #[schema(min_items = 1, max_items = 1000)]
    pub contact_ids: Vec<ContactId>,
}

impl Command for CheckConsents {
    type Resource = CheckResults;
}

/// Whether the contact may be sent something.
#[apply(words!)]
#[schema(as = ConsentCheckResult)]
pub enum CheckResult {
    /// They may be sent it now.
    Allowed,
    /// They may not.
    Denied,
}

/// The result for one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConsentCheck)]
pub struct CheckRow {
    /// The contact.
    pub contact_id: ContactId,
    /// The result.
    pub result: CheckResult,
    /// The reason for the result.
    pub code: Contactability,
}

/// The results of a check, in the order of the request.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConsentCheckResults)]
pub struct CheckResults {
    /// One row for each contact of the request.
    pub results: Vec<CheckRow>,
}

/// A receipt to verify.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyReceipt {
    /// The receipt as issued: a compact JWS (RFC 7515).
    #[schema(max_length = 260_000)]
    pub receipt: String,
}

impl Command for VerifyReceipt {
    type Resource = ReceiptVerdict;
    // The receipt of the longest wording, of the longest entries of a notice, has about 225 KiB.
    const BODY_LIMIT: Option<usize> = Some(256 * 1024);
}

/// The result of verifying a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptVerdict {
    /// True if this service issued the receipt and its content is unchanged.
    pub valid: bool,
    /// The reason why the receipt is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "the signature does not fit")]
    pub reason: Option<&'static str>,
    /// The decision that the receipt is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub decision_id: Option<DecisionId>,
}

/// How a receipt is written.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptQuery {
    /// The profile of the receipt: `kantara-1.1` (the default) or `iso-27560`.
    #[schema(nullable = false, example = "kantara-1.1", pattern = "^(kantara-1\\.1|iso-27560)$")]
    pub profile: Option<String>,
}

/// The consent that a confirmation link confirms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConsentConfirmation)]
pub struct Confirmation {
    /// The purpose of the consent.
    pub purpose: Purpose,
    /// The present state.
    pub state: State,
    /// The wording that the person was shown.
    pub wording: Wording,
    /// When the link expires.
    pub expires_at: Instant,
}

/// The consent that an unsubscribe link withdraws.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PurposeSubscription)]
pub struct Subscription {
    /// The purpose of the consent.
    pub purpose: Purpose,
    /// The present state; absent if there was never a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub state: Option<State>,
}

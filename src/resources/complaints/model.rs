//! The complaint as the world sees it, and what can be asked of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{
    Channel, ComplaintId, ComplaintStepId, ContactId, EmailAddress, Instant, Reference, Telephone, prose_type,
};
use crate::platform::http::{Command, Resource};
pub use crate::policy::complaints::ComplaintStatus;
use crate::resources::contacts::model::PersonName;

prose_type! {
    /// What is complained of, as it was said: at most 10,000 characters. Sealed at rest.
    ComplaintDetails, 10_000, "I asked twice to be taken off the newsletter.\nIt came again on Monday."
}

prose_type! {
    /// What is looked into, and how: at most 10,000 characters. Sealed at rest.
    InvestigationNote, 10_000, "Asked the mailing contractor when it last fetched the audience."
}

prose_type! {
    /// What was found and what is done about it, as the person is told: at most 10,000 characters. Sealed at rest.
    OutcomeExplanation, 10_000, "The list was a week old when the newsletter left. It is fetched anew each time from now on."
}

/// Who complains. They need be no contact.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Complainant {
    /// Their name.
    pub name: PersonName,
    /// Where they are answered: the acknowledgement and the outcome are mailed there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email: Option<EmailAddress>,
    /// Their telephone number, in E.164; an extension follows as `;ext=12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub telephone: Option<Telephone>,
}

/// What came of a complaint.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ComplaintOutcome {
    /// The person is right.
    Upheld,
    /// The person is right in part.
    PartlyUpheld,
    /// Nothing wrong was found.
    NotUpheld,
}

/// A complaint.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Complaint {
    /// Its id.
    pub id: ComplaintId,
    /// The number that people quote.
    #[schema(example = "DC-2026-000001")]
    pub reference: String,
    /// The contact who complains, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Who complains; absent once the person was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub complainant: Option<Complainant>,
    /// How it came.
    pub channel: Channel,
    /// The day on which it came, working day or not.
    #[schema(example = "2026-11-20")]
    pub received_on: NaiveDate,
    /// What is complained of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub details: Option<ComplaintDetails>,
    /// The last day for its acknowledgement: the thirtieth after receipt, or the next working day.
    #[schema(example = "2026-12-21")]
    pub acknowledge_by: NaiveDate,
    /// When the person was told that it is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-11-24")]
    pub acknowledged_on: Option<NaiveDate>,
    /// What is looked into, and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub note: Option<InvestigationNote>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub outcome: Option<ComplaintOutcome>,
    /// What was found, and what is done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub explanation: Option<OutcomeExplanation>,
    /// The day on which the outcome was given, or the complaint withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-12-01")]
    pub closed_on: Option<NaiveDate>,
    /// The last day on which it is kept: six calendar years after it was closed, unless a legal hold requires longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2032-12-01")]
    pub keep_until: Option<NaiveDate>,
    /// Where it is in its life.
    pub status: ComplaintStatus,
    /// True where it may be about a person who was erased, or about another: it is kept, and once it is closed, its words are
    /// not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub restricted: Option<bool>,
    /// Raised by every change.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Complaint {
    /// The complaint as its readers see it: without its words once it is closed and restricted. While it is open, it must be
    /// answered.
    pub(super) fn shown(self) -> Self {
        if self.restricted.is_none() || ComplaintStatus::OPEN.contains(&self.status) {
            return self;
        }
        Self { complainant: None, details: None, note: None, explanation: None, ..self }
    }

    /// The address that the complaint names.
    pub fn email(&self) -> Option<&EmailAddress> {
        self.complainant.as_ref()?.email.as_ref()
    }
}

impl Resource for Complaint {
    fn location(&self) -> String {
        format!("/v1/complaints/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }

    // A bank holiday that is proclaimed moves the day.
    fn derived(&self) -> Option<String> {
        Some(self.acknowledge_by.to_string())
    }
}

/// A complaint that has come.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveComplaint {
    /// The contact who complains, where it is one.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Who complains.
    pub complainant: Complainant,
    /// How it came.
    pub channel: Channel,
    /// The day on which it came, to whomever of us and working day or not; not in the future.
    #[schema(example = "2026-11-20")]
    pub received_on: NaiveDate,
    /// What is complained of.
    pub details: ComplaintDetails,
}

impl Command for ReceiveComplaint {
    type Resource = Complaint;
}

/// That the person was told that the complaint is here.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeComplaint {
    /// When: not before the receipt, and not in the future.
    #[schema(example = "2026-11-24")]
    pub acknowledged_on: NaiveDate,
}

impl Command for AcknowledgeComplaint {
    type Resource = Complaint;
}

/// That the complaint is being looked into.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvestigateComplaint {
    /// What is looked into, and how.
    pub note: InvestigationNote,
}

impl Command for InvestigateComplaint {
    type Resource = Complaint;
}

/// What came of the complaint.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveOutcome {
    /// Whether the person is right.
    pub outcome: ComplaintOutcome,
    /// What was found and what is done about it, as the person is told.
    pub explanation: OutcomeExplanation,
    /// When the person is told: not before the receipt, and not in the future.
    #[schema(example = "2026-12-01")]
    pub given_on: NaiveDate,
}

impl Command for GiveOutcome {
    type Resource = Complaint;
}

/// Which complaints to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplaintFilter {
    /// Only those in this state.
    #[schema(nullable = false)]
    pub status: Option<ComplaintStatus>,
    /// Only those of this contact.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Only the one with this reference.
    #[schema(nullable = false)]
    pub reference: Option<Reference>,
    /// Only those to be acknowledged before this day, acknowledged or not.
    #[schema(nullable = false)]
    pub acknowledge_before: Option<NaiveDate>,
}

/// A step in a complaint's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComplaintStep {
    /// Its id.
    pub id: ComplaintStepId,
    /// The state that the complaint came to by it.
    pub status: ComplaintStatus,
    /// The day on which it happened.
    #[schema(example = "2026-11-24")]
    pub occurred_on: NaiveDate,
    /// When it was written down.
    pub recorded_at: Instant,
    /// Who wrote it down: a token's subject.
    #[schema(example = "staff-1")]
    pub recorded_by: String,
}

//! The complaint as the world sees it, and what can be asked of it.

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::{
    Channel, ComplaintId, ComplaintStepId, ContactId, EmailAddress, Instant, Reference, Telephone, TelephoneExtension,
    prose_type, words,
};
use crate::platform::http::{Command, Resource};
pub use crate::policy::complaints::ComplaintStatus;
use crate::resources::contacts::model::{PersonName, one_extension};

prose_type! {
    /// The complaint in the complainant's words: at most 10,000 characters. Sealed at rest.
    ComplaintDetails, 10_000, "I asked twice to be taken off the newsletter.\nIt came again on Monday."
}

prose_type! {
    /// The subject of the investigation, and its method: at most 10,000 characters. Sealed at rest.
    InvestigationNote, 10_000, "Asked the mailing contractor when it last fetched the audience."
}

prose_type! {
    /// The findings and the action, in the words of the letter to the complainant: at most 10,000
    /// characters. Sealed at rest.
    OutcomeExplanation, 10_000, "The list was a week old when the newsletter left. It is fetched anew each time from now on."
}

/// The person who complains. A complainant need not be a contact.
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "one_extension_of"))]
pub struct Complainant {
    /// The complainant's name.
    pub name: PersonName,
    /// The complainant's e-mail address. The acknowledgement and the outcome go there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email: Option<EmailAddress>,
    /// The complainant's telephone number, in E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub telephone: Option<Telephone>,
    /// The extension of the telephone number. You may also write it with the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub telephone_extension: Option<TelephoneExtension>,
}

impl Complainant {
    /// The complainant with the extension apart from the number.
    #[must_use]
    pub fn with_extension_apart(self) -> Self {
        let (telephone, telephone_extension) = Telephone::both_apart(self.telephone, self.telephone_extension);
        Self { telephone, telephone_extension, ..self }
    }
}

fn one_extension_of(complainant: &Complainant) -> Result<(), ValidationError> {
    one_extension(complainant.telephone.as_ref(), complainant.telephone_extension.as_ref())
}

/// The outcome of a complaint.
#[apply(words!)]
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
    /// The complaint's id.
    pub id: ComplaintId,
    /// The reference number for letters and telephone calls.
    #[schema(example = "DC-2026-000001")]
    pub reference: String,
    /// The contact who complains, if the complainant is a contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// The person who complains; absent after the person was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub complainant: Option<Complainant>,
    /// The channel by which the complaint came.
    pub channel: Channel,
    /// The day of receipt, whether a working day or not.
    #[schema(example = "2026-11-20")]
    pub received_on: NaiveDate,
    /// The complaint, in the complainant's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub details: Option<ComplaintDetails>,
    /// The last day for the acknowledgement: the thirtieth day after receipt, or the next working day.
    #[schema(example = "2026-12-21")]
    pub acknowledge_by: NaiveDate,
    /// When the complainant was told that we have the complaint.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-11-24")]
    pub acknowledged_on: Option<NaiveDate>,
    /// The subject of the investigation, and its method.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub note: Option<InvestigationNote>,
    /// The outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub outcome: Option<ComplaintOutcome>,
    /// The findings and the action.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub explanation: Option<OutcomeExplanation>,
    /// The day of the outcome, or of the withdrawal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-12-01")]
    pub closed_on: Option<NaiveDate>,
    /// The last day on which the record is kept: six calendar years after it was closed, unless a legal
    /// hold requires longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2032-12-01")]
    pub keep_until: Option<NaiveDate>,
    /// The stage of the complaint.
    pub status: ComplaintStatus,
    /// True if the complaint may be about an erased person, or about another. The service keeps it, and
    /// hides its words once it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub restricted: Option<bool>,
    /// Increases with every change to the complaint.
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

/// A complaint to record.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveComplaint {
    /// The contact who complains, if the complainant is a contact.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// The person who complains.
    #[validate(nested)]
    pub complainant: Complainant,
    /// The channel by which the complaint came.
    pub channel: Channel,
    /// The day of receipt by any member of staff, whether a working day or not; not in the future.
    #[schema(example = "2026-11-20")]
    pub received_on: NaiveDate,
    /// The complaint, in the complainant's words.
    pub details: ComplaintDetails,
}

impl Command for ReceiveComplaint {
    type Resource = Complaint;
}

/// The acknowledgement of a complaint.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeComplaint {
    /// When the complainant was told: not before the receipt, and not in the future.
    #[schema(example = "2026-11-24")]
    pub acknowledged_on: NaiveDate,
}

impl Command for AcknowledgeComplaint {
    type Resource = Complaint;
}

/// The start of an investigation.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvestigateComplaint {
    /// The subject of the investigation, and its method.
    pub note: InvestigationNote,
}

impl Command for InvestigateComplaint {
    type Resource = Complaint;
}

/// The outcome of a complaint.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveOutcome {
    /// Whether the complaint is upheld.
    pub outcome: ComplaintOutcome,
    /// The findings and the action, in the words of the letter to the complainant.
    pub explanation: OutcomeExplanation,
    /// When the complainant gets the outcome: not before the receipt, and not in the future.
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
    /// Only complaints in this stage.
    #[schema(nullable = false)]
    pub status: Option<ComplaintStatus>,
    /// Only complaints of this contact.
    #[schema(nullable = false)]
    pub contact_id: Option<ContactId>,
    /// Only the complaint with this reference.
    #[schema(nullable = false)]
    pub reference: Option<Reference>,
    /// Only complaints to be acknowledged before this day, whether acknowledged or not.
    #[schema(nullable = false)]
    pub acknowledge_before: Option<NaiveDate>,
}

/// A step in a complaint's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComplaintStep {
    /// The step's id.
    pub id: ComplaintStepId,
    /// The stage of the complaint after this step.
    pub status: ComplaintStatus,
    /// The day of the step.
    #[schema(example = "2026-11-24")]
    pub occurred_on: NaiveDate,
    /// When the step was recorded.
    pub recorded_at: Instant,
    /// The author of the record: a token's subject.
    #[schema(example = "staff-1")]
    pub recorded_by: String,
}

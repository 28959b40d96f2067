//! The record and the schedule as the world sees them.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{AgreementId, ContactField, LawfulBasis, OrganisationId, Purpose, WordSet};
use crate::resources::organisations::model::{OrganisationKind, OrganisationName};

/// A processing activity, with everything that Article 30(1) requires.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProcessingActivity {
    /// The purpose.
    pub purpose: Purpose,
    /// The lawful bases of the purpose.
    pub lawful_basis: Vec<LawfulBasis>,
    /// The controller: its name and how to reach it.
    #[schema(example = "Worcestershire County Council, County Hall, Worcester")]
    pub controller: String,
    /// How to reach the data-protection officer.
    #[schema(example = "dataprotection@worcestershire.gov.uk")]
    pub data_protection_officer: String,
    /// The categories of people.
    #[schema(example = json!(["People who have opted in"]))]
    pub subjects: Vec<&'static str>,
    /// The categories of data.
    #[schema(example = json!(["Name", "E-mail address"]))]
    pub data: Vec<String>,
    /// The categories of recipients.
    #[schema(example = json!(["Approved contractors"]))]
    pub recipients: Vec<String>,
    /// The organisations with which data may be shared for the purpose today, each by its agreement.
    pub recipients_by_agreement: Vec<AgreedRecipient>,
    /// Transfers to third countries, with their safeguards.
    #[schema(example = "None")]
    pub transfers: &'static str,
    /// The time limit for erasure.
    #[schema(example = "Six years (P6Y)")]
    pub retention: String,
    /// The technical and organisational measures, in general terms.
    pub security: Vec<&'static str>,
}

/// An organisation with which data may be shared today, by a live agreement.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgreedRecipient {
    /// The agreement.
    pub agreement_id: AgreementId,
    /// The organisation.
    pub organisation_id: OrganisationId,
    /// The organisation's name.
    pub organisation: OrganisationName,
    /// The organisation's relation to IEWM.
    pub kind: OrganisationKind,
    /// All purposes of the agreement.
    #[schema(value_type = BTreeSet<Purpose>)]
    pub purposes: WordSet<Purpose>,
    /// The members of a contact that may be shared.
    #[schema(value_type = BTreeSet<ContactField>)]
    pub fields: WordSet<ContactField>,
    /// The last day of the agreement in London.
    #[schema(example = "2027-06-30")]
    pub ends_on: NaiveDate,
}

/// The record of processing activities.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProcessingActivityList {
    /// The activities, in the notice's order.
    pub items: Vec<ProcessingActivity>,
    /// Always null: the record is one page.
    pub next_cursor: Option<String>,
}

/// One line of the retention schedule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetentionLine {
    /// The class of records.
    #[schema(example = "contact")]
    pub record_class: &'static str,
    /// The event that starts the period.
    #[schema(example = "The person's last dealing with IEWM")]
    pub trigger: &'static str,
    /// The length of the period, as an ISO 8601 duration, or in words where it has no fixed length.
    #[schema(example = "P6Y")]
    pub period: &'static str,
    /// The action at the end of the period.
    #[schema(example = "Erased, and the person's key destroyed")]
    pub action: &'static str,
}

/// The retention schedule. A legal hold under the Inquiries Act 2005 overrides every line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetentionScheduleList {
    /// The lines.
    pub items: Vec<RetentionLine>,
    /// Always null: the schedule is one page.
    pub next_cursor: Option<String>,
}

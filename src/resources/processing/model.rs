//! The record and the schedule as the world sees them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{LawfulBasis, Purpose};

/// A processing activity, with everything that Article 30(1) demands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProcessingActivity {
    /// The purpose.
    pub purpose: Purpose,
    /// The bases that it rests on.
    pub lawful_basis: Vec<LawfulBasis>,
    /// The controller: its name and how it is reached.
    #[schema(example = "Worcestershire County Council, County Hall, Worcester")]
    pub controller: String,
    /// How the data-protection officer is reached.
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
    /// Transfers to third countries, with their safeguards.
    #[schema(example = "None")]
    pub transfers: &'static str,
    /// The time limit for erasure.
    #[schema(example = "Six years (P6Y)")]
    pub retention: String,
    /// The technical and organisational measures, in general terms.
    pub security: Vec<&'static str>,
}

/// The record of processing activities.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProcessingActivityList {
    /// The activities, in the notice's order.
    pub items: Vec<ProcessingActivity>,
    /// Always null: the record is one page.
    pub next_cursor: Option<String>,
}

/// A line of the retention schedule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RetentionLine {
    /// The class of records.
    #[schema(example = "contact")]
    pub record_class: &'static str,
    /// What the period runs from.
    #[schema(example = "The person's last dealing with IEWM")]
    pub trigger: &'static str,
    /// How long, as an ISO 8601 duration, or in words where there is none.
    #[schema(example = "P6Y")]
    pub period: &'static str,
    /// What is done then.
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

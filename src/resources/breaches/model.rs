//! The breach as the world sees it, and what can be asked of it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{BreachId, BreachStepId, Instant, OrganisationId, Reference, prose_type, words};
use crate::platform::http::{Command, Resource};
pub use crate::policy::breaches::{BreachStatus, Risk};

prose_type! {
    /// A statement about a breach, in words: at most 10,000 characters. Name no person. Sealed at rest.
    BreachText, 10_000, "A list of attendees was sent to another event's venue.\nThe venue has deleted it."
}

/// The kind of data that a breach affects.
#[apply(words!)]
#[derive(PartialOrd, Ord)]
pub enum BreachCategory {
    /// Names, addresses, numbers.
    Contact,
    /// Who agreed to what.
    Consent,
    /// Who was registered for which event.
    Event,
    /// What people need in order to take part.
    AccessRequirements,
    /// Something else.
    Other,
}

/// The phase of a notification (Article 33(4)).
#[apply(words!)]
#[schema(as = NotificationPhase)]
pub enum Phase {
    /// The first word.
    Initial,
    /// What was found out since.
    Further,
    /// The last word.
    Final,
}

/// A personal-data breach.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Breach {
    /// The breach's id.
    pub id: BreachId,
    /// The reference number for letters and telephone calls. A contractor does not see it, because it shows
    /// how many breaches there were this year. A contractor quotes `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "PB-2026-000001")]
    pub reference: Option<String>,
    /// When the breach became known.
    pub aware_at: Instant,
    /// The deadline for notifying the Information Commission: 72 hours after the breach became known.
    #[schema(example = "2026-11-27T09:30:00.000000Z")]
    pub notify_by: Instant,
    /// The nature of the breach: what happened.
    pub nature: BreachText,
    /// The kinds of data affected.
    #[schema(min_items = 1)]
    pub categories: BTreeSet<BreachCategory>,
    /// The approximate number of people affected, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, example = 40)]
    pub approximate_subjects: Option<i32>,
    /// The approximate number of records affected, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, example = 40)]
    pub approximate_records: Option<i32>,
    /// The likely consequences.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub consequences: Option<BreachText>,
    /// The measures taken or planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub measures: Option<BreachText>,
    /// The organisation that reported the breach, if an organisation did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reported_by_organisation_id: Option<OrganisationId>,
    /// How likely the breach is to result in a risk.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub risk: Option<Risk>,
    /// The reasons for the assessment, and for notifying the affected people or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reasons: Option<BreachText>,
    /// Whether the Information Commission must be notified.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notify_regulator: Option<bool>,
    /// Whether the affected people must be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notify_subjects: Option<bool>,
    /// When the Information Commission was first notified.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notified_at: Option<Instant>,
    /// The findings at the close, and the measures against a recurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub explanation: Option<BreachText>,
    /// When the breach was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub closed_at: Option<Instant>,
    /// The last day on which the record is kept: six calendar years after it was closed, unless a legal
    /// hold requires longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2032-12-01")]
    pub keep_until: Option<NaiveDate>,
    /// The stage of the breach.
    pub status: BreachStatus,
    /// Increases with every change to the breach.
    #[schema(example = 1, minimum = 1)]
    pub version: i32,
}

impl Resource for Breach {
    fn location(&self) -> String {
        format!("/v1/breaches/{}", self.id)
    }

    fn version(&self) -> i32 {
        self.version
    }
}

/// A breach to report.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportBreach {
    /// When the breach became known to the organisation that reports it; not in the future. The 72 hours
    /// begin then, on any day of the week.
    pub aware_at: Instant,
    /// The nature of the breach: what happened.
    pub nature: BreachText,
    /// The kinds of data affected.
    #[schema(min_items = 1, max_items = 5)]
    pub categories: BTreeSet<BreachCategory>,
    /// The approximate number of people affected, if known.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000, example = 40)]
    pub approximate_subjects: Option<i32>,
    /// The approximate number of records affected, if known.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000, example = 40)]
    pub approximate_records: Option<i32>,
    /// The likely consequences.
    #[schema(nullable = false)]
    pub consequences: Option<BreachText>,
    /// The measures taken or planned.
    #[schema(nullable = false)]
    pub measures: Option<BreachText>,
    /// The organisation that reported the breach to us, if one did. Contractors may omit it: theirs is
    /// their own organisation.
    #[schema(nullable = false)]
    pub reported_by_organisation_id: Option<OrganisationId>,
}

impl Command for ReportBreach {
    type Resource = Breach;
}

/// The assessment of a breach. The facts given here replace the earlier ones.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessBreach {
    /// How likely the breach is to result in a risk to people's rights and freedoms.
    pub risk: Risk,
    /// The reasons. If the risk is high and the people are not told, name the exception of Article 34(3)
    /// that applies.
    pub reasons: BreachText,
    /// Whether the Information Commission is to be notified: true, unless the risk is unlikely.
    pub notify_regulator: bool,
    /// Whether the affected people are to be told (Article 34).
    pub notify_subjects: bool,
    /// The approximate number of people affected, as known now.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000, example = 40)]
    pub approximate_subjects: Option<i32>,
    /// The approximate number of records affected, as known now.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000, example = 40)]
    pub approximate_records: Option<i32>,
    /// The likely consequences, as known now.
    #[schema(nullable = false)]
    pub consequences: Option<BreachText>,
    /// The measures taken or planned, as known now.
    #[schema(nullable = false)]
    pub measures: Option<BreachText>,
}

impl Command for AssessBreach {
    type Resource = Breach;
}

/// A notification of the Information Commission about a breach. The facts given here replace the
/// earlier ones.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyBreach {
    /// When the notification was made: not before the breach was known, and not in the future.
    pub notified_at: Instant,
    /// The phase of the notification.
    pub phase: Phase,
    /// The reasons for notifying after `notify_by`; required then.
    #[schema(nullable = false)]
    pub lateness_reason: Option<BreachText>,
    /// The approximate number of people affected, as known now.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000, example = 40)]
    pub approximate_subjects: Option<i32>,
    /// The approximate number of records affected, as known now.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000, example = 40)]
    pub approximate_records: Option<i32>,
    /// The likely consequences, as known now.
    #[schema(nullable = false)]
    pub consequences: Option<BreachText>,
    /// The measures taken or planned, as known now.
    #[schema(nullable = false)]
    pub measures: Option<BreachText>,
}

impl Command for NotifyBreach {
    type Resource = Breach;
}

/// The close of a breach.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseBreach {
    /// The findings, and the measures against a recurrence.
    pub explanation: BreachText,
}

impl Command for CloseBreach {
    type Resource = Breach;
}

/// Which breaches to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreachFilter {
    /// Only breaches in this stage.
    #[schema(nullable = false)]
    pub status: Option<BreachStatus>,
    /// Only the breach with this reference. The filter finds nothing for a contractor.
    #[schema(nullable = false)]
    pub reference: Option<Reference>,
    /// Only breaches that this organisation reported.
    #[schema(nullable = false)]
    pub reported_by_organisation_id: Option<OrganisationId>,
    /// Only breaches to be notified before this instant, whether notified or not.
    #[schema(nullable = false)]
    pub notify_before: Option<Instant>,
}

/// A step in the history of a breach.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BreachStep {
    /// The step's id.
    pub id: BreachStepId,
    /// The stage of the breach after this step.
    pub status: BreachStatus,
    /// When the step took place.
    pub occurred_at: Instant,
    /// The phase of the notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub phase: Option<Phase>,
    /// The reasons for a late notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lateness_reason: Option<BreachText>,
    /// When the step was recorded.
    pub recorded_at: Instant,
    /// The author of the record: a token's subject.
    #[schema(example = "council-1")]
    pub recorded_by: String,
}

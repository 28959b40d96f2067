//! The breach as the world sees it, and what can be asked of it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{BreachId, BreachStepId, Instant, OrganisationId, Reference, prose_type};
use crate::platform::http::{Command, Resource};
pub use crate::policy::breaches::{BreachStatus, Risk};

prose_type! {
    /// What is told of a breach in words: at most 10,000 characters. Name nobody. Sealed at rest.
    BreachText, 10_000, "A list of attendees was sent to another event's venue.\nThe venue has deleted it."
}

/// What kind of data a breach is about.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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

/// Which part of the notification was given (Article 33(4)).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::IntoStaticStr, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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
    /// Its id.
    pub id: BreachId,
    /// The number that people quote. A contractor is not shown it, because it tells how many breaches there were this
    /// year: a contractor quotes `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "PB-2026-000001")]
    pub reference: Option<String>,
    /// Since when it has been known.
    pub aware_at: Instant,
    /// The last instant at which the Information Commission is told in time: 72 hours later.
    #[schema(example = "2026-11-27T09:30:00.000000Z")]
    pub notify_by: Instant,
    /// What happened.
    pub nature: BreachText,
    /// What kinds of data it is about.
    #[schema(min_items = 1)]
    pub categories: BTreeSet<BreachCategory>,
    /// How many people it is about, as far as is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, example = 40)]
    pub approximate_subjects: Option<i32>,
    /// How many records it is about, as far as is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, example = 40)]
    pub approximate_records: Option<i32>,
    /// What is likely to come of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub consequences: Option<BreachText>,
    /// What is done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub measures: Option<BreachText>,
    /// The organisation that reported it, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reported_by_organisation_id: Option<OrganisationId>,
    /// How likely it is to result in a risk.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub risk: Option<Risk>,
    /// Why it was judged so, and why those are told or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reasons: Option<BreachText>,
    /// Whether the Information Commission is to be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notify_regulator: Option<bool>,
    /// Whether the people are to be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notify_subjects: Option<bool>,
    /// When the Information Commission was first told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notified_at: Option<Instant>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub explanation: Option<BreachText>,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub closed_at: Option<Instant>,
    /// The last day on which it is kept: six calendar years after it was closed, unless a legal hold requires longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2032-12-01")]
    pub keep_until: Option<NaiveDate>,
    /// Where it is in its life.
    pub status: BreachStatus,
    /// Raised by every change.
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

/// A breach that has become known.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportBreach {
    /// Since when it has been known, to whoever reports it; not in the future. The 72 hours begin then, whatever the day.
    pub aware_at: Instant,
    /// What happened.
    pub nature: BreachText,
    /// What kinds of data it is about.
    #[schema(min_items = 1, max_items = 5)]
    pub categories: BTreeSet<BreachCategory>,
    /// How many people it is about, as far as is known.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000, example = 40)]
    pub approximate_subjects: Option<i32>,
    /// How many records it is about, as far as is known.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000, example = 40)]
    pub approximate_records: Option<i32>,
    /// What is likely to come of it.
    #[schema(nullable = false)]
    pub consequences: Option<BreachText>,
    /// What is done about it.
    #[schema(nullable = false)]
    pub measures: Option<BreachText>,
    /// The organisation that reported it to us, where it was one. A contractor's is its own, and need not be said.
    #[schema(nullable = false)]
    pub reported_by_organisation_id: Option<OrganisationId>,
}

impl Command for ReportBreach {
    type Resource = Breach;
}

/// What was judged of a breach. What has become known since takes the place of what was said before.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessBreach {
    /// How likely it is to result in a risk to anybody's rights and freedoms.
    pub risk: Risk,
    /// Why. Where the risk is high and the people are not told, which exception of Article 34(3) holds.
    pub reasons: BreachText,
    /// Whether the Information Commission is to be told: it must be, unless the risk is unlikely.
    pub notify_regulator: bool,
    /// Whether the people are to be told (Article 34).
    pub notify_subjects: bool,
    /// How many people it is about, as is known now.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000, example = 40)]
    pub approximate_subjects: Option<i32>,
    /// How many records it is about, as is known now.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000, example = 40)]
    pub approximate_records: Option<i32>,
    /// What is likely to come of it, as is known now.
    #[schema(nullable = false)]
    pub consequences: Option<BreachText>,
    /// What is done about it by now.
    #[schema(nullable = false)]
    pub measures: Option<BreachText>,
}

impl Command for AssessBreach {
    type Resource = Breach;
}

/// That the Information Commission was told of a breach. What has become known since takes the place of what was said
/// before.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyBreach {
    /// When: not before the breach was known, and not in the future.
    pub notified_at: Instant,
    /// Which part of the notification.
    pub phase: Phase,
    /// Why it was given after `notify_by`; required then.
    #[schema(nullable = false)]
    pub lateness_reason: Option<BreachText>,
    /// How many people it is about, as is known now.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000, example = 40)]
    pub approximate_subjects: Option<i32>,
    /// How many records it is about, as is known now.
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000, example = 40)]
    pub approximate_records: Option<i32>,
    /// What is likely to come of it, as is known now.
    #[schema(nullable = false)]
    pub consequences: Option<BreachText>,
    /// What is done about it by now.
    #[schema(nullable = false)]
    pub measures: Option<BreachText>,
}

impl Command for NotifyBreach {
    type Resource = Breach;
}

/// How a breach ended.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseBreach {
    /// What was found, and what was done so that it does not happen again.
    pub explanation: BreachText,
}

impl Command for CloseBreach {
    type Resource = Breach;
}

/// Which breaches to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreachFilter {
    /// Only those in this state.
    #[schema(nullable = false)]
    pub status: Option<BreachStatus>,
    /// Only the breach with this reference. A contractor finds none by it.
    #[schema(nullable = false)]
    pub reference: Option<Reference>,
    /// Only those that this organisation reported.
    #[schema(nullable = false)]
    pub reported_by_organisation_id: Option<OrganisationId>,
    /// Only those to be notified before this instant, notified or not.
    #[schema(nullable = false)]
    pub notify_before: Option<Instant>,
}

/// A step in the history of a breach.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BreachStep {
    /// Its id.
    pub id: BreachStepId,
    /// The state that the breach came to by it.
    pub status: BreachStatus,
    /// When it happened.
    pub occurred_at: Instant,
    /// Which part of a notification it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub phase: Option<Phase>,
    /// Why a notification was late.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lateness_reason: Option<BreachText>,
    /// When it was written down.
    pub recorded_at: Instant,
    /// Who wrote it down: a token's subject.
    #[schema(example = "council-1")]
    pub recorded_by: String,
}

//! By when the law wants an answer, for facts that are not kept.

use chrono::NaiveDate;
use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::commands::fault;
use super::model::Right;
use crate::domain::{Calendar, Error, Instant, words};
use crate::platform::http::Command;
use crate::policy::breach_clock::{self, BreachReading};
use crate::policy::clock::{self, ClockEvent, ClockFacts, ClockReading};
use crate::policy::complaint_clock::{self, ComplaintReading};
use crate::resources::contacts::model::NothingElse;

/// The kind of legal clock.
#[apply(words!)]
pub enum ClockKind {
    /// That of a request about a right (UK GDPR Article 12A).
    RightsRequest,
    /// The acknowledgement of a complaint (Data Protection Act 2018 section 164A).
    ComplaintAcknowledgement,
    /// The notification of a breach (UK GDPR Article 33).
    BreachNotification,
}

/// The facts of a clock.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(
    schema(function = "has_its_right"),
    schema(function = "has_its_day"),
    schema(function = "has_its_instant"),
    schema(function = "has_its_events")
)]
pub struct AskDeadline {
    /// The kind of clock.
    pub kind: ClockKind,
    /// For `rights_request`, the right that the request is about.
    #[schema(nullable = false)]
    pub right: Option<Right>,
    /// For `rights_request` and `complaint_acknowledgement`, the day of receipt.
    #[schema(nullable = false, example = "2026-04-01")]
    pub received_on: Option<NaiveDate>,
    /// For `breach_notification`, when we became aware of the breach.
    #[schema(nullable = false)]
    pub aware_at: Option<Instant>,
    /// For `rights_request`, the later events, in any order.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub events: Vec<ClockEvent>,
}

impl Command for AskDeadline {
    type Resource = NothingElse;
}

/// A member that one kind of clock needs and others do not know.
fn belongs(
    asked: &AskDeadline,
    kinds: &[ClockKind],
    is_there: bool,
    pointer: &'static str,
) -> Result<(), ValidationError> {
    match (kinds.contains(&asked.kind), is_there) {
        (true, false) => Err(fault("missing", pointer, "is required for this kind of clock")),
        (false, true) => Err(fault("not_here", pointer, "does not belong to this kind of clock")),
        _ => Ok(()),
    }
}

fn has_its_right(asked: &AskDeadline) -> Result<(), ValidationError> {
    belongs(asked, &[ClockKind::RightsRequest], asked.right.is_some(), "/right")
}

fn has_its_day(asked: &AskDeadline) -> Result<(), ValidationError> {
    let kinds = [ClockKind::RightsRequest, ClockKind::ComplaintAcknowledgement];
    belongs(asked, &kinds, asked.received_on.is_some(), "/received_on")
}

fn has_its_instant(asked: &AskDeadline) -> Result<(), ValidationError> {
    belongs(asked, &[ClockKind::BreachNotification], asked.aware_at.is_some(), "/aware_at")
}

fn has_its_events(asked: &AskDeadline) -> Result<(), ValidationError> {
    if asked.kind == ClockKind::RightsRequest || asked.events.is_empty() {
        return Ok(());
    }
    Err(fault("not_here", "/events", "does not belong to this kind of clock"))
}

/// The state of a clock, by its kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ClockAnswer {
    /// The clock of a request about a right.
    Request(ClockReading),
    /// The clock of a complaint.
    Complaint(ComplaintReading),
    /// The clock of a breach.
    Breach(BreachReading),
}

/// What the clock shows for these facts.
///
/// # Errors
/// 503 `calendar_exhausted` where a date that matters lies outside the table of bank holidays.
pub(super) fn read(asked: AskDeadline, calendar: &Calendar) -> Result<ClockAnswer, Error> {
    let incomplete = || Error::internal("a clock without the facts that it was checked to have");
    let AskDeadline { kind, right, received_on, aware_at, events } = asked;
    Ok(match kind {
        ClockKind::RightsRequest => {
            let (right, received_on) = right.zip(received_on).ok_or_else(incomplete)?;
            ClockAnswer::Request(clock::read(&ClockFacts { right, received_on, events }, calendar)?)
        }
        ClockKind::ComplaintAcknowledgement => {
            let received_on = received_on.ok_or_else(incomplete)?;
            ClockAnswer::Complaint(complaint_clock::acknowledgement(received_on, calendar)?)
        }
        ClockKind::BreachNotification => {
            ClockAnswer::Breach(breach_clock::notification(aware_at.ok_or_else(incomplete)?))
        }
    })
}

//! A deadline as the world sees it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Instant, SubjectId};
use crate::policy::deadlines::{self as law, DeadlineKind, Due};

/// An unmet deadline of the law. It falls on a day or at an instant. If the law says "without undue
/// delay", it has neither `due_on` nor `due_at`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LegalDeadline)]
pub struct Deadline {
    /// The kind of deadline.
    pub kind: DeadlineKind,
    /// The complaint, breach, request, obligation, agreement or legal hold with the deadline.
    pub id: SubjectId,
    /// The reference number of the complaint, breach or request. An obligation has that of its request, an agreement the name of
    /// its organisation, and a legal hold its title.
    #[schema(example = "DC-2026-000001")]
    pub reference: String,
    /// The last day, until its end in London.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-12-21")]
    pub due_on: Option<NaiveDate>,
    /// The last instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-11-27T09:30:00.000000Z")]
    pub due_at: Option<Instant>,
    /// Whether the deadline has passed.
    pub overdue: bool,
    /// The stage of the complaint, breach, request, obligation, agreement or legal hold.
    #[schema(example = "received")]
    pub status: &'static str,
}

impl Deadline {
    /// A deadline as it stands now.
    pub(super) fn now(deadline: law::Deadline, now: Instant) -> Self {
        let (due_on, due_at) = match deadline.due {
            Due::On(day) => (Some(day), None),
            Due::At(instant) => (None, Some(instant)),
            Due::WithoutUndueDelay(_) => (None, None),
        };
        let overdue = deadline.due.is_over(now);
        let law::Deadline { kind, id, reference, status, .. } = deadline;
        Self { kind, id, reference, due_on, due_at, overdue, status }
    }
}

/// Which deadlines to list.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeadlineFilter {
    /// Only deadlines that end before this day in London. The outcome of a complaint has no last day, so
    /// the filter omits it.
    #[schema(nullable = false)]
    pub before: Option<NaiveDate>,
    /// Only deadlines of this kind.
    #[schema(nullable = false)]
    pub kind: Option<DeadlineKind>,
}

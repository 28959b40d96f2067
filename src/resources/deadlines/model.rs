//! A deadline as the world sees it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Instant, SubjectId};
use crate::policy::deadlines::{self as law, DeadlineKind, Due};

/// Something that the law sets a time for and that has not been done: due on a day, at an instant, or without undue delay,
/// with neither `due_on` nor `due_at`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Deadline {
    /// What is due.
    pub kind: DeadlineKind,
    /// The complaint, breach or request that it is due for.
    pub id: SubjectId,
    /// The number that people quote of it.
    #[schema(example = "DC-2026-000001")]
    pub reference: String,
    /// The last day, to its end in London.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-12-21")]
    pub due_on: Option<NaiveDate>,
    /// The last instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "2026-11-27T09:30:00.000000Z")]
    pub due_at: Option<Instant>,
    /// Whether it is over.
    pub overdue: bool,
    /// The state of the complaint, breach or request.
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
    /// Only those that end before this day in London. The outcome of a complaint has no last day, and is left out.
    #[schema(nullable = false)]
    pub before: Option<NaiveDate>,
    /// Only those of this kind.
    #[schema(nullable = false)]
    pub kind: Option<DeadlineKind>,
}

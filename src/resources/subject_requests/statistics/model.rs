//! Counts of requests as the world sees them.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::model::{OutcomeKind, Right};
use crate::domain::{Error, Fault};
use crate::policy::statistics::Told;

/// What the counts are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatisticsUse {
    /// They are published: small numbers are left out.
    Publication,
}

/// Of which days of receipt requests are counted, whole months, and what for.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatisticsRange {
    /// Only requests that were received on this day or later: the first of a month. Unless given, from the beginning.
    #[schema(value_type = Option<String>, format = Date, pattern = "^(19|[2-9][0-9])[0-9]{2}-(0[1-9]|1[0-2])-01$", nullable = false, example = "2026-04-01")]
    pub received_from: Option<NaiveDate>,
    /// Only requests that were received before this day: the first of a month. Unless given, to this day.
    #[schema(value_type = Option<String>, format = Date, pattern = "^(19|[2-9][0-9])[0-9]{2}-(0[1-9]|1[0-2])-01$", nullable = false, example = "2027-04-01")]
    pub received_before: Option<NaiveDate>,
    /// `publication` leaves out small numbers, and all from which one could be worked out. Without it, the counts are exact.
    #[serde(rename = "for")]
    #[schema(nullable = false)]
    pub use_for: Option<StatisticsUse>,
}

impl StatisticsRange {
    /// # Errors
    /// 422 unless it is whole months, one or more.
    pub(super) fn check(self) -> Result<(), Error> {
        let ends = [("received_from", self.received_from), ("received_before", self.received_before)];
        let within = ends.into_iter().filter(|(_, end)| end.is_some_and(|day| day.day() != 1));
        let month =
            |(name, _)| Fault::new(name, "month", "must be the first day of a month: only whole months are counted");
        let mut faults: Vec<Fault> = within.map(month).collect();
        if self.received_from.zip(self.received_before).is_some_and(|(from, before)| before <= from) {
            faults.push(Fault::new("received_before", "order", "must be after received_from"));
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
    }
}

/// How many requests of a kind there are with each outcome; a number is null where it is left out for publication.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct OutcomeCounts {
    /// The right was carried out.
    #[schema(required, example = 31)]
    pub fulfilled: Option<u64>,
    /// It was carried out in part; the rest was refused.
    #[schema(required, example = 8)]
    pub partly_fulfilled: Option<u64>,
    /// It was refused.
    #[schema(required, example = 7)]
    pub refused: Option<u64>,
    /// Whoever asked withdrew it.
    #[schema(required, example = 0)]
    pub withdrawn: Option<u64>,
    /// What we had asked for did not come.
    #[schema(required, example = 0)]
    pub lapsed: Option<u64>,
    /// Another request was the same, and is the one that is counted with its answer.
    #[schema(required, example = 0)]
    pub duplicate: Option<u64>,
}

/// How many requests of a kind there are. For publication a number is null where it is from 1 to 4, or would tell such a
/// number: see the operation.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct RequestCounts {
    /// The right that is asked for.
    pub kind: Right,
    /// All of them: those that were answered, and those that are open.
    #[schema(required, example = 52)]
    pub received: Option<u64>,
    /// Those of which is decided what became of them.
    #[schema(required, example = 46)]
    pub answered: Option<u64>,
    /// What became of those that were answered.
    pub outcomes: OutcomeCounts,
    /// Answered by the last lawful day, or before the clock ran at all.
    #[schema(required, example = 41)]
    pub answered_in_time: Option<u64>,
    /// Answered after the last lawful day.
    #[schema(required, example = 5)]
    pub answered_late: Option<u64>,
    /// Those that were not answered yet.
    #[schema(required, example = 6)]
    pub open: Option<u64>,
    /// Open, and the last lawful day has not gone by, or the clock stands.
    #[schema(required, example = 6)]
    pub open_in_time: Option<u64>,
    /// Open, and the last lawful day has gone by.
    #[schema(required, example = 0)]
    pub open_overdue: Option<u64>,
}

impl RequestCounts {
    /// What may be told of a kind.
    pub(super) fn new(kind: Right, told: &Told) -> Self {
        let Told { received, answered, answered_in_time, answered_late, open, open_in_time, open_overdue, .. } = *told;
        let outcomes = OutcomeCounts {
            fulfilled: told.outcome(OutcomeKind::Fulfilled),
            partly_fulfilled: told.outcome(OutcomeKind::PartlyFulfilled),
            refused: told.outcome(OutcomeKind::Refused),
            withdrawn: told.outcome(OutcomeKind::Withdrawn),
            lapsed: told.outcome(OutcomeKind::Lapsed),
            duplicate: told.outcome(OutcomeKind::Duplicate),
        };
        Self { kind, received, answered, outcomes, answered_in_time, answered_late, open, open_in_time, open_overdue }
    }
}

/// Counts of requests, as they stand on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RequestStatistics {
    /// The first day of receipt that is counted; null where it is the first of all.
    #[schema(required, example = "2026-04-01")]
    pub received_from: Option<NaiveDate>,
    /// The day after the last one that is counted; null where it is today.
    #[schema(required, example = "2027-04-01")]
    pub received_before: Option<NaiveDate>,
    /// The day in London on which they were counted: what is open is overdue by it.
    #[schema(example = "2027-04-20")]
    pub counted_on: NaiveDate,
    /// The kinds of requests, each of them whether or not there is a request of it.
    pub kinds: Vec<RequestCounts>,
}

//! Counts of requests as the world sees them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::model::{OutcomeKind, Right};
use crate::domain::Error;
use crate::policy::statistics::{StatisticsUse, Told, faults_of_range};

/// Of which days of receipt requests are counted, whole months, and what for.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatisticsRange {
    /// Only requests received on this day or later: the first of a month. The default is from the
    /// beginning.
    #[schema(value_type = Option<String>, format = Date, pattern = "^(19|[2-9][0-9])[0-9]{2}-(0[1-9]|1[0-2])-01$", nullable = false, example = "2026-04-01")]
    pub received_from: Option<NaiveDate>,
    /// Only requests received before this day: the first of a month. The default is to this day.
    #[schema(value_type = Option<String>, format = Date, pattern = "^(19|[2-9][0-9])[0-9]{2}-(0[1-9]|1[0-2])-01$", nullable = false, example = "2027-04-01")]
    pub received_before: Option<NaiveDate>,
    /// `publication` omits small numbers, and every number from which a small one could be computed.
    /// Without it, the counts are exact.
    #[serde(rename = "for")]
    #[schema(nullable = false)]
    pub use_for: Option<StatisticsUse>,
}

impl StatisticsRange {
    /// # Errors
    /// 422 unless it is whole months, one or more.
    pub(super) fn check(self) -> Result<(), Error> {
        let faults = faults_of_range(("received_from", self.received_from), ("received_before", self.received_before));
        if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
    }
}

/// The number of requests of a kind with each outcome. A number is null if it is omitted for
/// publication.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct OutcomeCounts {
    /// The right was carried out.
    #[schema(required, example = 31)]
    pub fulfilled: Option<u64>,
    /// The right was carried out in part; the rest was refused.
    #[schema(required, example = 8)]
    pub partly_fulfilled: Option<u64>,
    /// The request was refused.
    #[schema(required, example = 7)]
    pub refused: Option<u64>,
    /// The requester withdrew the request.
    #[schema(required, example = 0)]
    pub withdrawn: Option<u64>,
    /// The requester did not send the proof, fee or clarification that we asked for.
    #[schema(required, example = 0)]
    pub lapsed: Option<u64>,
    /// The request repeated another, which is counted with its answer.
    #[schema(required, example = 0)]
    pub duplicate: Option<u64>,
}

/// The number of requests of a kind. For publication a number is null if it is from 1 to 4, or would
/// reveal such a number: see the operation.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct RequestCounts {
    /// The right that the requests ask for.
    pub kind: Right,
    /// All requests: answered and open.
    #[schema(required, example = 52)]
    pub received: Option<u64>,
    /// Requests with an outcome.
    #[schema(required, example = 46)]
    pub answered: Option<u64>,
    /// The answered requests by outcome.
    pub outcomes: OutcomeCounts,
    /// Answered by the last lawful day, or before the clock ran at all.
    #[schema(required, example = 41)]
    pub answered_in_time: Option<u64>,
    /// Answered after the last lawful day.
    #[schema(required, example = 5)]
    pub answered_late: Option<u64>,
    /// Requests without an answer.
    #[schema(required, example = 6)]
    pub open: Option<u64>,
    /// Open, and the last lawful day has not passed, or the clock is stopped.
    #[schema(required, example = 6)]
    pub open_in_time: Option<u64>,
    /// Open, and the last lawful day has passed.
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

/// Counts of requests on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RequestStatistics {
    /// The first day of receipt that is counted; null if there is no lower limit.
    #[schema(required, example = "2026-04-01")]
    pub received_from: Option<NaiveDate>,
    /// The day after the last one that is counted; null if it is today.
    #[schema(required, example = "2027-04-01")]
    pub received_before: Option<NaiveDate>,
    /// The day of the count, in London. Open requests are overdue by this day.
    #[schema(example = "2027-04-20")]
    pub counted_on: NaiveDate,
    /// The kinds of requests. Kinds without requests are included.
    pub kinds: Vec<RequestCounts>,
}

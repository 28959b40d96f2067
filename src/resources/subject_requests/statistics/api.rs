//! The handler of the counts.

use super::model::{RequestStatistics, StatisticsRange};
use super::store;
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::SubjectRequestsRead;
use crate::platform::http::{Plain, Query};

/// Count requests
///
/// Counts by the right, by the outcome, and by whether the answer came in time. The numbers are exact,
/// and may reveal one person: do not publish them.
///
/// With `for=publication` you can publish the numbers. A number from 1 to 4 is null, and so is every
/// other number of the same kind from which it could be computed. If one of several parts of a number
/// is small, the response omits every part below 5, zeros included, and the next smallest. If a number
/// is null, so are its parts. `received` has the parts `answered` and `open`; `answered` has
/// `outcomes`, and also `answered_in_time` and `answered_late`; `open` has `open_in_time` and
/// `open_overdue`.
///
/// There is no sum of all kinds, because it would reveal the omitted numbers. The service counts whole
/// months only. Do not publish two ranges that overlap, nor one range again after it has changed,
/// because the difference could be a single request.
#[utoipa::path(get, path = "/v1/subject-requests/statistics")]
pub async fn statistics(
    access: Access<SubjectRequestsRead>,
    Query(range): Query<StatisticsRange>,
) -> Result<Plain<RequestStatistics>, Error> {
    range.check()?;
    access.read(move |tx| store::count(tx, range)).await.map(Plain)
}

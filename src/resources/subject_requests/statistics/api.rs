//! The handler of the counts.

use super::model::{RequestStatistics, StatisticsRange};
use super::store;
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::SubjectRequestsRead;
use crate::platform::http::{Plain, Query};

/// Count requests
///
/// By the right that is asked for, by what became of them, and by whether the answer came in time. The numbers are exact,
/// and may tell of one person: do not publish them.
///
/// With `for=publication` they can be published. A number from 1 to 4 is null, and so are others of the same kind from which it could be worked out: where
/// one of several parts of a number is small, the answer leaves out every part below 5, zeros included, and the next smallest; where a
/// number is null, so are its parts. `received` has the parts `answered` and `open`; `answered` has `outcomes`, and also
/// `answered_in_time` and `answered_late`; `open` has `open_in_time` and `open_overdue`.
///
/// There is no sum of all kinds, since it would tell what is left out. Only whole months are counted. Do not publish two
/// ranges that overlap, nor one again after it has changed: the difference could be a single request.
#[utoipa::path(get, path = "/v1/subject-requests/statistics")]
pub async fn statistics(
    access: Access<SubjectRequestsRead>,
    Query(range): Query<StatisticsRange>,
) -> Result<Plain<RequestStatistics>, Error> {
    range.check()?;
    access.read(move |tx| store::count(tx, range)).await.map(Plain)
}

//! The handler of the counts.

use super::counts;
use super::model::{DisclosureRange, DisclosureStatistics};
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::DisclosuresRead;
use crate::platform::http::{Plain, Query};

/// Count disclosures
///
/// Counts by the kind of recipient, the purpose, and the month in London in which the data was disclosed. Disclosures that have
/// expired or were recalled since count too; proposed ones do not. Disclosures that a law requires have no purpose. The numbers are
/// exact, and may reveal one person: do not publish them. A contractor gets the counts of the disclosures that it may see.
///
/// With `for=publication` you can publish the numbers. A number from 1 to 4 is null, and so is every other number from which it
/// could be computed. If one of several parts of a number is small, the response omits every part below 5, zeros included, and the
/// next smallest. If a number is null, so are its parts. A kind of recipient has purposes as its parts, and a purpose has months.
///
/// There is no sum of all kinds of recipients, because it would reveal the omitted numbers. The service counts whole months only,
/// at most 120. Do not publish two ranges that overlap, nor one range again after it has changed, because the difference could be a
/// single disclosure.
#[utoipa::path(get, path = "/v1/disclosures/statistics", operation_id = "disclosure_statistics")]
pub async fn statistics(
    access: Access<DisclosuresRead>,
    Query(range): Query<DisclosureRange>,
) -> Result<Plain<DisclosureStatistics>, Error> {
    access.read(move |tx| counts::count(tx, range)).await.map(Plain)
}

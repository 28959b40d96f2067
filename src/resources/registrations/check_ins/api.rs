//! The handler of check-ins.

use super::model::{CheckIn, CheckInResults};
use super::store;
use crate::domain::{Error, EventId};
use crate::platform::access::Access;
use crate::platform::auth::CheckInsWrite;
use crate::platform::http::{ById, Done, Plain, Valid};

/// Check people in and out
///
/// Send up to 500 scans. The service judges them one by one, in the order given and by the time of each
/// scan, so that a scanner that was offline can send them later. The device and nonce identify a
/// repeated scan, whatever its other members. Check-in is open from 24 hours before the start until 24
/// hours after the end of the event.
#[utoipa::path(post, path = "/v1/events/{id}/check-ins")]
pub async fn check_in(
    access: Access<CheckInsWrite>,
    Valid(asked): Valid<CheckIn>,
    ById(id): ById<EventId>,
) -> Result<Done<Plain<CheckInResults>>, Error> {
    access.write(move |tx| Ok(store::check_in(tx, id, asked)?.map(Plain))).await
}

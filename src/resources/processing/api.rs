//! The handlers.

use super::model::RetentionScheduleList;
use super::record::{Form, Record};
use super::store;
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::{ContactsRead, Public};
use crate::platform::http::Plain;

/// Read the record of processing activities
///
/// Everything that Article 30(1) of the UK GDPR requires, from the same data as the privacy notice in
/// force. With `Accept: text/csv`, one row for each activity, with semicolons between the items of a
/// list.
#[utoipa::path(get, path = "/v1/processing-activities")]
pub(super) async fn activities(access: Access<ContactsRead>, form: Form) -> Result<Record, Error> {
    access.read(store::activities).await.map(|list| Record { list, form })
}

/// Read the retention schedule
///
/// How long each class of records is kept, and the action at the end.
#[utoipa::path(get, path = "/v1/retention-schedule")]
pub(super) async fn schedule(_: Access<Public>) -> Result<Plain<RetentionScheduleList>, Error> {
    Ok(Plain(store::schedule()))
}

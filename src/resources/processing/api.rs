//! The handlers.

use super::model::RetentionScheduleList;
use super::record::{Form, Record};
use super::store;
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::{ContactsRead, Public};
use crate::platform::http::Plain;

/// The record of processing activities
///
/// What Article 30(1) of the UK GDPR demands, from the same data as the privacy notice in force. With
/// `Accept: text/csv`, a row for each activity, the parts of a list separated by semicolons.
#[utoipa::path(get, path = "/v1/processing-activities")]
pub(super) async fn activities(access: Access<ContactsRead>, form: Form) -> Result<Record, Error> {
    access.read(store::activities).await.map(|list| Record { list, form })
}

/// The retention schedule
///
/// How long each class of records is kept, and what is done then.
#[utoipa::path(get, path = "/v1/retention-schedule")]
pub(super) async fn schedule(_: Access<Public>) -> Result<Plain<RetentionScheduleList>, Error> {
    Ok(Plain(store::schedule()))
}

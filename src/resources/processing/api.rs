//! The handlers.

use super::model::{ProcessingActivityList, RetentionScheduleList};
use super::store;
use crate::domain::Error;
use crate::platform::auth::{Access, ContactsRead, Public};
use crate::platform::http::Plain;

/// The record of processing activities
///
/// What Article 30(1) of the UK GDPR demands, from the same data as the privacy notice in force.
#[utoipa::path(get, path = "/v1/processing-activities")]
pub(super) async fn activities(access: Access<ContactsRead>) -> Result<Plain<ProcessingActivityList>, Error> {
    access.read(store::activities).await.map(Plain)
}

/// The retention schedule
///
/// How long each class of records is kept, and what is done then.
#[utoipa::path(get, path = "/v1/retention-schedule")]
pub(super) async fn schedule(_: Access<Public>) -> Result<Plain<RetentionScheduleList>, Error> {
    Ok(Plain(store::schedule()))
}

//! The handlers.

use chrono::NaiveDate;

use super::model::{DraftNotice, PatchNotice, PrivacyNotice};
use super::store;
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::{NoticesDraft, NoticesPublish, NoticesView, Public};
use crate::platform::http::{
    ByVersion, Created, Done, Found, IfMatch, Listed, Listing, NoFilter, Patch, Valid, WithoutBody,
};

/// Read the privacy notice in force
#[utoipa::path(get, path = "/v1/privacy-notice")]
pub(super) async fn current(access: Access<Public>) -> Result<Found<PrivacyNotice>, Error> {
    access.read(store::in_force).await.map(Found)
}

/// List the versions of the notice
///
/// Newest first, including drafts.
#[utoipa::path(get, path = "/v1/privacy-notices")]
pub(super) async fn list(
    access: Access<NoticesDraft>,
    asked: Listing<NoFilter, NaiveDate>,
) -> Result<Listed<PrivacyNotice>, Error> {
    let (after, limit) = (asked.page.after(), asked.page.limit());
    let found = access.read(move |tx| store::list(tx, after, limit)).await?;
    Ok(asked.page.turn(found))
}

/// Draft a version of the notice
///
/// The public cannot see the draft before it is published.
#[utoipa::path(post, path = "/v1/privacy-notices")]
pub(super) async fn draft(
    access: Access<NoticesDraft>,
    Valid(asked): Valid<DraftNotice>,
) -> Result<Done<Created<PrivacyNotice>>, Error> {
    access.create(move |tx| store::draft(tx, asked)).await
}

/// Read a version of the notice
///
/// Only a token with the permission `notices:draft` can read a draft.
#[utoipa::path(get, path = "/v1/privacy-notices/{version}")]
pub(super) async fn read(
    access: Access<NoticesView>,
    ByVersion(version): ByVersion,
) -> Result<Found<PrivacyNotice>, Error> {
    access.read(move |tx| store::read(tx, version)).await.map(Found)
}

/// Change a draft of the notice
#[utoipa::path(patch, path = "/v1/privacy-notices/{version}")]
pub(super) async fn update(
    access: Access<NoticesDraft>,
    Patch(patch): Patch<PatchNotice>,
    if_match: IfMatch,
    ByVersion(version): ByVersion,
) -> Result<Done<Found<PrivacyNotice>>, Error> {
    access.change(move |tx| store::update(tx, version, &if_match, patch)).await
}

/// Publish a draft of the notice
///
/// If the version materially changes a purpose, the consents given under older versions become stale on
/// its first day. Ask those people again.
#[utoipa::path(post, path = "/v1/privacy-notices/{version}/publication")]
pub(super) async fn publish(
    access: Access<NoticesPublish>,
    _: WithoutBody,
    ByVersion(version): ByVersion,
) -> Result<Done<Found<PrivacyNotice>>, Error> {
    access.change(move |tx| store::publish(tx, version)).await
}

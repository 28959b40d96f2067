//! The handlers.

use super::model::{AgreementFilter, EndAgreement, ProposeAgreement, SharingAgreement};
use super::store::{self, steps};
use crate::domain::{AgreementId, Error};
use crate::platform::access::Access;
use crate::platform::auth::{AgreementsApprove, AgreementsPropose, AgreementsRead};
use crate::platform::http::{ById, Created, Done, Found, Listed, Listing, Valid, WithoutBody};

/// List agreements to share data
///
/// Newest first. A contractor sees the agreements with its own organisation alone.
#[utoipa::path(get, path = "/v1/sharing-agreements")]
pub(super) async fn list(
    access: Access<AgreementsRead>,
    asked: Listing<AgreementFilter, AgreementId>,
) -> Result<Listed<SharingAgreement>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Propose an agreement to share data
///
/// Nothing is shared under a proposal. Another person, from the council, must approve it. The terms cannot be changed later.
#[utoipa::path(post, path = "/v1/sharing-agreements")]
pub(super) async fn propose(
    access: Access<AgreementsPropose>,
    Valid(asked): Valid<ProposeAgreement>,
) -> Result<Done<Created<SharingAgreement>>, Error> {
    access.create(move |tx| steps::propose(tx, &asked)).await
}

/// Read an agreement to share data
#[utoipa::path(get, path = "/v1/sharing-agreements/{id}")]
pub(super) async fn read(
    access: Access<AgreementsRead>,
    ById(id): ById<AgreementId>,
) -> Result<Found<SharingAgreement>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// Approve an agreement to share data
///
/// The agreement becomes active: data may be shared under it from `starts_on` on. A person of the council approves it who did
/// not propose it. The organisation must be active.
#[utoipa::path(post, path = "/v1/sharing-agreements/{id}/approval")]
pub(super) async fn approve(
    access: Access<AgreementsApprove>,
    _: WithoutBody,
    ById(id): ById<AgreementId>,
) -> Result<Done<Found<SharingAgreement>>, Error> {
    access.change(move |tx| steps::approve(tx, id)).await
}

/// Suspend an agreement to share data
///
/// From the next request on, the organisation sees nothing that was shared under the agreement, until you reinstate it.
#[utoipa::path(post, path = "/v1/sharing-agreements/{id}/suspension")]
pub(super) async fn suspend(
    access: Access<AgreementsPropose>,
    _: WithoutBody,
    ById(id): ById<AgreementId>,
) -> Result<Done<Found<SharingAgreement>>, Error> {
    access.change(move |tx| steps::suspend(tx, id)).await
}

/// Reinstate a suspended agreement to share data
///
/// The organisation sees again what was shared under the agreement and was neither recalled nor has expired.
#[utoipa::path(post, path = "/v1/sharing-agreements/{id}/reinstatement")]
pub(super) async fn reinstate(
    access: Access<AgreementsApprove>,
    _: WithoutBody,
    ById(id): ById<AgreementId>,
) -> Result<Done<Found<SharingAgreement>>, Error> {
    access.change(move |tx| steps::reinstate(tx, id)).await
}

/// Turn down or end an agreement to share data
///
/// Turns a proposal down, or ends an approved agreement before its last day and recalls what was disclosed under it. Final.
#[utoipa::path(post, path = "/v1/sharing-agreements/{id}/end")]
pub(super) async fn end(
    access: Access<AgreementsPropose>,
    Valid(asked): Valid<EndAgreement>,
    ById(id): ById<AgreementId>,
) -> Result<Done<Found<SharingAgreement>>, Error> {
    access.change(move |tx| steps::end(tx, id, &asked)).await
}

//! The handlers.

use super::model::{HoldFilter, LegalHold, PatchHold, PlaceHold, ProposeRelease, RejectRelease};
use super::store::{self, steps};
use crate::domain::{Error, LegalHoldId};
use crate::platform::access::Access;
use crate::platform::auth::{HoldsRead, HoldsWrite};
use crate::platform::http::{ById, Created, Done, Found, IfMatch, Listed, Listing, Patch, Valid, WithoutBody};

/// List legal holds
///
/// Newest first.
#[utoipa::path(get, path = "/v1/legal-holds")]
pub(super) async fn list(
    access: Access<HoldsRead>,
    asked: Listing<HoldFilter, LegalHoldId>,
) -> Result<Listed<LegalHold>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Place a legal hold
///
/// From now on the service deletes nothing that the hold catches: nothing of the contact under any of its ids; nothing of the
/// event or the network and of each person who was ever in it, whatever the status; no record of the class; or nothing at all.
/// The hold also catches records that come later. It never ends by itself. The scope cannot be changed later.
#[utoipa::path(post, path = "/v1/legal-holds")]
pub(super) async fn place(
    access: Access<HoldsWrite>,
    Valid(asked): Valid<PlaceHold>,
) -> Result<Done<Created<LegalHold>>, Error> {
    access.create(move |tx| steps::place(tx, &asked)).await
}

/// Read a legal hold
#[utoipa::path(get, path = "/v1/legal-holds/{id}")]
pub(super) async fn read(access: Access<HoldsRead>, ById(id): ById<LegalHoldId>) -> Result<Found<LegalHold>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// Change the words of a legal hold, or the day of its next review
///
/// After the yearly review, set the day of the next one.
#[utoipa::path(patch, path = "/v1/legal-holds/{id}")]
pub(super) async fn update(
    access: Access<HoldsWrite>,
    Patch(patch): Patch<PatchHold>,
    if_match: IfMatch,
    ById(id): ById<LegalHoldId>,
) -> Result<Done<Found<LegalHold>>, Error> {
    access.change(move |tx| steps::update(tx, id, &if_match, &patch)).await
}

/// Propose to release a legal hold
///
/// The hold still binds, until another person of the council releases it.
#[utoipa::path(post, path = "/v1/legal-holds/{id}/release-proposal")]
pub(super) async fn propose_release(
    access: Access<HoldsWrite>,
    Valid(asked): Valid<ProposeRelease>,
    ById(id): ById<LegalHoldId>,
) -> Result<Done<Found<LegalHold>>, Error> {
    access.change(move |tx| steps::propose_release(tx, id, &asked)).await
}

/// Release a legal hold
///
/// Another person of the council than the proposer releases the hold. Final. Erasures that were refused because of the hold are
/// due at once.
#[utoipa::path(post, path = "/v1/legal-holds/{id}/release")]
pub(super) async fn release(
    access: Access<HoldsWrite>,
    _: WithoutBody,
    ById(id): ById<LegalHoldId>,
) -> Result<Done<Found<LegalHold>>, Error> {
    access.change(move |tx| steps::release(tx, id)).await
}

/// Turn down the proposal to release a legal hold
///
/// The hold is active as before. The proposer can withdraw the proposal in this way too.
#[utoipa::path(post, path = "/v1/legal-holds/{id}/release-rejection")]
pub(super) async fn reject_release(
    access: Access<HoldsWrite>,
    Valid(asked): Valid<RejectRelease>,
    ById(id): ById<LegalHoldId>,
) -> Result<Done<Found<LegalHold>>, Error> {
    access.change(move |tx| steps::reject_release(tx, id, &asked)).await
}

//! The handlers.

use super::model::{CreateOrganisation, Organisation, OrganisationFilter, OrganisationStatus, PatchOrganisation};
use super::store;
use crate::domain::{Error, OrganisationId};
use crate::platform::access::Access;
use crate::platform::auth::{OrganisationsRead, OrganisationsWrite};
use crate::platform::http::{ById, Created, Done, Found, IfMatch, Listed, Listing, Patch, Valid, WithoutBody};

/// List organisations
///
/// Newest first. A contractor sees its own organisation alone.
#[utoipa::path(get, path = "/v1/organisations")]
pub(super) async fn list(
    access: Access<OrganisationsRead>,
    asked: Listing<OrganisationFilter, OrganisationId>,
) -> Result<Listed<Organisation>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Add an organisation
///
/// The organisation is active from the start.
#[utoipa::path(post, path = "/v1/organisations")]
pub(super) async fn create(
    access: Access<OrganisationsWrite>,
    Valid(asked): Valid<CreateOrganisation>,
) -> Result<Done<Created<Organisation>>, Error> {
    access.create(move |tx| store::create(tx, asked)).await
}

/// Read an organisation
#[utoipa::path(get, path = "/v1/organisations/{id}")]
pub(super) async fn read(
    access: Access<OrganisationsRead>,
    ById(id): ById<OrganisationId>,
) -> Result<Found<Organisation>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// Change an organisation
///
/// The kind cannot change while the organisation has an agreement that has not ended, because people refuse sharing by kind.
#[utoipa::path(patch, path = "/v1/organisations/{id}")]
pub(super) async fn update(
    access: Access<OrganisationsWrite>,
    Patch(patch): Patch<PatchOrganisation>,
    if_match: IfMatch,
    ById(id): ById<OrganisationId>,
) -> Result<Done<Found<Organisation>>, Error> {
    access.change(move |tx| store::update(tx, id, &if_match, patch)).await
}

/// Suspend an organisation
///
/// The service refuses the organisation's tokens from the next request on, until you reinstate it.
#[utoipa::path(post, path = "/v1/organisations/{id}/suspension")]
pub(super) async fn suspend(
    access: Access<OrganisationsWrite>,
    _: WithoutBody,
    ById(id): ById<OrganisationId>,
) -> Result<Done<Found<Organisation>>, Error> {
    access.change(move |tx| store::go_to(tx, id, OrganisationStatus::Suspended)).await
}

/// Reinstate a suspended organisation
#[utoipa::path(post, path = "/v1/organisations/{id}/reinstatement")]
pub(super) async fn reinstate(
    access: Access<OrganisationsWrite>,
    _: WithoutBody,
    ById(id): ById<OrganisationId>,
) -> Result<Done<Found<Organisation>>, Error> {
    access.change(move |tx| store::go_to(tx, id, OrganisationStatus::Active)).await
}

/// End an organisation
///
/// Final: the service never accepts the organisation's tokens again. The organisation's agreements end with it, and what was
/// disclosed under them is recalled.
#[utoipa::path(post, path = "/v1/organisations/{id}/end")]
pub(super) async fn end(
    access: Access<OrganisationsWrite>,
    _: WithoutBody,
    ById(id): ById<OrganisationId>,
) -> Result<Done<Found<Organisation>>, Error> {
    access.change(move |tx| store::go_to(tx, id, OrganisationStatus::Ended)).await
}

//! The handlers of networks.

use super::model::{CreateNetwork, Network, NetworkFilter, NetworkStatus, PatchNetwork};
use super::store;
use crate::domain::{Error, NetworkId};
use crate::platform::access::Access;
use crate::platform::auth::{NetworksRead, NetworksWrite};
use crate::platform::http::{ById, Created, Done, Found, IfMatch, Listed, Listing, Patch, Valid, WithoutBody};

/// List networks
///
/// Newest first.
#[utoipa::path(get, path = "/v1/networks")]
pub(super) async fn list(
    access: Access<NetworksRead>,
    asked: Listing<NetworkFilter, NetworkId>,
) -> Result<Listed<Network>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Add a network
#[utoipa::path(post, path = "/v1/networks")]
pub(super) async fn create(
    access: Access<NetworksWrite>,
    Valid(asked): Valid<CreateNetwork>,
) -> Result<Done<Created<Network>>, Error> {
    access.create(move |tx| store::create(tx, asked)).await
}

/// Read a network
#[utoipa::path(get, path = "/v1/networks/{id}")]
pub(super) async fn read(access: Access<NetworksRead>, ById(id): ById<NetworkId>) -> Result<Found<Network>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// Change a network
#[utoipa::path(patch, path = "/v1/networks/{id}")]
pub(super) async fn update(
    access: Access<NetworksWrite>,
    Patch(patch): Patch<PatchNetwork>,
    if_match: IfMatch,
    ById(id): ById<NetworkId>,
) -> Result<Done<Found<Network>>, Error> {
    access.change(move |tx| store::update(tx, id, &if_match, patch)).await
}

/// Close a network
///
/// A closed network takes no new members. Present members stay until their memberships end.
#[utoipa::path(post, path = "/v1/networks/{id}/closure")]
pub(super) async fn close(
    access: Access<NetworksWrite>,
    _: WithoutBody,
    ById(id): ById<NetworkId>,
) -> Result<Done<Found<Network>>, Error> {
    access.change(move |tx| store::go_to(tx, id, NetworkStatus::Closed)).await
}

/// Reopen a closed network
#[utoipa::path(post, path = "/v1/networks/{id}/reopening")]
pub(super) async fn reopen(
    access: Access<NetworksWrite>,
    _: WithoutBody,
    ById(id): ById<NetworkId>,
) -> Result<Done<Found<Network>>, Error> {
    access.change(move |tx| store::go_to(tx, id, NetworkStatus::Active)).await
}

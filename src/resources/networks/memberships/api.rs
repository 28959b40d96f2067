//! The handlers of memberships and directories.

use super::model::{DirectoryLine, EndMembership, JoinNetwork, Membership, MembershipFilter, PatchMembership};
use super::{directory as lines, store};
use crate::domain::{Error, MembershipId, NetworkId};
use crate::platform::access::Access;
use crate::platform::auth::{NetworksRead, NetworksWrite};
use crate::platform::http::{ById, Created, Done, Found, IfMatch, Listed, Listing, MayBeEmpty, NoFilter, Patch, Valid};

/// List the memberships of a network
///
/// Newest first. Includes ended memberships, unless `status` asks for others.
#[utoipa::path(get, path = "/v1/networks/{id}/memberships", operation_id = "list_memberships")]
pub async fn list(
    access: Access<NetworksRead>,
    asked: Listing<MembershipFilter, MembershipId>,
    ById(id): ById<NetworkId>,
) -> Result<Listed<Membership>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, id, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Join a network
///
/// Each person has at most one live membership for each network and role.
#[utoipa::path(post, path = "/v1/networks/{id}/memberships")]
pub async fn join(
    access: Access<NetworksWrite>,
    Valid(asked): Valid<JoinNetwork>,
    ById(id): ById<NetworkId>,
) -> Result<Done<Created<Membership>>, Error> {
    access.create(move |tx| store::join(tx, id, asked)).await
}

/// Read a membership
#[utoipa::path(get, path = "/v1/memberships/{id}", operation_id = "read_membership")]
pub async fn read(access: Access<NetworksRead>, ById(id): ById<MembershipId>) -> Result<Found<Membership>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// Change a membership
///
/// You can change a live membership. An ended membership cannot change.
#[utoipa::path(patch, path = "/v1/memberships/{id}", operation_id = "update_membership")]
pub async fn update(
    access: Access<NetworksWrite>,
    Patch(patch): Patch<PatchMembership>,
    if_match: IfMatch,
    ById(id): ById<MembershipId>,
) -> Result<Done<Found<Membership>>, Error> {
    access.change(move |tx| store::update(tx, id, &if_match, patch)).await
}

/// End a membership
///
/// The history stays, and the member leaves the directory. A person who rejoins gets a new membership.
#[utoipa::path(post, path = "/v1/memberships/{id}/end")]
pub async fn end(
    access: Access<NetworksWrite>,
    MayBeEmpty(asked): MayBeEmpty<EndMembership>,
    ById(id): ById<MembershipId>,
) -> Result<Done<Found<Membership>>, Error> {
    access.change(move |tx| store::end(tx, id, asked)).await
}

/// Read the directory of a network
///
/// Lists the members who chose to be found, newest first: name, role, and the body that each
/// represents. A line marks whether only staff may see it.
#[utoipa::path(get, path = "/v1/networks/{id}/directory")]
pub async fn directory(
    access: Access<NetworksRead>,
    asked: Listing<NoFilter, MembershipId>,
    ById(id): ById<NetworkId>,
) -> Result<Listed<DirectoryLine>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| lines::lines(tx, id, after, limit)).await?;
    Ok(page.turn(found))
}

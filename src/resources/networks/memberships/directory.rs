//! The directory of a network: the members who chose to be found.

use diesel::prelude::*;

use super::super::store as networks;
use super::model::{DirectoryLine, DirectoryVisibility, MembershipStatus};
use super::store::{Row, memberships, open};
use crate::domain::{ContactId, Error, Limit, ListPage, MembershipId, NetworkId};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::ReadTx;
use crate::resources::contacts::store as contacts;

/// The lines of a directory, newest first.
///
/// # Errors
/// 404 when there is no such network.
pub(super) fn lines(
    tx: &mut ReadTx<'_>,
    network: NetworkId,
    after: Option<MembershipId>,
    limit: Limit,
) -> Result<ListPage<DirectoryLine, MembershipId>, Error> {
    networks::read(tx, network)?;
    let listed = memberships::network_id
        .eq(network)
        .and(memberships::status.eq(<&str>::from(MembershipStatus::Active)))
        .and(memberships::directory_visibility.ne(<&str>::from(DirectoryVisibility::Nobody)));
    let mut query =
        memberships::table.filter(listed).select(Row::as_select()).order(memberships::id.desc()).into_boxed();
    if let Some(after) = after {
        query = query.filter(memberships::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let ids: Vec<ContactId> = items.iter().map(|row| row.contact_id).collect();
    let names = contacts::names(tx, &ids)?;
    let mut lines = Vec::with_capacity(items.len());
    for row in items {
        // The erased, the restricted and those whose key is missing have no name here.
        let Some((_, name)) = names.iter().find(|(id, _)| *id == row.contact_id) else { continue };
        let membership = open(tx, &row)?;
        lines.push(DirectoryLine {
            membership_id: membership.id,
            name: name.clone(),
            role: membership.role,
            represents: membership.represents,
            directory_visibility: membership.directory_visibility,
        });
    }
    tx.look(Entry::new(Action::NetworksDirectory).subject(network).listing(lines.len()));
    Ok(ListPage { items: lines, next })
}

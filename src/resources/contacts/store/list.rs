//! Contacts in lists, and page by page for an export.

use diesel::prelude::*;

use super::super::directory::Directory;
use super::super::model::{Contact, ContactFilter, ContactStatus};
use super::{Row, contacts, data_keys, open};
use crate::domain::{ContactId, Error, Limit, ListPage, NetworkId};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::ReadTx;

/// Contacts, newest first.
pub fn list(
    tx: &mut ReadTx<'_>,
    filter: &ContactFilter,
    after: Option<ContactId>,
    limit: Limit,
) -> Result<ListPage<Contact, ContactId>, Error> {
    page(tx, Action::ContactsList, filter, after, limit)
}

/// The contacts that match, of `among` or of all, newest first, those before `after`.
fn matching(
    tx: &mut ReadTx<'_>,
    filter: &ContactFilter,
    among: Option<&[ContactId]>,
    after: Option<ContactId>,
    most: i64,
) -> Result<Vec<Row>, Error> {
    let mut query = everybody!().order(contacts::id.desc()).into_boxed();
    let status = filter.status.unwrap_or(ContactStatus::Active);
    // A contact that was merged is neither a person nor an erased one.
    query = query.filter(contacts::merged_into.is_null());
    query = match status {
        ContactStatus::Restricted => query.filter(contacts::restricted_at.is_not_null()),
        other => {
            let other: &str = other.into();
            query.filter(contacts::status.eq(other).and(contacts::restricted_at.is_null()))
        }
    };
    if let Some(since) = filter.updated_since {
        query = query.filter(contacts::updated_at.ge(since));
    }
    if let Some(check) = filter.address_check {
        query = query.filter(contacts::address_check.eq(<&str>::from(check)));
    }
    if let Some(among) = among {
        query = query.filter(contacts::id.eq_any(among));
    }
    if let Some(after) = after {
        query = query.filter(contacts::id.lt(after));
    }
    Ok(query.limit(most).load(tx.connection())?)
}

/// How many members of a network are looked through at a time.
const CANDIDATES: usize = 200;

/// As [`matching`], of a network's members, some at a time.
fn in_network(
    tx: &mut ReadTx<'_>,
    filter: &ContactFilter,
    network: NetworkId,
    mut after: Option<ContactId>,
    most: i64,
) -> Result<Vec<Row>, Error> {
    let directory: Directory = tx.extension()?;
    let mut found = Vec::new();
    loop {
        let members = directory.members(tx, network, after, i64::try_from(CANDIDATES).unwrap_or(i64::MAX))?;
        let left = most - i64::try_from(found.len()).unwrap_or(i64::MAX);
        found.extend(matching(tx, filter, Some(&members), None, left)?);
        let enough = i64::try_from(found.len()).is_ok_and(|found| found >= most);
        if enough || members.len() < CANDIDATES {
            return Ok(found);
        }
        after = members.last().copied();
    }
}

/// A page of the contacts that match, recorded as a look at them for `action`.
pub fn page(
    tx: &mut ReadTx<'_>,
    action: Action,
    filter: &ContactFilter,
    after: Option<ContactId>,
    limit: Limit,
) -> Result<ListPage<Contact, ContactId>, Error> {
    let most = limit.rows() + 1;
    let rows = match filter.network_id {
        None => matching(tx, filter, None, after, most)?,
        Some(network) => in_network(tx, filter, network, after, most)?,
    };
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    let items = tx.open_with_keys(items, |tx, row| Ok(open(tx, row)?.contact))?;
    let look = Entry::new(action)
        .with("status", filter.status.map(<&str>::from))
        .with("updated_since", filter.updated_since.is_some())
        .listing(items.len());
    tx.look(match filter.network_id {
        Some(network) => look.subject(network),
        None => look,
    });
    Ok(ListPage { items, next })
}

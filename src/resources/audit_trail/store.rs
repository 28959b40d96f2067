//! Reading the audit.

use diesel::prelude::*;

use super::model::{AuditEntry, AuditFilter, Look};
use crate::domain::{ContactId, EntryId, Error, Instant, Limit, ListPage, OrganisationId, hex};
use crate::platform::audit::audit_entries;
use crate::platform::doors::ReadTx;
use crate::resources::contacts;

#[derive(Queryable)]
struct Row {
    id: EntryId,
    at: Instant,
    actor_kind: String,
    actor: String,
    roles: String,
    organisation_id: Option<OrganisationId>,
    action: String,
    outcome: String,
    code: Option<String>,
    contact_id: Option<ContactId>,
    subject: Option<String>,
    detail: String,
    digest: Vec<u8>,
}

fn from_row(row: Row) -> Result<AuditEntry, Error> {
    let damaged = || Error::internal("a row of audit_entries cannot be read");
    Ok(AuditEntry {
        id: row.id,
        at: row.at,
        actor_kind: row.actor_kind.parse().map_err(|_| damaged())?,
        actor: row.actor,
        roles: row.roles.split(',').filter(|role| !role.is_empty()).map(str::to_owned).collect(),
        organisation_id: row.organisation_id,
        action: row.action,
        outcome: row.outcome.parse().map_err(|_| damaged())?,
        code: row.code,
        contact_id: row.contact_id,
        subject: row.subject,
        detail: serde_json::from_str(&row.detail).map_err(|_| damaged())?,
        digest: hex(&row.digest),
    })
}

/// Entries, newest first.
///
/// # Errors
/// When the database fails.
pub(super) fn list(
    tx: &mut ReadTx<'_>,
    filter: &AuditFilter,
    outcome: Option<&'static str>,
    after: Option<EntryId>,
    limit: Limit,
) -> Result<ListPage<AuditEntry, EntryId>, Error> {
    let mut query = audit_entries::table.order(audit_entries::id.desc()).into_boxed();
    if let Some(contact) = filter.contact_id {
        query = query.filter(audit_entries::contact_id.eq(contact));
    }
    if let Some(actor) = &filter.actor {
        query = query.filter(audit_entries::actor.eq(actor.as_str().to_owned()));
    }
    if let Some(action) = &filter.action {
        query = query.filter(audit_entries::action.eq(action.as_str().to_owned()));
    }
    if let Some(since) = filter.since {
        query = query.filter(audit_entries::at.ge(since));
    }
    if let Some(outcome) = outcome {
        query = query.filter(audit_entries::outcome.eq(outcome));
    }
    if let Some(after) = after {
        query = query.filter(audit_entries::id.lt(after));
    }
    let rows: Vec<Row> = query.limit(limit.rows() + 1).load(tx.connection())?;
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    Ok(ListPage { items: items.into_iter().map(from_row).collect::<Result<_, _>>()?, next })
}

/// Who looked at a person's data, newest first.
///
/// # Errors
/// 404 when there is no such contact.
pub(super) fn accesses(
    tx: &mut ReadTx<'_>,
    contact: ContactId,
    after: Option<EntryId>,
    limit: Limit,
) -> Result<ListPage<Look, EntryId>, Error> {
    contacts::store::facts(tx, contact)?.ok_or_else(Error::not_found)?;
    let filter = AuditFilter { contact_id: Some(contact), ..AuditFilter::default() };
    Ok(list(tx, &filter, Some("looked"), after, limit)?.map(Look::from))
}

//! Reading the audit.

use diesel::prelude::*;

use super::model::{AuditEntry, AuditFilter, Look};
use crate::domain::{ContactId, EntryId, Error, Instant, Limit, ListPage, OrganisationId, StoredRow, hex};
use crate::platform::audit::{About, about_record, audit_entries, each_about, newest};
use crate::platform::transaction::ReadTx;
use crate::resources::contacts;
use crate::resources::subject_requests::store::records_of_person;

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
    let stored = StoredRow::new("audit_entries", row.id);
    Ok(AuditEntry {
        id: row.id,
        at: row.at,
        actor_kind: stored.read("actor_kind", row.actor_kind.parse())?,
        actor: row.actor,
        roles: row.roles.split(',').filter(|role| !role.is_empty()).map(str::to_owned).collect(),
        organisation_id: row.organisation_id,
        action: row.action,
        outcome: stored.read("outcome", row.outcome.parse())?,
        code: row.code,
        contact_id: row.contact_id,
        subject: row.subject,
        detail: stored.read("detail", serde_json::from_str(&row.detail))?,
        digest: hex(&row.digest),
    })
}

/// A query for entries, narrowed to those that match the filter and come after the entry `after`, newest first. `$id` is
/// the column of the entry's id.
macro_rules! matching {
    ($entries:expr, $id:expr, $filter:expr, $outcome:expr, $after:expr, $limit:expr) => {{
        let columns = audit_entries::all_columns;
        let mut query = $entries.select(columns).order($id.desc()).limit($limit.rows() + 1).into_boxed();
        if let Some(actor) = &$filter.actor {
            query = query.filter(audit_entries::actor.eq(actor.as_str().to_owned()));
        }
        if let Some(action) = &$filter.action {
            query = query.filter(audit_entries::action.eq(action.as_str()));
        }
        if let Some(since) = $filter.since {
            query = query.filter(audit_entries::at.ge(since));
        }
        if let Some(outcome) = $outcome {
            query = query.filter(audit_entries::outcome.eq::<&'static str>(outcome));
        }
        if let Some(after) = $after {
            query = query.filter($id.lt::<EntryId>(after));
        }
        query
    }};
}

/// Entries, newest first. Those about a contact name it alone or among others.
pub(super) fn list(
    tx: &mut ReadTx<'_>,
    filter: &AuditFilter,
    after: Option<EntryId>,
    limit: Limit,
) -> Result<ListPage<AuditEntry, EntryId>, Error> {
    let Some(contact) = filter.contact_id else {
        let entries = matching!(audit_entries::table, audit_entries::id, filter, None::<&'static str>, after, limit);
        return page(entries.load(tx.connection())?, limit);
    };
    let about_contact = About { contacts: &[contact], records: &[] };
    page(about(tx, &about_contact, filter, None, after, limit)?, limit)
}

/// The newest entries about a person, under each of these ids: one more than a page holds.
fn about(
    tx: &mut ReadTx<'_>,
    About { contacts, records }: &About<'_>,
    filter: &AuditFilter,
    outcome: Option<&'static str>,
    after: Option<EntryId>,
    limit: Limit,
) -> Result<Vec<Row>, Error> {
    let mut found: Vec<Row> = Vec::new();
    for &contact in *contacts {
        let (alone, among_others) =
            each_about!(contact, entries, id => matching!(entries, id, filter, outcome, after, limit));
        found.extend(alone.load::<Row>(tx.connection())?);
        found.extend(among_others.load::<Row>(tx.connection())?);
    }
    for record in *records {
        let unmatched = about_record!(record, entries, id => matching!(entries, id, filter, outcome, after, limit));
        found.extend(unmatched.load::<Row>(tx.connection())?);
    }
    newest(&mut found, limit.get() + 1, |row| row.id);
    Ok(found)
}

fn page(rows: Vec<Row>, limit: Limit) -> Result<ListPage<AuditEntry, EntryId>, Error> {
    let ListPage { items, next } = ListPage::cut(rows, limit, |row| row.id);
    Ok(ListPage { items: items.into_iter().map(from_row).collect::<Result<_, _>>()?, next })
}

/// Who looked at a person's data, newest first: under the contact's own id, under those of contacts that were merged
/// into it, and at a complaint or request of the person from before it named a contact.
///
/// # Errors
/// 404 when there is no such contact.
pub(super) fn accesses(
    tx: &mut ReadTx<'_>,
    contact: ContactId,
    after: Option<EntryId>,
    limit: Limit,
) -> Result<ListPage<Look, EntryId>, Error> {
    let person = contacts::store::person(tx, contact)?;
    let records = records_of_person(tx, &person)?;
    let theirs = About { contacts: &person.ids, records: &records };
    let looks = about(tx, &theirs, &AuditFilter::default(), Some("looked"), after, limit)?;
    Ok(page(looks, limit)?.map(Look::from))
}

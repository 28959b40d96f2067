//! The audit's table. Appending is all that anybody can do; the database refuses the rest.

use diesel::prelude::*;

use super::EntryRow;
use crate::domain::{ContactId, EntryId, Error, Instant, OrganisationId};
use crate::platform::db::{AnyConnection, among_ids, insert_all};

diesel::table! {
    use diesel::sql_types::*;
    use crate::platform::db::{InstantSql, UuidSql};

    /// Entries, append-only.
    audit_entries (id) {
        /// Its id, in the order of writing.
        id -> UuidSql,
        /// When.
        at -> InstantSql,
        /// What kind of actor.
        actor_kind -> Text,
        /// Who.
        actor -> Text,
        /// In which roles.
        roles -> Text,
        /// Of which organisation.
        organisation_id -> Nullable<UuidSql>,
        /// What.
        action -> Text,
        /// What became of it.
        outcome -> Text,
        /// The code of a refusal.
        code -> Nullable<Text>,
        /// About whom.
        contact_id -> Nullable<UuidSql>,
        /// About which record.
        subject -> Nullable<Text>,
        /// More, as JSON.
        detail -> Text,
        /// SHA-256 of the canonical form.
        digest -> Binary,
    }
}

/// An entry as its columns. It owns them all: Diesel keeps no statement for rows that borrow.
#[derive(Insertable)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
struct Columns {
    id: EntryId,
    at: Instant,
    actor_kind: &'static str,
    actor: String,
    roles: String,
    organisation_id: Option<OrganisationId>,
    action: &'static str,
    outcome: &'static str,
    code: Option<String>,
    contact_id: Option<ContactId>,
    subject: Option<String>,
    detail: String,
    digest: Vec<u8>,
}

impl Columns {
    fn of(entry: &EntryRow) -> Result<Self, Error> {
        Ok(Self {
            id: entry.id,
            at: entry.at,
            actor_kind: entry.actor_kind,
            actor: entry.actor.clone(),
            roles: entry.roles.clone(),
            organisation_id: entry.organisation_id,
            action: entry.action,
            outcome: entry.outcome,
            code: entry.code.map(str::to_owned),
            contact_id: entry.contact_id,
            subject: entry.subject.clone(),
            detail: serde_json::to_string(&entry.detail).map_err(Error::internal)?,
            digest: entry.digest()?,
        })
    }
}

/// Appends an entry.
pub(in crate::platform) fn append(connection: &mut AnyConnection, entry: &EntryRow) -> Result<(), Error> {
    append_all(connection, std::slice::from_ref(entry))
}

/// Appends entries, in as few statements as they fit into.
pub(in crate::platform) fn append_all(connection: &mut AnyConnection, entries: &[EntryRow]) -> Result<(), Error> {
    let rows = entries.iter().map(Columns::of).collect::<Result<Vec<_>, _>>()?;
    insert_all!(connection, audit_entries::table, rows);
    Ok(())
}

/// Whether an entry is there already.
pub(super) fn is_there(connection: &mut AnyConnection, entry: &EntryRow) -> Result<bool, Error> {
    let found: i64 = audit_entries::table.filter(audit_entries::id.eq(entry.id)).count().get_result(connection)?;
    Ok(found > 0)
}

/// What was looked at or done about somebody: when, what, and in which roles; not by whom.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct EntryAbout {
    /// Which entry tells it.
    pub id: EntryId,
    /// When.
    pub at: Instant,
    /// What.
    pub action: String,
    /// In which roles, comma-separated.
    pub roles: String,
}

/// A page of what was looked at and done about a person, under whichever of their ids, until an instant: newest first,
/// what comes after the entry `after`, at most `most`.
///
/// # Errors
/// When the database fails.
pub fn page_about(
    connection: &mut AnyConnection,
    contacts: &[ContactId],
    until: Instant,
    after: Option<EntryId>,
    most: usize,
) -> Result<Vec<EntryAbout>, Error> {
    let mut entries: Vec<EntryAbout> = Vec::new();
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    // Each id by itself, in the order of the index: of all ids together, an engine sorts everything that is left, for
    // every page.
    for &contact in contacts {
        let mut theirs = audit_entries::table
            .filter(audit_entries::contact_id.eq(contact).and(audit_entries::at.le(until)))
            .select((audit_entries::id, audit_entries::at, audit_entries::action, audit_entries::roles))
            .order(audit_entries::id.desc())
            .limit(limit)
            .into_boxed();
        if let Some(after) = after {
            theirs = theirs.filter(audit_entries::id.lt(after));
        }
        entries.extend(theirs.load::<EntryAbout>(connection)?);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    entries.truncate(most);
    Ok(entries)
}

/// Whether more than so many entries are about a person. However many there are, no more than these are counted.
///
/// # Errors
/// When the database fails.
pub fn are_more_about(connection: &mut AnyConnection, contacts: &[ContactId], most: usize) -> Result<bool, Error> {
    let theirs = audit_entries::table.filter(among_ids(audit_entries::contact_id, contacts));
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let one_more: Option<EntryId> =
        theirs.select(audit_entries::id).offset(most).limit(1).get_result(connection).optional()?;
    Ok(one_more.is_some())
}

/// How many entries are about a person.
///
/// # Errors
/// When the database fails.
pub fn count_about(connection: &mut AnyConnection, contacts: &[ContactId]) -> Result<usize, Error> {
    let theirs = audit_entries::table.filter(among_ids(audit_entries::contact_id, contacts));
    let count: i64 = theirs.count().get_result(connection)?;
    usize::try_from(count).map_err(Error::internal)
}

//! The audit's table. Appending is all that anybody can do; the database refuses the rest.

use diesel::prelude::*;

use super::EntryRow;
use crate::domain::{ContactId, EntryId, Error, Instant, OrganisationId};
use crate::platform::db::{AnyConnection, insert_all};

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

/// What was looked at and done about a contact, newest first: when, what, and in which roles; not by whom.
///
/// # Errors
/// When the database fails.
pub fn about(connection: &mut AnyConnection, contact: ContactId) -> Result<Vec<(Instant, String, String)>, Error> {
    let entries = audit_entries::table.filter(audit_entries::contact_id.eq(contact)).order(audit_entries::id.desc());
    Ok(entries.select((audit_entries::at, audit_entries::action, audit_entries::roles)).load(connection)?)
}

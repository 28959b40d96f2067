//! The audit's table. Appending is all that anybody can do; the database refuses the rest.

use diesel::prelude::*;

use super::EntryRow;
use crate::domain::Error;
use crate::platform::db::AnyConnection;

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

/// Appends an entry.
pub(in crate::platform) fn append(connection: &mut AnyConnection, entry: &EntryRow) -> Result<(), Error> {
    let values = (
        audit_entries::id.eq(entry.id),
        audit_entries::at.eq(entry.at),
        audit_entries::actor_kind.eq(entry.actor_kind),
        audit_entries::actor.eq(&entry.actor),
        audit_entries::roles.eq(&entry.roles),
        audit_entries::organisation_id.eq(entry.organisation_id),
        audit_entries::action.eq(entry.action),
        audit_entries::outcome.eq(entry.outcome),
        audit_entries::code.eq(entry.code),
        audit_entries::contact_id.eq(entry.contact_id),
        audit_entries::subject.eq(&entry.subject),
        audit_entries::detail.eq(serde_json::to_string(&entry.detail).map_err(Error::internal)?),
        audit_entries::digest.eq(entry.digest()?),
    );
    diesel::insert_into(audit_entries::table).values(values).execute(connection)?;
    Ok(())
}

/// Whether an entry is there already.
pub(super) fn is_there(connection: &mut AnyConnection, entry: &EntryRow) -> Result<bool, Error> {
    let found: i64 = audit_entries::table.filter(audit_entries::id.eq(entry.id)).count().get_result(connection)?;
    Ok(found > 0)
}

//! Destroyed keys that the pages of PostgreSQL may still hold, and how they get out of them. On SQLite there are none.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use uuid::Uuid;

use crate::domain::{ContactId, Error, Instant};
use crate::platform::db::{AnyConnection, give_name_back, may_rewrite, past_all_transactions, rewrite, try_keep_name};

diesel::table! {
    use crate::platform::db::{InstantSql, UuidSql};

    /// The owner of a destroyed key that may still be in the pages. The transaction that destroys the key
    /// writes the row, and its number shows when no transaction can see the key any more.
    vault.key_remnants (owner_id) {
        /// The owner of the key.
        owner_id -> UuidSql,
        /// When the key was destroyed.
        destroyed_at -> InstantSql,
    }
}

/// The table's name, by which one process at a time empties it.
const REMNANTS: &str = "vault.key_remnants";

/// The table whose pages hold the keys.
const KEYS: &str = "vault.data_keys";

/// What came of rewriting the table of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purged {
    /// So many destroyed keys are in its pages no more.
    Gone(usize),
    /// The service's role may not rewrite the table: destroyed keys stay in its pages until its owner does.
    NotPermitted,
}

/// How long after the instant that is asked for a destruction may be dated: it is asked for an hour ago.
const AHEAD: TimeDelta = TimeDelta::hours(2);

/// Notes that the key of an owner was deleted from its table.
pub(super) fn note(connection: &mut AnyConnection, owner: ContactId, at: Instant) -> Result<(), Error> {
    // A key can come back with a backup, and be destroyed again.
    let again = diesel::update(key_remnants::table.find(owner)).set(key_remnants::destroyed_at.eq(at));
    if again.execute(connection)? == 0 {
        let note = (key_remnants::owner_id.eq(owner), key_remnants::destroyed_at.eq(at));
        diesel::insert_into(key_remnants::table).values(note).execute(connection)?;
    }
    Ok(())
}

/// Whether there is a key that was destroyed by `before`, and may still be in the pages.
pub(in crate::platform) fn is_due(connection: &mut AnyConnection, before: Instant) -> Result<bool, Error> {
    // What is dated long after `before` was destroyed by a clock that was ahead.
    let dated = key_remnants::destroyed_at.le(before).or(key_remnants::destroyed_at.gt(before.plus(AHEAD)));
    let due = key_remnants::table.filter(dated).select(key_remnants::owner_id);
    let found: Option<ContactId> = due.first(connection).optional()?;
    Ok(found.is_some())
}

/// Rewrites the table of keys so that its pages hold no destroyed one: `Gone(0)` when another process is at it. Needs a
/// connection of its own.
///
/// # Errors
/// 503 when a transaction is older than every destruction, the table is in use, or the rewriting takes longer than `most`.
pub(in crate::platform) fn purge(connection: &mut AnyConnection, most: Duration) -> Result<Purged, Error> {
    if !may_rewrite(connection, KEYS)? {
        return Ok(Purged::NotPermitted);
    }
    if !try_keep_name(connection, REMNANTS)? {
        return Ok(Purged::Gone(0));
    }
    let purged = take_out(connection, most);
    give_name_back(connection, REMNANTS)?;
    Ok(Purged::Gone(purged?))
}

fn take_out(connection: &mut AnyConnection, most: Duration) -> Result<usize, Error> {
    let count: i64 = key_remnants::table.count().get_result(connection)?;
    if count == 0 {
        return Ok(0);
    }
    let gone: Vec<Uuid> = past_all_transactions(connection, REMNANTS, "owner_id")?;
    if gone.is_empty() {
        return Err(Error::unavailable("a transaction, a standby or a replication slot still sees the destroyed keys"));
    }
    rewrite(connection, KEYS, most)?;
    let gone: Vec<ContactId> = gone.into_iter().map(ContactId::from_uuid).collect();
    Ok(diesel::delete(key_remnants::table.filter(key_remnants::owner_id.eq_any(gone))).execute(connection)?)
}

//! Records whose keyed indexes must be computed anew, because a migration cannot unseal what they are computed from.
//!
//! A migration that adds a keyed index, or changes how a value is normalised, inserts the ids of the records that it concerns.
//! The next start takes them in batches, before the first request, and each room rewrites the indexes of its own records. A
//! record whose data key is missing waits for a start that has the key.

use diesel::dsl::exists;
use diesel::prelude::*;
use uuid::Uuid;

use super::db::{among, direct};
use super::transaction::{ReadTx, WriteTx};
use super::vault::store::{data_keys, destroyed_keys};
use crate::domain::{Card, Class, Error, Fate, OnErasure, RecordClass, SubjectId};

diesel::table! {
    use diesel::sql_types::*;
    use crate::platform::db::UuidSql;

    /// Records to index.
    records_to_index (table_name, record_id) {
        /// The table.
        table_name -> Text,
        /// The record's id.
        record_id -> UuidSql,
    }
}

/// The card of the table.
pub const CARD: Card = Card {
    table: "records_to_index",
    meaning: "Records whose blind indexes the next start recomputes, after an upgrade: ids alone.",
    columns: &[("table_name", Class::Plain), ("record_id", Class::Pseudonymous)],
    emptied: &[],
    on_erasure: OnErasure::Uncounted(Fate::Keep, "Ids alone, until the next start has indexed the records"),
    retention: RecordClass::RecordToIndex,
};

diesel::allow_tables_to_appear_in_same_query!(records_to_index, data_keys);
diesel::allow_tables_to_appear_in_same_query!(records_to_index, destroyed_keys);

/// How many records a batch has.
const BATCH: i64 = 200;

/// Returns the ids of the next batch of a table, in the order of ids; none when all its records are done that are not
/// without their key. A record is sealed under a key of its own id, which was destroyed if the record was erased.
pub fn next<K: From<Uuid>>(tx: &mut ReadTx<'_>, table: &str) -> Result<Vec<K>, Error> {
    let key = data_keys::table.filter(data_keys::owner_id.eq(records_to_index::record_id));
    let destroyed = destroyed_keys::table.filter(destroyed_keys::owner_id.eq(records_to_index::record_id));
    let waiting = records_to_index::table.filter(records_to_index::table_name.eq(table));
    let waiting = waiting.filter(exists(key).or(exists(destroyed)));
    let waiting = waiting.order(records_to_index::record_id).limit(BATCH).select(records_to_index::record_id);
    let ids: Vec<SubjectId> = direct!(tx.connection(), engine => waiting.load(engine))?;
    Ok(ids.into_iter().map(|row| K::from(row.uuid())).collect())
}

/// Removes records that were indexed.
pub fn done<K: Copy + Into<Uuid>>(tx: &mut WriteTx<'_>, table: &str, ids: &[K]) -> Result<(), Error> {
    let ids: Vec<Uuid> = ids.iter().map(|&id| id.into()).collect();
    let done = records_to_index::table_name.eq(table).and(among(records_to_index::record_id, ids));
    diesel::delete(records_to_index::table.filter(done)).execute(tx.connection())?;
    Ok(())
}

//! Computing the keyed indexes of contacts anew, because a migration added one or changed how a value is normalised.

use diesel::prelude::*;

use super::indexes::{Indexes, find_by};
use super::{Row, contacts, data_keys, open_whoever};
use crate::domain::{ContactId, Error};
use crate::platform::audit::Entry;
use crate::platform::db::{among_ids, dialect};
use crate::platform::doors::{Recorded, WriteTx, unless_key_missing};
use crate::platform::records_to_index;

/// The table whose records are indexed.
const TABLE: &str = "contacts";

/// Indexes the next batch of the contacts in `records_to_index`. Answers `false` once all are done. No version rises, and no
/// address becomes a former one: the people have what they had.
///
/// # Errors
/// When a contact cannot be unsealed or written; then nothing of the batch is.
pub fn reindex(mut tx: WriteTx<'_>) -> Result<Recorded<bool>, Error> {
    let ids: Vec<ContactId> = records_to_index::next(&mut tx, TABLE)?;
    if ids.is_empty() {
        return tx.unchanged(None, false);
    }
    let rows: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    dialect::lock_all(tx.connection(), TABLE, &rows)?;
    let rows: Vec<Row> = everybody!().filter(among_ids(contacts::id, &ids)).load(tx.connection())?;
    for row in rows {
        let id = row.id;
        let Some(opened) = unless_key_missing(open_whoever(&mut tx, row))? else { continue };
        // An erased contact has no particulars, and no indexes.
        let Ok((_, particulars, _)) = opened.whoever() else { continue };
        let indexes = Indexes::of(&tx, &particulars);
        let search_tokens = find_by(&mut tx, id, &particulars)?;
        let changes = (
            contacts::email_index.eq(indexes.email),
            contacts::telephone_index.eq(indexes.telephone),
            contacts::named_number.eq(indexes.named_number),
            contacts::search_tokens.eq(search_tokens),
        );
        diesel::update(contacts::table.find(id)).set(changes).execute(tx.connection())?;
    }
    records_to_index::done(&mut tx, TABLE, &ids)?;
    tx.record(Entry::new("contacts.reindex").with("count", ids.len()), true)
}

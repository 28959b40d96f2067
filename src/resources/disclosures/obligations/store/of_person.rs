//! The obligations about a person: handed over in a merge, told to the person, and emptied in an erasure.

use diesel::prelude::*;

use super::super::model::Obligation;
use super::{Row, obligations, shown};
use crate::domain::Error;
use crate::personal::{Merging, Person};
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, WriteTx};

/// Hands the obligations over to the contact that remains.
///
/// # Errors
/// When the obligations cannot be written.
pub fn merge(tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
    let changes = (
        obligations::contact_id.eq(merging.into),
        obligations::updated_at.eq(tx.now()),
        obligations::version.eq(obligations::version + 1),
    );
    let theirs = obligations::table.filter(obligations::contact_id.eq(merging.from));
    diesel::update(theirs).set(changes).execute(tx.connection())?;
    Ok(())
}

/// Returns the obligations about a person, oldest first.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn of_person(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Obligation>, Error> {
    let theirs = obligations::table.filter(among_ids(obligations::contact_id, &person.ids)).order(obligations::id);
    let rows: Vec<Row> = theirs.select(Row::as_select()).load(tx.connection())?;
    shown(tx, rows)
}

/// Deletes the explanations of the obligations about a person, who is erased.
///
/// # Errors
/// When the obligations cannot be written.
pub fn erase(tx: &mut WriteTx<'_>, person: &Person) -> Result<(), Error> {
    let theirs = among_ids(obligations::contact_id, &person.ids).and(obligations::explanation.is_not_null());
    let emptied = obligations::explanation.eq(None::<Vec<u8>>);
    diesel::update(obligations::table.filter(theirs)).set(emptied).execute(tx.connection())?;
    Ok(())
}

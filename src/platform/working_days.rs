//! Which table of bank holidays dates were last worked out by, so that a new one is noticed.

use diesel::prelude::*;

use super::db::dialect;
use super::transaction::WriteTx;
use crate::domain::{Card, Class, Error, OnErasure, RecordClass};

diesel::table! {
    use diesel::sql_types::*;
    use crate::platform::db::InstantSql;

    /// The table of bank holidays in use, one row for each jurisdiction.
    working_days (jurisdiction) {
        /// Whose holidays.
        jurisdiction -> Text,
        /// The table, as it names itself.
        version -> Text,
        /// When it was adopted.
        adopted_at -> InstantSql,
    }
}

/// The card of the table.
pub const CARD: Card = Card {
    table: "working_days",
    meaning: "The table of bank holidays that was last used to compute days.",
    columns: &[("jurisdiction", Class::Plain), ("version", Class::Plain), ("adopted_at", Class::Plain)],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::WorkingDays,
};

/// The one jurisdiction that there is.
const ENGLAND_AND_WALES: &str = "england-and-wales";

/// Another table than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTable {
    /// The one before; `None` at the first start.
    pub from: Option<String>,
    /// The one from now on.
    pub to: String,
}

/// Adopts the table of this process; `None` when it is the one that was in use already.
pub fn adopt(tx: &mut WriteTx<'_>) -> Result<Option<NewTable>, Error> {
    let (to, now) = (tx.calendar().version(), tx.now());
    let connection = tx.connection();
    dialect::lock_name(connection, "working days")?;
    let row = working_days::table.find(ENGLAND_AND_WALES);
    let from: Option<String> = row.select(working_days::version).first(connection).optional()?;
    let values = (working_days::version.eq(&to), working_days::adopted_at.eq(now));
    match &from {
        Some(from) if *from == to => return Ok(None),
        Some(_) => diesel::update(row).set(values).execute(connection)?,
        None => {
            let values = (working_days::jurisdiction.eq(ENGLAND_AND_WALES), values.0, values.1);
            diesel::insert_into(working_days::table).values(values).execute(connection)?
        }
    };
    Ok(Some(NewTable { from, to }))
}

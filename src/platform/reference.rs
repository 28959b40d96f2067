//! Reference numbers that people quote, such as `SR-2026-000001`: one row of numbers for each series and year, without gaps.

use chrono::Datelike;
use diesel::prelude::*;

use super::db::dialect;
use super::transaction::WriteTx;
use crate::domain::{Card, Class, Error, OnErasure, RecordClass, london_date};

diesel::table! {
    use diesel::sql_types::*;

    /// The last number given in each series and year.
    reference_numbers (series, year) {
        /// The letters it begins with.
        series -> Text,
        /// The year, in Europe/London.
        year -> Integer,
        /// The last number given.
        last -> Integer,
    }
}

/// The card of the table.
pub const CARD: Card = Card {
    table: "reference_numbers",
    meaning: "The last reference number issued in each series and year, such as that of SR-2026-000001.",
    columns: &[("series", Class::Plain), ("year", Class::Plain), ("last", Class::Plain)],
    emptied: &[],
    on_erasure: OnErasure::OfNoContact,
    retention: RecordClass::ReferenceNumber,
};

/// Returns the next reference of a series, for a record of this transaction: its letters, the year in
/// Europe/London, and a number of six digits or more that starts each year at 1. The transaction locks
/// the series until it ends. A rollback returns the number, so the series has no gaps.
pub fn next(tx: &mut WriteTx<'_>, series: &'static str) -> Result<String, Error> {
    let year = london_date(tx.now()).year();
    let connection = tx.connection();
    dialect::lock_name(connection, &format!("reference {series} {year}"))?;
    let row = reference_numbers::table.find((series, year));
    let last: Option<i32> = row.select(reference_numbers::last).first(connection).optional()?;
    let next = last.map_or(1, |last| last + 1);
    if last.is_some() {
        diesel::update(row).set(reference_numbers::last.eq(next)).execute(connection)?;
    } else {
        let values =
            (reference_numbers::series.eq(series), reference_numbers::year.eq(year), reference_numbers::last.eq(next));
        diesel::insert_into(reference_numbers::table).values(values).execute(connection)?;
    }
    Ok(format!("{series}-{year}-{next:06}"))
}

//! The table of parts: what a large package is made of, each part sealed by itself, so that no more than one is in hand.

use diesel::prelude::*;

use super::super::super::store::package_rows::subject_request_package_parts as parts;
use super::super::model::{Package, PackageAccess, PackagePart, SearchedTable};
use super::super::search::AUDIT;
use super::super::words::Words;
use crate::domain::{Error, StoredRow, SubjectRequestId};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::platform::vault::{DataKey, Place};

/// The number of the part that holds what was said when the package was asked for.
const WORDS: i32 = 0;

/// A part that was gathered and not kept yet.
pub(super) enum Part {
    /// What a table holds.
    Held(PackagePart),
    /// A page of who looked.
    Looks(Vec<PackageAccess>),
}

impl Part {
    /// The table that it is of.
    pub(super) fn table(&self) -> &str {
        match self {
            Self::Held(part) => &part.table,
            Self::Looks(_) => AUDIT,
        }
    }

    /// How many records are in it.
    pub(super) fn records(&self) -> usize {
        match self {
            Self::Held(part) => part.records.len(),
            Self::Looks(page) => page.len(),
        }
    }

    fn plain(&self) -> Result<Vec<u8>, Error> {
        match self {
            Self::Held(part) => serde_json::to_vec(part),
            Self::Looks(page) => serde_json::to_vec(page),
        }
        .map_err(|error| Error::internal(error))
    }
}

/// Where a part stands: no part opens in another's place.
pub(super) fn in_place<T>(request: SubjectRequestId, number: i32, then: impl FnOnce(&Place<'_>) -> T) -> T {
    let column = format!("part {number}");
    then(&Place { table: "subject_request_package_parts", column: &column, row: request.uuid() })
}

fn stored(request: SubjectRequestId) -> StoredRow<'static, SubjectRequestId> {
    StoredRow::new("subject_request_package_parts", request)
}

fn of(request: SubjectRequestId) -> diesel::dsl::Eq<parts::request_id, SubjectRequestId> {
    parts::request_id.eq(request)
}

/// Adds parts after those that are there.
pub(super) fn add(
    tx: &mut WriteTx<'_>,
    key: &DataKey,
    request: SubjectRequestId,
    gathered: &[Part],
) -> Result<(), Error> {
    let last: Option<i32> =
        parts::table.filter(of(request)).select(diesel::dsl::max(parts::number)).first(tx.connection())?;
    for (number, part) in (last.unwrap_or(WORDS) + 1..).zip(gathered) {
        let plain = part.plain()?;
        let records = i32::try_from(part.records()).map_err(|error| Error::internal(error))?;
        insert(tx, key, (request, number), (Some(part.table()), records), &plain)?;
    }
    Ok(())
}

/// Keeps what was said, instead of what was said before.
pub(super) fn keep_words(
    tx: &mut WriteTx<'_>,
    key: &DataKey,
    request: SubjectRequestId,
    words: &Words,
) -> Result<(), Error> {
    delete_words(tx, request)?;
    let plain = serde_json::to_vec(words).map_err(|error| Error::internal(error))?;
    insert(tx, key, (request, WORDS), (None, 0), &plain)
}

/// Inserts a part, sealed under the person's key: the table whose records it holds, their number, and the part itself.
fn insert(
    tx: &mut WriteTx<'_>,
    key: &DataKey,
    (request, number): (SubjectRequestId, i32),
    (table, records): (Option<&str>, i32),
    plain: &[u8],
) -> Result<(), Error> {
    let values = (
        of(request),
        parts::number.eq(number),
        parts::table_name.eq(table),
        parts::records.eq(records),
        parts::part.eq(in_place(request, number, |place| key.seal(tx.entropy(), place, plain))),
    );
    diesel::insert_into(parts::table).values(values).execute(tx.connection())?;
    Ok(())
}

/// What was said.
///
/// # Errors
/// or nothing is kept.
pub(super) fn words(tx: &mut ReadTx<'_>, key: &DataKey, request: SubjectRequestId) -> Result<Words, Error> {
    let plain = plain(tx, key, request, WORDS)?;
    in_place(request, WORDS, |place| place.read(serde_json::from_slice(&plain)))
}

/// Deletes what was said.
fn delete_words(tx: &mut WriteTx<'_>, request: SubjectRequestId) -> Result<(), Error> {
    diesel::delete(parts::table.find((request, WORDS))).execute(tx.connection())?;
    Ok(())
}

/// How many parts there are, what was said not counted.
pub(super) fn count(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<usize, Error> {
    let there = parts::table.filter(of(request).and(parts::number.ne(WORDS)));
    let count: i64 = there.count().get_result(tx.connection())?;
    usize::try_from(count).map_err(|error| Error::internal(error))
}

/// The tables of which there is a part, and how many records are in it, in their order. Nothing is unsealed.
pub(super) fn tables(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<Vec<SearchedTable>, Error> {
    let there = parts::table.filter(of(request).and(parts::number.ne(WORDS))).order(parts::number);
    let rows: Vec<(Option<String>, i32)> = there.select((parts::table_name, parts::records)).load(tx.connection())?;
    let mut tables: Vec<SearchedTable> = Vec::new();
    for (name, records) in rows {
        let table = stored(request).required("table_name", name)?;
        let records = usize::try_from(records).map_err(|error| Error::internal(error))?;
        match tables.iter_mut().find(|known| known.table == table) {
            Some(known) => known.records += records,
            None if table == AUDIT => tables.push(SearchedTable::audit(records)),
            // What it was searched by is sealed in its part.
            None => tables.push(SearchedTable { table, searched_by: Vec::new(), records }),
        }
    }
    Ok(tables)
}

/// Where a part stands in its package. Nothing of it is unsealed.
pub(super) struct Layout {
    pub(super) number: i32,
    pub(super) table: String,
    pub(super) records: usize,
}

/// The parts of a package in their order.
pub(super) fn layout(tx: &mut ReadTx<'_>, request: SubjectRequestId) -> Result<Vec<Layout>, Error> {
    let there = parts::table.filter(of(request).and(parts::number.ne(WORDS))).order(parts::number);
    let rows: Vec<(i32, Option<String>, i32)> =
        there.select((parts::number, parts::table_name, parts::records)).load(tx.connection())?;
    let part = |(number, table, records): (i32, Option<String>, i32)| {
        let records = usize::try_from(records).map_err(|error| Error::internal(error))?;
        Ok(Layout { number, table: stored(request).required("table_name", table)?, records })
    };
    rows.into_iter().map(part).collect()
}

/// One part, unsealed.
///
/// # Errors
/// Internal when it cannot be unsealed.
pub(super) fn plain(
    tx: &mut ReadTx<'_>,
    key: &DataKey,
    request: SubjectRequestId,
    number: i32,
) -> Result<Vec<u8>, Error> {
    let sealed: Vec<u8> = parts::table.find((request, number)).select(parts::part).first(tx.connection())?;
    in_place(request, number, |place| key.open(place, &sealed))
}

/// Keeps another text as a part.
pub(super) fn replace(
    tx: &mut WriteTx<'_>,
    key: &DataKey,
    request: SubjectRequestId,
    number: i32,
    plain: &[u8],
) -> Result<(), Error> {
    let sealed = in_place(request, number, |place| key.seal(tx.entropy(), place, plain));
    diesel::update(parts::table.find((request, number))).set(parts::part.eq(sealed)).execute(tx.connection())?;
    Ok(())
}

/// Puts the parts of a package into it, one after the other.
pub(super) fn add_to(
    tx: &mut ReadTx<'_>,
    key: &DataKey,
    request: SubjectRequestId,
    package: &mut Package,
) -> Result<(), Error> {
    /// How many are in memory at a time, sealed.
    const BATCH: i64 = 64;
    let mut after = WORDS;
    loop {
        let rows: Vec<(i32, Option<String>, Vec<u8>)> = parts::table
            .filter(of(request).and(parts::number.gt(after)))
            .order(parts::number)
            .limit(BATCH)
            .select((parts::number, parts::table_name, parts::part))
            .load(tx.connection())?;
        let Some(last) = rows.last() else {
            package.say_how_it_was_searched();
            return Ok(());
        };
        after = last.0;
        for (number, table, sealed) in rows {
            in_place(request, number, |place| {
                let plain = key.open(place, &sealed)?;
                if table.as_deref() == Some(AUDIT) {
                    let page: Vec<PackageAccess> = place.read(serde_json::from_slice(&plain))?;
                    package.accesses.extend(page);
                } else {
                    package.held.push(place.read(serde_json::from_slice(&plain))?);
                }
                Ok::<(), Error>(())
            })?;
        }
    }
}

/// Deletes the parts of a package, but for what was said.
pub(super) fn begin_again(tx: &mut WriteTx<'_>, request: SubjectRequestId) -> Result<(), Error> {
    diesel::delete(parts::table.filter(of(request).and(parts::number.ne(WORDS)))).execute(tx.connection())?;
    Ok(())
}

//! The table of suppression marks.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::domain::{Error, Instant, Purpose};
use crate::platform::db::{among, direct};
use crate::platform::doors::{ReadTx, WriteTx};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::InstantSql;

        /// Suppression marks.
        suppressions (mark, purpose) {
            /// The blind index of the address.
            mark -> Binary,
            /// For which purpose.
            purpose -> Text,
            /// Since when.
            since -> InstantSql,
        }
    }
}
use schema::suppressions;

/// Whether the address bears a mark for the purpose.
///
/// # Errors
/// When the database fails.
pub fn is_suppressed(tx: &mut ReadTx<'_>, mark: &[u8], purpose: Purpose) -> Result<bool, Error> {
    let found = suppressions::table.find((mark, purpose.as_str())).select(suppressions::purpose);
    let found: Option<String> = direct!(tx.connection(), engine => found.first(engine)).optional()?;
    Ok(found.is_some())
}

/// Those of the marks that stand for the purpose.
///
/// # Errors
/// When the database fails.
pub fn suppressed_among(tx: &mut ReadTx<'_>, marks: Vec<Vec<u8>>, purpose: Purpose) -> Result<Vec<Vec<u8>>, Error> {
    let found = suppressions::table
        .filter(suppressions::purpose.eq(purpose.as_str()).and(among(suppressions::mark, marks)))
        .select(suppressions::mark);
    Ok(direct!(tx.connection(), engine => found.load(engine))?)
}

/// Those of the marks that stand, each with a purpose that it stands for.
///
/// # Errors
/// When the database fails.
pub fn marks_among(tx: &mut ReadTx<'_>, marks: Vec<Vec<u8>>) -> Result<HashSet<(Vec<u8>, Purpose)>, Error> {
    let found = suppressions::table.filter(among(suppressions::mark, marks));
    let found = found.select((suppressions::mark, suppressions::purpose));
    let found: Vec<(Vec<u8>, String)> = direct!(tx.connection(), engine => found.load(engine))?;
    let known = |(mark, purpose): (Vec<u8>, String)| {
        let purpose = purpose.parse().map_err(|_| Error::internal("a row of suppressions cannot be read"))?;
        Ok((mark, purpose))
    };
    found.into_iter().map(known).collect()
}

/// Marks the address for every purpose that rests on consent; what is marked stays so.
///
/// # Errors
/// When the database fails.
pub fn suppress(tx: &mut WriteTx<'_>, mark: &[u8]) -> Result<(), Error> {
    for &purpose in <Purpose as strum::VariantArray>::VARIANTS.iter().filter(|purpose| purpose.takes_consent()) {
        suppress_for(tx, mark, purpose)?;
    }
    Ok(())
}

/// Marks the address for one purpose; what is marked stays so.
///
/// # Errors
/// When the database fails.
pub fn suppress_for(tx: &mut WriteTx<'_>, mark: &[u8], purpose: Purpose) -> Result<(), Error> {
    if is_suppressed(tx, mark, purpose)? {
        return Ok(());
    }
    let since = suppressions::since.eq(tx.now());
    let values = (suppressions::mark.eq(mark), suppressions::purpose.eq(purpose.as_str()), since);
    diesel::insert_into(suppressions::table).values(values).execute(tx.connection())?;
    Ok(())
}

/// Those of the marks that stand for any purpose at all.
///
/// # Errors
/// When the database fails.
pub fn suppressed_at_all(tx: &mut ReadTx<'_>, marks: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Error> {
    let marked = suppressions::table.filter(suppressions::mark.eq_any(marks));
    Ok(marked.select(suppressions::mark).distinct().load(tx.connection())?)
}

/// The purposes that an address is marked for, and since when.
///
/// # Errors
/// When the database fails.
pub fn marks_of(tx: &mut ReadTx<'_>, mark: &[u8]) -> Result<Vec<(String, Instant)>, Error> {
    let marked = suppressions::table.filter(suppressions::mark.eq(mark)).order(suppressions::purpose);
    Ok(marked.select((suppressions::purpose, suppressions::since)).load(tx.connection())?)
}

/// Marks an address for every purpose that another address of the same person is marked for; the marks
/// of both stand from then on.
///
/// # Errors
/// When the database fails.
pub fn spread(tx: &mut WriteTx<'_>, from: &[u8], to: &[u8]) -> Result<(), Error> {
    let since = tx.now();
    let marked = suppressions::table.filter(suppressions::mark.eq(from)).select(suppressions::purpose);
    let purposes: Vec<String> = marked.load(tx.connection())?;
    for purpose in purposes {
        let there: Option<String> =
            suppressions::table.find((to, &purpose)).select(suppressions::purpose).first(tx.connection()).optional()?;
        if there.is_none() {
            let values = (suppressions::mark.eq(to), suppressions::purpose.eq(&purpose), suppressions::since.eq(since));
            diesel::insert_into(suppressions::table).values(values).execute(tx.connection())?;
        }
    }
    Ok(())
}

/// Lifts the mark for one purpose: the mailbox itself has answered.
///
/// # Errors
/// When the database fails.
pub fn lift(tx: &mut WriteTx<'_>, mark: &[u8], purpose: Purpose) -> Result<(), Error> {
    diesel::delete(suppressions::table.find((mark, purpose.as_str()))).execute(tx.connection())?;
    Ok(())
}

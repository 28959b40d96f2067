//! The table of suppression marks.

use diesel::prelude::*;

use crate::domain::{Error, Instant, Purpose};
use crate::personal::Person;
use crate::platform::db::{among, direct};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::former_addresses;

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
            /// When the suppression began.
            since -> InstantSql,
        }
    }
}
pub use schema::suppressions;

pub mod former;

/// Whether the address bears a mark for the purpose.
pub fn is_suppressed(tx: &mut ReadTx<'_>, mark: &[u8], purpose: Purpose) -> Result<bool, Error> {
    is_marked(tx, mark, purpose.as_str())
}

fn is_marked(tx: &mut ReadTx<'_>, mark: &[u8], purpose: &str) -> Result<bool, Error> {
    let found = suppressions::table.find((mark, purpose)).select(suppressions::purpose);
    let found: Option<String> = direct!(tx.connection(), engine => found.first(engine)).optional()?;
    Ok(found.is_some())
}

/// Those of the marks that stand for the purpose.
pub fn suppressed_among(tx: &mut ReadTx<'_>, marks: Vec<Vec<u8>>, purpose: Purpose) -> Result<Vec<Vec<u8>>, Error> {
    let found = suppressions::table
        .filter(suppressions::purpose.eq(purpose.as_str()).and(among(suppressions::mark, marks)))
        .select(suppressions::mark);
    Ok(direct!(tx.connection(), engine => found.load(engine))?)
}

/// Marks the address for every purpose that rests on consent; what is marked stays so.
pub fn suppress(tx: &mut WriteTx<'_>, mark: &[u8]) -> Result<(), Error> {
    for &purpose in <Purpose as strum::VariantArray>::VARIANTS.iter().filter(|purpose| purpose.takes_consent()) {
        suppress_for(tx, mark, purpose)?;
    }
    Ok(())
}

/// Marks the address for one purpose; what is marked stays so.
pub fn suppress_for(tx: &mut WriteTx<'_>, mark: &[u8], purpose: Purpose) -> Result<(), Error> {
    insert(tx, mark, purpose.as_str())
}

/// Marks the address for a purpose by its word; what is marked stays so.
fn insert(tx: &mut WriteTx<'_>, mark: &[u8], purpose: &str) -> Result<(), Error> {
    if is_marked(tx, mark, purpose)? {
        return Ok(());
    }
    let values = (suppressions::mark.eq(mark), suppressions::purpose.eq(purpose), suppressions::since.eq(tx.now()));
    diesel::insert_into(suppressions::table).values(values).execute(tx.connection())?;
    Ok(())
}

/// The marks that are a person's: for which purposes, and since when. A mark on an address is that of the contact that had the
/// address when it was made; a mark on a number and name is the person's if no other contact has or had them.
///
/// # Errors
/// 503 when the database does not answer.
pub fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<(String, Instant)>, Error> {
    let addresses: Vec<Vec<u8>> = person.marks.iter().chain(&person.passed_on).cloned().collect();
    let former = former::all_holders(tx, addresses.clone())?;
    let marks: Vec<Vec<u8>> = addresses.into_iter().chain(person.named_numbers_of_their_own()).collect();
    let marked = suppressions::table.filter(among(suppressions::mark, marks)).select(suppressions::all_columns);
    let marked = marked.order((suppressions::mark, suppressions::purpose));
    let marked: Vec<(Vec<u8>, String, Instant)> = direct!(tx.connection(), engine => marked.load(engine))?;
    let is_theirs = |mark: &[u8], since: Instant| {
        former_addresses::is_theirs(&person.ids, former.get(mark).map(Vec::as_slice).unwrap_or_default(), since)
    };
    let theirs = marked.into_iter().filter(|(mark, _, since)| is_theirs(mark, *since));
    Ok(theirs.map(|(_, purpose, since)| (purpose, since)).collect())
}

/// Marks an address for every purpose that another address of the same person is marked for; the marks
/// of both stand from then on.
pub fn spread(tx: &mut WriteTx<'_>, from: &[u8], to: &[u8]) -> Result<(), Error> {
    let marked = suppressions::table.filter(suppressions::mark.eq(from)).select(suppressions::purpose);
    let purposes: Vec<String> = marked.load(tx.connection())?;
    purposes.iter().try_for_each(|purpose| insert(tx, to, purpose))
}

/// Lifts the mark for one purpose: the mailbox itself has answered.
pub fn lift(tx: &mut WriteTx<'_>, mark: &[u8], purpose: Purpose) -> Result<(), Error> {
    diesel::delete(suppressions::table.find((mark, purpose.as_str()))).execute(tx.connection())?;
    Ok(())
}

//! The table of suppression marks, and one question about marks and former addresses together.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable, Text};

use crate::domain::{ContactId, Error, Instant, Purpose};
use crate::platform::db::{InstantSql, UuidSql, among, direct, prepared};
use crate::platform::transaction::{ReadTx, WriteTx};

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
use schema::suppressions;

pub mod former;
use former::former_addresses;

/// Whether the address bears a mark for the purpose.
pub fn is_suppressed(tx: &mut ReadTx<'_>, mark: &[u8], purpose: Purpose) -> Result<bool, Error> {
    let found = suppressions::table.find((mark, purpose.as_str())).select(suppressions::purpose);
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

/// What is known of several addresses and numbers, by their keyed indexes.
#[derive(Debug, Default)]
pub struct Marked {
    suppressed: HashMap<Vec<u8>, HashSet<Purpose>>,
    /// For each mark the contacts who had it before, and when each stopped.
    former: HashMap<Vec<u8>, Vec<(Instant, ContactId)>>,
}

impl Marked {
    /// Whether the mark suppresses mailings for the purpose.
    pub fn is_suppressed(&self, mark: &[u8], purpose: Purpose) -> bool {
        self.suppressed.get(mark).is_some_and(|purposes| purposes.contains(&purpose))
    }

    /// Whether the mark suppresses mailings for any purpose.
    pub fn is_suppressed_at_all(&self, mark: &[u8]) -> bool {
        self.suppressed.contains_key(mark)
    }

    /// The contact other than `present` who had the address or number last.
    pub fn former_holder(&self, mark: &[u8], present: Option<ContactId>) -> Option<ContactId> {
        let others = self.former.get(mark)?.iter().filter(|(_, contact)| Some(*contact) != present);
        others.max().map(|(_, contact)| *contact)
    }

    /// Every contact who had one of the addresses or numbers.
    pub fn former_holders(&self) -> impl Iterator<Item = ContactId> {
        self.former.values().flatten().map(|(_, contact)| *contact)
    }
}

/// Reads, in one query, which of the marks suppress mailings and which are former addresses. An address that was passed on to
/// another person is no longer a former one.
pub fn marked_among(tx: &mut ReadTx<'_>, marks: Vec<Vec<u8>>) -> Result<Marked, Error> {
    type Found = (Vec<u8>, Option<String>, Option<ContactId>, Option<Instant>);
    if marks.is_empty() {
        return Ok(Marked::default());
    }
    let found = prepared("SELECT mark, purpose, NULL AS contact_id, NULL AS since FROM suppressions WHERE ")
        .then(among(suppressions::mark, marks.clone()))
        .sql(" UNION ALL SELECT mark, NULL, contact_id, since FROM former_addresses WHERE passed_on_at IS NULL AND ")
        .then(among(former_addresses::mark, marks))
        .select::<(Binary, Nullable<Text>, Nullable<UuidSql>, Nullable<InstantSql>)>();
    let found: Vec<Found> = direct!(tx.connection(), engine => found.load(engine))?;
    let mut marked = Marked::default();
    for (mark, purpose, contact, since) in found {
        if let Some(purpose) = purpose {
            let purpose = purpose.parse().map_err(|_| Error::internal("a row of suppressions cannot be read"))?;
            marked.suppressed.entry(mark).or_default().insert(purpose);
        } else if let Some(held) = since.zip(contact) {
            marked.former.entry(mark).or_default().push(held);
        }
    }
    Ok(marked)
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
    if is_suppressed(tx, mark, purpose)? {
        return Ok(());
    }
    let since = suppressions::since.eq(tx.now());
    let values = (suppressions::mark.eq(mark), suppressions::purpose.eq(purpose.as_str()), since);
    diesel::insert_into(suppressions::table).values(values).execute(tx.connection())?;
    Ok(())
}

/// The purposes that an address is marked for, and since when.
pub fn marks_of(tx: &mut ReadTx<'_>, mark: &[u8]) -> Result<Vec<(String, Instant)>, Error> {
    let marked = suppressions::table.filter(suppressions::mark.eq(mark)).order(suppressions::purpose);
    Ok(marked.select((suppressions::purpose, suppressions::since)).load(tx.connection())?)
}

/// Marks an address for every purpose that another address of the same person is marked for; the marks
/// of both stand from then on.
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
pub fn lift(tx: &mut WriteTx<'_>, mark: &[u8], purpose: Purpose) -> Result<(), Error> {
    diesel::delete(suppressions::table.find((mark, purpose.as_str()))).execute(tx.connection())?;
    Ok(())
}

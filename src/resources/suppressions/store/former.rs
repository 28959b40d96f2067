//! The table of former addresses: what people were reached by before, and by which they are still known.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::{ContactId, Error, Instant};
use crate::platform::db::{among, among_ids, direct};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::former_addresses::Former;

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        /// What people were reached by before.
        former_addresses (mark, contact_id) {
            /// The keyed index of the address, the number, or the number and the folded name.
            mark -> Binary,
            /// The contact that the person is now.
            contact_id -> UuidSql,
            /// What the index is of: see [`Kind`](super::Kind).
            kind -> Text,
            /// When the person stopped having it.
            since -> InstantSql,
            /// When its mailbox confirmed for another person.
            passed_on_at -> Nullable<InstantSql>,
        }
    }
}
pub use schema::former_addresses;

/// What a keyed index is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A telephone number, which others may share.
    Telephone,
    /// A telephone number and a folded name together.
    NamedNumber,
}

/// Remembers that a contact no longer has what the keyed indexes are of.
pub fn remember(tx: &mut WriteTx<'_>, contact: ContactId, gone: &[(Kind, Vec<u8>)]) -> Result<(), Error> {
    let since = tx.now();
    for (kind, mark) in gone {
        let values = (
            former_addresses::mark.eq(mark),
            former_addresses::contact_id.eq(contact),
            former_addresses::kind.eq(<&str>::from(*kind)),
            former_addresses::since.eq(since),
            former_addresses::passed_on_at.eq(None::<Instant>),
        );
        let again = (former_addresses::since.eq(since), former_addresses::passed_on_at.eq(None::<Instant>));
        let insert = diesel::insert_into(former_addresses::table).values(values);
        let insert = insert.on_conflict((former_addresses::mark, former_addresses::contact_id)).do_update().set(again);
        direct!(tx.connection(), engine => insert.execute(engine))?;
    }
    Ok(())
}

/// Forgets that a contact had these before: it has them again.
pub fn reclaim(tx: &mut WriteTx<'_>, contact: ContactId, marks: Vec<Vec<u8>>) -> Result<(), Error> {
    if marks.is_empty() {
        return Ok(());
    }
    let theirs = former_addresses::contact_id.eq(contact).and(among(former_addresses::mark, marks));
    diesel::delete(former_addresses::table.filter(theirs)).execute(tx.connection())?;
    Ok(())
}

/// Hands the former addresses of a contact over to the one that it is merged into. Of an address that both had, one row stays.
///
/// # Errors
/// When the former addresses cannot be read or written.
pub fn hand_over(tx: &mut WriteTx<'_>, from: ContactId, into: ContactId) -> Result<(), Error> {
    let of = |contact: ContactId| former_addresses::table.filter(former_addresses::contact_id.eq(contact));
    let columns = (former_addresses::mark, former_addresses::since, former_addresses::passed_on_at);
    let gone: Vec<(Vec<u8>, Instant, Option<Instant>)> = of(from).select(columns).load(tx.connection())?;
    let gone: HashMap<Vec<u8>, Former> =
        gone.into_iter().map(|(mark, since, passed_on_at)| (mark, Former { since, passed_on_at })).collect();
    let known: Vec<(Vec<u8>, Instant, Option<Instant>)> = of(into).select(columns).load(tx.connection())?;
    for (mark, since, passed_on_at) in known {
        let Some(other) = gone.get(&mark) else { continue };
        let Former { since, passed_on_at } = Former { since, passed_on_at }.merged_with(*other);
        let joined = (former_addresses::since.eq(since), former_addresses::passed_on_at.eq(passed_on_at));
        diesel::update(former_addresses::table.find((&mark, into))).set(joined).execute(tx.connection())?;
        diesel::delete(former_addresses::table.find((&mark, from))).execute(tx.connection())?;
    }
    diesel::update(of(from)).set(former_addresses::contact_id.eq(into)).execute(tx.connection())?;
    Ok(())
}

/// Records that the mailbox of an address has confirmed for `present`: the address belongs to no other
/// person any more.
pub fn pass_on(tx: &mut WriteTx<'_>, mark: &[u8], present: ContactId) -> Result<(), Error> {
    let others = former_addresses::mark.eq(mark).and(former_addresses::contact_id.ne(present));
    let others = former_addresses::table.filter(others.and(former_addresses::passed_on_at.is_null()));
    diesel::update(others).set(former_addresses::passed_on_at.eq(tx.now())).execute(tx.connection())?;
    Ok(())
}

/// The contacts who had the address or the number, and whose it may still be.
pub fn holders(tx: &mut ReadTx<'_>, mark: &[u8]) -> Result<Vec<ContactId>, Error> {
    let had_it = former_addresses::mark.eq(mark).and(former_addresses::passed_on_at.is_null());
    let had_it = former_addresses::table.filter(had_it).select(former_addresses::contact_id);
    Ok(direct!(tx.connection(), engine => had_it.load(engine))?)
}

/// What a person was reached by before, as they may know it: what it was, and until when.
pub fn of(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<(String, Instant)>, Error> {
    let theirs = former_addresses::table.filter(among_ids(former_addresses::contact_id, ids));
    let theirs = theirs.order((former_addresses::since, former_addresses::mark));
    Ok(theirs.select((former_addresses::kind, former_addresses::since)).load(tx.connection())?)
}

/// The contacts that had an address, by the address's mark, and when each stopped.
pub type Holders = HashMap<Vec<u8>, Vec<(ContactId, Instant)>>;

/// The contacts that had the addresses before, by address, and when each stopped: those whose address was passed on too.
///
/// # Errors
/// 503 when the database does not answer.
pub fn all_holders(tx: &mut ReadTx<'_>, marks: Vec<Vec<u8>>) -> Result<Holders, Error> {
    let had_one = former_addresses::table.filter(among(former_addresses::mark, marks));
    let columns = (former_addresses::mark, former_addresses::contact_id, former_addresses::since);
    let found: Vec<(Vec<u8>, ContactId, Instant)> =
        direct!(tx.connection(), engine => had_one.select(columns).load(engine))?;
    let mut holders = Holders::new();
    for (mark, contact, since) in found {
        holders.entry(mark).or_default().push((contact, since));
    }
    Ok(holders)
}

/// Forgets the former addresses of a person: suppression marks remember them from then on.
pub fn forget(tx: &mut WriteTx<'_>, ids: &[ContactId]) -> Result<(), Error> {
    let theirs = former_addresses::table.filter(among_ids(former_addresses::contact_id, ids));
    diesel::delete(theirs).execute(tx.connection())?;
    Ok(())
}

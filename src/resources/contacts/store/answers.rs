//! The answers about possible matches that were carried out: which records are another person's, and of which it stayed unsure
//! whose they are. A record that was found to be a person's names the contact instead, and has no row.

use diesel::prelude::*;
use uuid::Uuid;

use crate::domain::{ContactId, Error, Instant, RecordName, SubjectId};
use crate::personal::{Merging, Person};
use crate::platform::db::{among, among_ids, direct};
use crate::platform::transaction::{ReadTx, WriteTx};

mod schema {
    diesel::table! {
        use diesel::sql_types::*;
        use crate::platform::db::{InstantSql, UuidSql};

        /// Answers about possible matches.
        match_answers (record_id, contact_id) {
            /// The record.
            record_id -> UuidSql,
            /// The person whose match it is.
            contact_id -> UuidSql,
            /// The record's table.
            record_kind -> Text,
            /// `another_person` or `unsure`.
            answer -> Text,
            /// When the answer was carried out.
            answered_at -> InstantSql,
        }
    }
}
pub use schema::match_answers;

/// An answer that stays, as the table has it.
#[derive(Clone, Copy, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
enum Lasting {
    AnotherPerson,
    Unsure,
}

/// Remembers the answers that are carried out about a person, and returns the records of another person of which no answer is
/// left unsure: nothing restricts them any longer.
///
/// # Errors
/// When the answers cannot be read or written.
pub fn remember(
    tx: &mut WriteTx<'_>,
    person: &Person,
    unsure: &[RecordName],
    anothers: &[RecordName],
) -> Result<Vec<RecordName>, Error> {
    settle(tx, &ids_of(&person.records))?;
    for (records, answer) in [(unsure, Lasting::Unsure), (anothers, Lasting::AnotherPerson)] {
        records.iter().try_for_each(|record| write(tx, person.contact, record, answer))?;
    }
    without_doubt(tx, anothers)
}

/// Remembers the answers by which a package was released. What stayed unsure is asked again, as if it had never been answered;
/// the answer that an erasure left unsure stays. Returns the same records as [`remember`].
///
/// # Errors
/// When the answers cannot be read or written.
pub fn remember_of_package(
    tx: &mut WriteTx<'_>,
    contact: ContactId,
    unsure: &[RecordName],
    anothers: &[RecordName],
) -> Result<Vec<RecordName>, Error> {
    let anothers_before = match_answers::contact_id.eq(contact).and(is(Lasting::AnotherPerson));
    let no_longer = anothers_before.and(among(match_answers::record_id, ids_of(unsure)));
    diesel::delete(match_answers::table.filter(no_longer)).execute(tx.connection())?;
    anothers.iter().try_for_each(|record| write(tx, contact, record, Lasting::AnotherPerson))?;
    without_doubt(tx, anothers)
}

/// Forgets all answers about records whose person is known now.
///
/// # Errors
/// When the answers cannot be deleted.
pub fn settle(tx: &mut WriteTx<'_>, records: &[Uuid]) -> Result<(), Error> {
    let about = match_answers::table.filter(among(match_answers::record_id, records.to_vec()));
    diesel::delete(about).execute(tx.connection())?;
    Ok(())
}

/// Returns the records that were said to be about another person than the one with these contacts.
///
/// # Errors
/// When the answers cannot be read.
pub fn anothers(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<RecordName>, Error> {
    of(tx, ids, Lasting::AnotherPerson)
}

/// Returns the records of which it stayed unsure whether they are about the person with these contacts.
///
/// # Errors
/// When the answers cannot be read.
pub fn unsure(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<RecordName>, Error> {
    of(tx, ids, Lasting::Unsure)
}

/// Returns the answers about a person as the person may see them: without the records, which may be another's.
///
/// # Errors
/// When the answers cannot be read.
pub fn of_person(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<(String, Instant)>, Error> {
    let theirs = match_answers::table.filter(among_ids(match_answers::contact_id, &person.ids));
    let theirs = theirs.order((match_answers::answered_at, match_answers::record_id));
    Ok(theirs.select((match_answers::answer, match_answers::answered_at)).load(tx.connection())?)
}

/// Hands the answers about a contact to the one that it is merged into. Of two answers about one record, an unsure one stays. The
/// contacts are no match of each other any more.
///
/// # Errors
/// When the answers cannot be read or written.
pub fn merge(tx: &mut WriteTx<'_>, merging: &Merging) -> Result<(), Error> {
    let Merging { from, into, .. } = *merging;
    settle(tx, &[from.uuid()])?;
    let ended = match_answers::record_id.eq(SubjectId::from_uuid(into.uuid())).and(match_answers::contact_id.eq(from));
    diesel::delete(match_answers::table.filter(ended)).execute(tx.connection())?;
    for (answer, records) in [(Lasting::AnotherPerson, anothers(tx, &[from])?), (Lasting::Unsure, unsure(tx, &[from])?)]
    {
        let known = ids_of(&of(tx, &[into], Lasting::Unsure)?);
        let moved = records.iter().filter(|record| !known.contains(&record.id));
        moved.into_iter().try_for_each(|record| write(tx, into, record, answer))?;
    }
    let gone = match_answers::table.filter(match_answers::contact_id.eq(from));
    diesel::delete(gone).execute(tx.connection())?;
    Ok(())
}

fn ids_of(records: &[RecordName]) -> Vec<Uuid> {
    records.iter().map(|record| record.id).collect()
}

#[diesel::dsl::auto_type(no_type_alias)]
fn is(answer: Lasting) -> _ {
    match_answers::answer.eq::<&'static str>(answer.into())
}

fn of(tx: &mut ReadTx<'_>, ids: &[ContactId], answer: Lasting) -> Result<Vec<RecordName>, Error> {
    let theirs = match_answers::table.filter(among_ids(match_answers::contact_id, ids)).filter(is(answer));
    let theirs = theirs.order((match_answers::record_kind, match_answers::record_id));
    let found: Vec<(String, SubjectId)> =
        theirs.select((match_answers::record_kind, match_answers::record_id)).load(tx.connection())?;
    Ok(found.into_iter().map(|(table, id)| RecordName { table, id: id.uuid() }).collect())
}

fn write(tx: &mut WriteTx<'_>, contact: ContactId, record: &RecordName, answer: Lasting) -> Result<(), Error> {
    let said = (match_answers::answer.eq(<&str>::from(answer)), match_answers::answered_at.eq(tx.now()));
    let row = (
        match_answers::record_id.eq(SubjectId::from_uuid(record.id)),
        match_answers::contact_id.eq(contact),
        match_answers::record_kind.eq(&record.table),
    );
    let insert = diesel::insert_into(match_answers::table).values((row, said));
    let insert = insert.on_conflict((match_answers::record_id, match_answers::contact_id)).do_update().set(said);
    direct!(tx.connection(), engine => insert.execute(engine))?;
    Ok(())
}

fn without_doubt(tx: &mut ReadTx<'_>, records: &[RecordName]) -> Result<Vec<RecordName>, Error> {
    let doubted =
        match_answers::table.filter(among(match_answers::record_id, ids_of(records))).filter(is(Lasting::Unsure));
    let doubted: Vec<SubjectId> = doubted.select(match_answers::record_id).load(tx.connection())?;
    Ok(records.iter().filter(|record| !doubted.contains(&SubjectId::from_uuid(record.id))).cloned().collect())
}

//! How people come in: one, or many in a few statements.

use std::collections::HashSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use uuid::Uuid;

use super::super::model::{Contact, ContactStatus, Source};
use super::super::particulars::Particulars;
use super::indexes::{Indexes, TOKENS, taken, unless_taken};
use super::{contacts, with_address};
use crate::domain::{ContactId, Error, Instant, Telephone};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::{AnyConnection, Engine, Terms, dialect, insert_all, insert_new};
use crate::platform::transaction::{ManyTx, NewKey, Recorded, WriteTx};
use crate::policy::retention;

/// A person to be put in.
pub struct Newcomer {
    pub id: ContactId,
    pub particulars: Particulars,
    pub obtained_on: NaiveDate,
    /// The indexes of the address and number.
    pub indexes: Indexes,
    /// What the search finds the contact by.
    pub terms: Terms,
}

impl Newcomer {
    /// A person with these particulars, who gets a new id.
    pub fn new(tx: &WriteTx<'_>, particulars: Particulars, obtained_on: NaiveDate) -> Self {
        let indexes = Indexes::of(tx, &particulars);
        let terms = indexes.terms(&tx.keyring().blind_index, &particulars.name);
        Self { id: tx.new_id(), particulars, obtained_on, indexes, terms }
    }
}

/// A newcomer as the columns that are not left empty.
#[derive(Insertable)]
#[diesel(table_name = contacts, treat_none_as_default_value = false)]
struct NewRow {
    id: ContactId,
    status: &'static str,
    obtained_on: NaiveDate,
    created_at: Instant,
    updated_at: Instant,
    last_activity_on: NaiveDate,
    particulars: Vec<u8>,
    email_index: Option<Vec<u8>>,
    telephone_index: Option<Vec<u8>>,
    named_number: Option<Vec<u8>>,
    search_tokens: Option<Terms>,
    version: i32,
}

impl NewRow {
    /// Makes the key of a newcomer, and the row that is sealed under it.
    fn of(tx: &WriteTx<'_>, newcomer: &Newcomer) -> Result<(NewKey, Self), Error> {
        let Newcomer { id, particulars, obtained_on, indexes, terms } = newcomer;
        let key = tx.new_key(id.uuid());
        let now = tx.now();
        let Indexes { email, telephone, named_number } = indexes.clone();
        let row = Self {
            id: *id,
            status: ContactStatus::Active.into(),
            obtained_on: *obtained_on,
            created_at: now,
            updated_at: now,
            last_activity_on: *obtained_on,
            particulars: particulars.seal(key.key(), tx.entropy(), *id)?,
            email_index: email,
            telephone_index: telephone,
            named_number,
            search_tokens: Some(terms.clone()),
            version: 1,
        };
        Ok((key, row))
    }
}

/// The answer to the caller at a place.
type Placed = (usize, Result<Recorded<Contact>, Error>);

/// Puts people in of whom several callers tell, but for those whose address another contact has: the index of addresses
/// tells, so that nothing is asked first. Each stands at the place of its caller; answers for each, in their order.
///
/// # Errors
/// For each, 409 `contact_exists`. For all.
pub fn insert_unless_taken(tx: &mut ManyTx<'_, '_>, newcomers: Vec<(usize, Newcomer)>) -> Result<Vec<Placed>, Error> {
    let made = newcomers.iter().map(|(place, newcomer)| NewRow::of(&tx.of(*place)?, newcomer));
    let (mut keys, mut rows): (Vec<_>, Vec<_>) = made.collect::<Result<Vec<_>, Error>>()?.into_iter().unzip();
    if dialect::engine(tx.connection()) == Engine::Postgres {
        // Two who put the same addresses in do not wait for each other.
        rows.sort_unstable_by(|one, other| one.email_index.cmp(&other.email_index));
    }
    let come = put_unless_taken(tx.connection(), &rows)?;
    keys.retain(|key| come.contains(&key.owner().into()));
    tx.of(0)?.keep_keys(keys)?;
    let mut answers = Vec::with_capacity(newcomers.len());
    for (place, newcomer) in newcomers {
        let mut own = tx.of(place)?;
        let answer = if come.contains(&newcomer.id) {
            let id = newcomer.id;
            let contact = shown(newcomer, own.now());
            own.record(entry(id), contact)
        } else {
            Err(address_taken(&mut own, &newcomer)?)
        };
        answers.push((place, answer));
    }
    Ok(answers)
}

/// Inserts the contacts whose address is free; returns them.
fn put_unless_taken(connection: &mut AnyConnection, rows: &[NewRow]) -> Result<HashSet<ContactId>, Error> {
    admit(connection, rows)?;
    let put: Vec<ContactId> = insert_new!(connection, contacts::table, rows, contacts::email_index, contacts::id);
    let come: HashSet<ContactId> = put.into_iter().collect();
    for (id, tokens) in found(rows).filter(|(id, _)| !come.contains(&ContactId::from_uuid(*id))) {
        TOKENS.turn_away(connection, id, tokens)?;
    }
    Ok(come)
}

/// A new contact as the caller sees it.
fn shown(newcomer: Newcomer, now: Instant) -> Contact {
    let Newcomer { id, particulars, obtained_on, .. } = newcomer;
    let (telephone, telephone_extension) = particulars.telephone.map(Telephone::apart).unzip();
    Contact {
        id,
        name: Some(particulars.name),
        email: particulars.email,
        telephone,
        telephone_extension: telephone_extension.flatten(),
        organisation: particulars.organisation,
        job_title: particulars.job_title,
        status: ContactStatus::Active,
        last_activity_on: Some(obtained_on),
        keep_until: Some(retention::keep_until(obtained_on)),
        email_bounced_at: None,
        address_check: None,
        source: Some(Source { kind: particulars.source_kind, detail: particulars.source_detail, obtained_on }),
        created_at: Some(now),
        updated_at: Some(now),
        version: 1,
    }
}

/// Why a newcomer could not be put in.
fn address_taken(tx: &mut WriteTx<'_>, newcomer: &Newcomer) -> Result<Error, Error> {
    let holder = with_address(tx, newcomer.indexes.email.as_deref().unwrap_or_default())?;
    // The contact that had it a moment ago has ended.
    Ok(holder.map_or_else(|| Error::unavailable("an address changed hands"), taken))
}

/// Puts people in, at least one, whose addresses are claimed already; an entry is written for each.
pub fn insert_many(mut tx: WriteTx<'_>, newcomers: &[Newcomer]) -> Result<Recorded<()>, Error> {
    let made = newcomers.iter().map(|newcomer| NewRow::of(&tx, newcomer));
    let (keys, rows): (Vec<_>, Vec<_>) = made.collect::<Result<Vec<_>, Error>>()?.into_iter().unzip();
    tx.keep_keys(keys)?;
    admit(tx.connection(), &rows)?;
    unless_taken(put(tx.connection(), &rows))?;
    tx.record_each(newcomers.iter().map(|newcomer| entry(newcomer.id)).collect(), ())
}

fn put(connection: &mut AnyConnection, rows: &[NewRow]) -> QueryResult<()> {
    insert_all!(connection, contacts::table, rows);
    Ok(())
}

/// Has newcomers found by their names and numbers.
fn admit(connection: &mut AnyConnection, rows: &[NewRow]) -> Result<(), Error> {
    TOKENS.admit(connection, &found(rows).collect::<Vec<_>>())
}

/// By what each is found.
fn found(rows: &[NewRow]) -> impl Iterator<Item = (Uuid, &Terms)> {
    rows.iter().filter_map(|row| Some((row.id.uuid(), row.search_tokens.as_ref()?)))
}

fn entry(id: ContactId) -> Entry {
    Entry::new(Action::ContactsCreate).contact(id)
}

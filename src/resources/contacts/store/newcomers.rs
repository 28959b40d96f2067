//! How people come in: one, or many in a few statements.

use chrono::NaiveDate;
use diesel::prelude::*;
use uuid::Uuid;

use super::super::model::{Contact, ContactStatus, Source};
use super::super::particulars::Particulars;
use super::indexes::{NAMES, taken, terms_of, unless_taken};
use super::{contacts, email_index, telephone_index, with_address};
use crate::domain::{ContactId, Error, Instant};
use crate::platform::audit::Entry;
use crate::platform::db::{AnyConnection, Terms, direct, insert_all};
use crate::platform::doors::{Recorded, WriteTx};
use crate::platform::vault::DataKey;
use crate::policy::retention;

/// A person to be put in, whose address is claimed already.
pub(in super::super) struct Newcomer {
    pub(in super::super) id: ContactId,
    pub(in super::super) particulars: Particulars,
    pub(in super::super) obtained_on: NaiveDate,
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
    name_tokens: Option<Terms>,
    version: i32,
}

impl NewRow {
    fn of(tx: &WriteTx<'_>, newcomer: &Newcomer, key: &DataKey, name_tokens: Terms) -> Result<Self, Error> {
        let Newcomer { id, particulars, obtained_on } = newcomer;
        let now = tx.now();
        Ok(Self {
            id: *id,
            status: ContactStatus::Active.into(),
            obtained_on: *obtained_on,
            created_at: now,
            updated_at: now,
            last_activity_on: *obtained_on,
            particulars: particulars.seal(key, tx.entropy(), *id)?,
            email_index: particulars.email.as_ref().map(|email| email_index(tx, email)),
            telephone_index: particulars.telephone.as_ref().map(|telephone| telephone_index(tx, telephone)),
            name_tokens: Some(name_tokens),
            version: 1,
        })
    }
}

/// Puts a person in, unless another contact has their address: the index of addresses tells, so that nothing is asked first.
///
/// # Errors
/// 409 `contact_exists`.
pub(in super::super) fn insert(
    mut tx: WriteTx<'_>,
    particulars: Particulars,
    obtained_on: NaiveDate,
) -> Result<Recorded<Contact>, Error> {
    let (now, id) = (tx.now(), tx.new_id());
    let newcomer = Newcomer { id, particulars, obtained_on };
    let row = rows(&mut tx, std::slice::from_ref(&newcomer))?.pop().ok_or_else(|| Error::internal("nobody came"))?;
    let insert = diesel::insert_into(contacts::table).values(row).on_conflict(contacts::email_index).do_nothing();
    if direct!(tx.connection(), engine => insert.execute(engine))? == 0 {
        return Err(address_taken(&mut tx, &newcomer)?);
    }
    let particulars = newcomer.particulars;
    let contact = Contact {
        id,
        name: Some(particulars.name),
        email: particulars.email,
        telephone: particulars.telephone,
        organisation: particulars.organisation,
        job_title: particulars.job_title,
        status: ContactStatus::Active,
        last_activity_on: Some(obtained_on),
        keep_until: Some(retention::keep_until(obtained_on)),
        email_bounced_at: None,
        source: Some(Source { kind: particulars.source_kind, detail: particulars.source_detail, obtained_on }),
        created_at: Some(now),
        updated_at: Some(now),
        version: 1,
    };
    tx.record(entry(id), contact)
}

/// Puts people in, at least one, whose addresses are claimed already; an entry is written for each.
pub(in super::super) fn insert_many(mut tx: WriteTx<'_>, newcomers: &[Newcomer]) -> Result<Recorded<()>, Error> {
    let rows = rows(&mut tx, newcomers)?;
    unless_taken(put(tx.connection(), &rows))?;
    tx.record_each(newcomers.iter().map(|newcomer| entry(newcomer.id)).collect(), ())
}

fn put(connection: &mut AnyConnection, rows: &[NewRow]) -> QueryResult<()> {
    insert_all!(connection, contacts::table, rows);
    Ok(())
}

/// Why a newcomer could not be put in.
fn address_taken(tx: &mut WriteTx<'_>, newcomer: &Newcomer) -> Result<Error, Error> {
    let index = newcomer.particulars.email.as_ref().map(|email| email_index(tx, email));
    let holder = with_address(tx, &index.unwrap_or_default())?;
    // Whoever had it a moment ago has gone.
    Ok(holder.map_or_else(|| Error::unavailable("an address changed hands"), taken))
}

/// The rows of newcomers, whose keys are made and who are found by their names.
fn rows(tx: &mut WriteTx<'_>, newcomers: &[Newcomer]) -> Result<Vec<NewRow>, Error> {
    let keys = tx.make_keys(newcomers.iter().map(|newcomer| newcomer.id.uuid()))?;
    let terms: Vec<Terms> = newcomers.iter().map(|newcomer| terms_of(tx, &newcomer.particulars.name)).collect();
    let found: Vec<(Uuid, &Terms)> = newcomers.iter().map(|newcomer| newcomer.id.uuid()).zip(&terms).collect();
    NAMES.admit(tx.connection(), &found)?;
    let rows = newcomers.iter().zip(&keys).zip(terms);
    let rows = rows.map(|((newcomer, key), terms)| NewRow::of(tx, newcomer, key, terms));
    rows.collect()
}

fn entry(id: ContactId) -> Entry {
    Entry::new("contacts.create").contact(id)
}

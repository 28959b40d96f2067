//! What higher rooms ask of contacts, and the one thing that they tell.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Date, Nullable, Text};

use super::super::model::{Contact, ContactStatus, PersonName};
use super::{Row, contacts, data_keys, email_index, open, restriction_of, status_of};
use crate::domain::{ContactId, EmailAddress, Error, Instant};
use crate::platform::db::{IndexedBy, InstantSql, UuidSql, all_locked, among_ids, direct, first_locked, prepared};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::restriction::Restriction;

/// What other rooms must know of a contact before they act.
#[derive(Clone, Debug)]
pub struct ContactFacts {
    /// Which contact.
    pub id: ContactId,
    /// What is known of it.
    pub status: ContactStatus,
    /// The blind index of its address, which a suppression mark bears.
    pub mark: Option<Vec<u8>>,
    /// The blind index of its telephone number and name together.
    pub named_number: Option<Vec<u8>>,
    /// The contact that it was merged into.
    pub merged_into: Option<ContactId>,
    /// The restriction that holds.
    pub restriction: Option<Restriction>,
    /// The day on which the person last dealt with IEWM.
    pub last_activity_on: NaiveDate,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = contacts)]
struct FactsRow {
    id: ContactId,
    status: String,
    email_index: Option<Vec<u8>>,
    named_number: Option<Vec<u8>>,
    merged_into: Option<ContactId>,
    restricted_ground: Option<String>,
    restricted_at: Option<Instant>,
    last_activity_on: NaiveDate,
}

impl FactsRow {
    fn facts(self) -> Result<ContactFacts, Error> {
        Ok(ContactFacts {
            id: self.id,
            status: status_of(self.id, &self.status, self.restricted_at)?,
            mark: self.email_index,
            named_number: self.named_number,
            merged_into: self.merged_into,
            restriction: restriction_of(self.id, self.restricted_ground.as_deref(), self.restricted_at)?,
            last_activity_on: self.last_activity_on,
        })
    }
}

/// The facts about a contact, which is locked until the transaction ends.
pub(super) fn locked(tx: &mut WriteTx<'_>, id: ContactId) -> Result<Option<ContactFacts>, Error> {
    let row: Option<FactsRow> =
        first_locked!(tx.connection(), contacts::table.find(id).select(FactsRow::as_select())).optional()?;
    row.map(FactsRow::facts).transpose()
}

/// As [`locked`], of several contacts, in the order of their ids, so that two transactions that lock several never deadlock.
pub(super) fn locked_among(tx: &mut WriteTx<'_>, ids: &[ContactId]) -> Result<Vec<ContactFacts>, Error> {
    let among = contacts::table.filter(among_ids(contacts::id, ids)).order(contacts::id);
    let rows: Vec<FactsRow> = all_locked!(tx.connection(), among.select(FactsRow::as_select()))?;
    rows.into_iter().map(FactsRow::facts).collect()
}

/// The facts about a contact; `None` when there is none.
pub fn facts(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Option<ContactFacts>, Error> {
    let row = contacts::table.find(id);
    let row: Option<FactsRow> =
        direct!(tx.connection(), engine => row.select(FactsRow::as_select()).first(engine)).optional()?;
    row.map(FactsRow::facts).transpose()
}

/// The state of a contact for a sender of mail.
#[derive(Clone, Debug)]
pub struct Reach {
    /// What is known of it.
    pub status: ContactStatus,
    /// The blind index of its address, which a suppression mark bears.
    pub mark: Option<Vec<u8>>,
}

/// How several contacts stand; those that are not there are left out.
pub fn reach(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<HashMap<ContactId, Reach>, Error> {
    type Found = (ContactId, String, Option<Vec<u8>>, Option<Instant>);
    // The index has all of it; by itself SQLite takes that of the ids, and then reads each row.
    let found = prepared("SELECT id, status, email_index, restricted_at FROM contacts")
        .then(IndexedBy("contacts_reach"))
        .sql(" WHERE ")
        .then(among_ids(contacts::id, ids))
        .select::<(UuidSql, Text, Nullable<Binary>, Nullable<InstantSql>)>();
    let found: Vec<Found> = direct!(tx.connection(), engine => found.load(engine))?;
    let reach = |(id, status, mark, restricted_at): Found| {
        Ok((id, Reach { status: status_of(id, &status, restricted_at)?, mark }))
    };
    found.into_iter().map(reach).collect()
}

/// Those of the contacts whose data is stored and not used.
pub fn restricted_among(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<HashSet<ContactId>, Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let restricted = contacts::id.eq_any(ids).and(contacts::restricted_at.is_not_null());
    let found: Vec<ContactId> = contacts::table.filter(restricted).select(contacts::id).load(tx.connection())?;
    Ok(found.into_iter().collect())
}

/// The contacts, and those that they were merged into.
pub fn with_survivors(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<ContactId>, Error> {
    let merged = among_ids(contacts::id, ids).and(contacts::merged_into.is_not_null());
    let survivors: Vec<ContactId> =
        contacts::table.filter(merged).select(contacts::merged_into.assume_not_null()).load(tx.connection())?;
    Ok([ids, survivors.as_slice()].concat())
}

/// A person's name and address, for a mailing.
pub struct Addressee {
    /// The contact.
    pub id: ContactId,
    /// The name.
    pub name: PersonName,
    /// The address.
    pub email: EmailAddress,
    /// The address's blind index.
    pub mark: Vec<u8>,
}

/// The recipient of a letter to `contact`, or the reason why there is none: `restricted`, `erased` or
/// `no_address`.
///
/// # Errors
/// 503 `key_missing` when the contact's key is missing: the letter waits for it.
pub fn addressee(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Result<Addressee, &'static str>, Error> {
    if let Some(row) = with_addresses(tx, &[contact])?.pop()
        && let Some(addressee) = addressed(tx, row)?
    {
        return Ok(Ok(addressee));
    }
    Ok(Err(match facts(tx, contact)?.map(|facts| facts.status) {
        Some(ContactStatus::Active) => "no_address",
        Some(ContactStatus::Restricted) => "restricted",
        Some(ContactStatus::Erased) | None => "erased",
    }))
}

/// Those of the contacts that are live, not restricted, and have an address, in the order of their ids. Contacts whose key
/// is missing are left out.
pub fn addressees(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<Addressee>, Error> {
    let rows = with_addresses(tx, ids)?;
    Ok(tx.open_with_keys(rows, addressed)?.into_iter().flatten().collect())
}

/// The rows of those of the contacts that are live, not restricted, and have an address, in the order of their ids.
fn with_addresses(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<Row>, Error> {
    let rows =
        people!().filter(among_ids(contacts::id, ids).and(contacts::email_index.is_not_null())).order(contacts::id);
    Ok(direct!(tx.connection(), engine => rows.load(engine))?)
}

fn addressed(tx: &mut ReadTx<'_>, row: Row) -> Result<Option<Addressee>, Error> {
    let contact = open(tx, row)?.contact;
    let Some((name, email)) = contact.name.zip(contact.email) else { return Ok(None) };
    let mark = email_index(tx, &email);
    Ok(Some(Addressee { id: contact.id, name, email, mark }))
}

/// Those of the contacts that are live and not restricted, in no order. Contacts whose key is missing are left out. The caller
/// names the audited action.
pub fn in_use(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<Contact>, Error> {
    let rows = people!().filter(among_ids(contacts::id, ids).and(contacts::particulars.is_not_null()));
    let rows: Vec<Row> = direct!(tx.connection(), engine => rows.load(engine))?;
    tx.open_with_keys(rows, |tx, row| Ok(open(tx, row)?.contact))
}

/// The names of those of the contacts that [`in_use`] returns.
pub fn names(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<(ContactId, PersonName)>, Error> {
    Ok(in_use(tx, ids)?.into_iter().filter_map(|contact| Some((contact.id, contact.name?))).collect())
}

/// Notes that a person dealt with IEWM on `day`: the clock of retention starts anew. The contact's
/// version stays, since nothing of the contact itself has changed.
pub fn touch(tx: &mut WriteTx<'_>, contact: &ContactFacts, day: NaiveDate) -> Result<(), Error> {
    if contact.last_activity_on >= day {
        return Ok(());
    }
    let update = prepared("UPDATE contacts SET last_activity_on = ").bind::<Date, _>(day);
    let update = update.sql(" WHERE id = ").bind::<UuidSql, _>(contact.id).sql(" AND last_activity_on < ");
    update.bind::<Date, _>(day).execute(tx.connection())?;
    Ok(())
}

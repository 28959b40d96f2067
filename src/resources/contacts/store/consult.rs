//! What higher rooms ask of contacts, and the one thing that they tell.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::model::{ContactStatus, PersonName};
use super::{Row, contacts, damaged, data_keys, email_index, open};
use crate::domain::{ContactId, EmailAddress, Error};
use crate::platform::db::among_ids;
use crate::platform::doors::{ReadTx, WriteTx};

/// What other rooms must know of a contact before they act.
#[derive(Clone, Debug)]
pub struct ContactFacts {
    /// What is known of it.
    pub status: ContactStatus,
    /// The blind index of its address, which a suppression mark bears.
    pub mark: Option<Vec<u8>>,
    /// The contact that it was merged into.
    pub merged_into: Option<ContactId>,
}

/// The facts about a contact; `None` when there is none.
///
/// # Errors
/// When the database fails.
pub fn facts(tx: &mut ReadTx<'_>, id: ContactId) -> Result<Option<ContactFacts>, Error> {
    Ok(facts_of(tx, &[id])?.pop().map(|(_, facts)| facts))
}

/// The facts about several contacts; those that are not there are left out.
///
/// # Errors
/// When the database fails.
pub fn facts_of(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<(ContactId, ContactFacts)>, Error> {
    let found = contacts::table
        .filter(among_ids(contacts::id, ids))
        .select((contacts::id, contacts::status, contacts::email_index, contacts::merged_into))
        .load(tx.connection())?;
    let facts = found.into_iter().map(|(id, status, mark, merged_into): (_, String, _, _)| {
        Ok((id, ContactFacts { status: status.parse().map_err(damaged)?, mark, merged_into }))
    });
    facts.collect()
}

/// The live contact whose address has the blind index `mark`.
///
/// # Errors
/// When the database fails.
pub fn with_address(tx: &mut ReadTx<'_>, mark: &[u8]) -> Result<Option<ContactId>, Error> {
    let has_it = contacts::table.filter(contacts::email_index.eq(mark));
    Ok(has_it.select(contacts::id).first(tx.connection()).optional()?)
}

/// A person's name and address, for a mailing.
pub struct Addressee {
    /// Who.
    pub id: ContactId,
    /// The name.
    pub name: PersonName,
    /// The address.
    pub email: EmailAddress,
    /// The address's blind index.
    pub mark: Vec<u8>,
}

/// Those of the contacts that are live and have an address, in the order of their ids.
///
/// # Errors
/// When the database fails.
pub fn addressees(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<Addressee>, Error> {
    let rows: Vec<Row> = people!()
        .filter(among_ids(contacts::id, ids).and(contacts::email_index.is_not_null()))
        .order(contacts::id)
        .load(tx.connection())?;
    let mut addressees = Vec::with_capacity(rows.len());
    for row in rows {
        let contact = open(tx, row)?.contact;
        if let (Some(name), Some(email)) = (contact.name, contact.email) {
            let mark = email_index(tx, &email);
            addressees.push(Addressee { id: contact.id, name, email, mark });
        }
    }
    Ok(addressees)
}

/// The names of those of the contacts that are live.
///
/// # Errors
/// When the database fails.
pub fn names(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<(ContactId, PersonName)>, Error> {
    let rows: Vec<Row> = people!().filter(among_ids(contacts::id, ids)).load(tx.connection())?;
    let mut names = Vec::with_capacity(rows.len());
    for row in rows {
        let contact = open(tx, row)?.contact;
        names.extend(contact.name.map(|name| (contact.id, name)));
    }
    Ok(names)
}

/// Notes that the person dealt with IEWM on `day`: the clock of retention starts anew. The contact's
/// version stays, since nothing of the contact itself has changed.
///
/// # Errors
/// When the database fails.
pub fn touch(tx: &mut WriteTx<'_>, id: ContactId, day: NaiveDate) -> Result<(), Error> {
    let earlier = contacts::table.find(id).filter(contacts::last_activity_on.lt(day));
    diesel::update(earlier).set(contacts::last_activity_on.eq(day)).execute(tx.connection())?;
    Ok(())
}

//! What must be known to judge a decision, as it is in the transaction that records it.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Row, consents};
use crate::domain::{ContactId, Error, Purpose};
use crate::platform::db::{among_ids, direct};
use crate::platform::transaction::{ReadTx, WriteTx};
use crate::policy::consent::{Facts, Mailbox};
use crate::resources::contacts::model::ContactStatus;
use crate::resources::contacts::store::{self as contacts, ContactFacts, LockedContact, Marked};

/// What must be known to judge a decision, with the contact locked.
pub struct Known {
    pub contact: ContactFacts,
    pub facts: Facts,
    pub(super) row: Option<Row>,
}

impl Known {
    fn of(contact: ContactFacts, marked: &Marked, purpose: Purpose, row: Option<Row>) -> Result<Self, Error> {
        let current = row.as_ref().map(Row::projection).transpose()?;
        let number = contact.named_number.as_ref();
        let is_anothers_number = number.is_some_and(|mark| marked.is_anothers_number(mark, contact.id, purpose));
        let remembered = |mark: &Vec<u8>| {
            if marked.former_holder(mark, Some(contact.id)).is_some() {
                Mailbox::AnothersBefore
            } else if is_anothers_number {
                Mailbox::AnothersNumber
            } else if marked.is_suppressed(mark, purpose) {
                Mailbox::Suppressed
            } else {
                Mailbox::Unmarked
            }
        };
        let mailbox = contact.mark.as_ref().map(remembered);
        let erased = contact.status == ContactStatus::Erased;
        let facts = Facts { erased, restriction: contact.restriction, mailbox, current };
        Ok(Self { contact, facts, row })
    }
}

/// Loads the facts for decisions, each about another contact. A contact that was merged leads to the survivor, because a
/// withdrawal reaches the person under any id: two ids can have the same facts. The keys are the ids as named; the result
/// leaves out ids of no contact. Locks the contacts in the order of their ids, and each survivor after them.
pub(super) fn facts_of_all(
    tx: &mut WriteTx<'_>,
    about: &[(ContactId, Purpose)],
) -> Result<HashMap<ContactId, Known>, Error> {
    let mut known = of_contacts(tx, about)?;
    for (named, purpose) in about {
        let Some(into) = known.get(named).and_then(|known| known.contact.merged_into) else { continue };
        known.remove(named);
        let survivor = of_contacts(tx, &[(into, *purpose)])?.remove(&into);
        known.extend(survivor.map(|survivor| (*named, survivor)));
    }
    Ok(known)
}

/// Loads the facts for one decision, as [`facts_of_all`] does; `None` if there is no such contact.
pub fn facts(tx: &mut WriteTx<'_>, contact: ContactId, purpose: Purpose) -> Result<Option<Known>, Error> {
    Ok(facts_of_all(tx, &[(contact, purpose)])?.remove(&contact))
}

/// As [`facts_of_all`], but a contact that was merged has facts of its own.
fn of_contacts(tx: &mut WriteTx<'_>, about: &[(ContactId, Purpose)]) -> Result<HashMap<ContactId, Known>, Error> {
    let ids: Vec<ContactId> = about.iter().map(|(contact, _)| *contact).collect();
    let mut held = contacts::lock_all(tx, &ids)?;
    // A number with its name counts only beside an address, because nothing can be sent without one.
    let addressed = || held.values().map(LockedContact::facts).filter(|facts| facts.mark.is_some());
    let named_numbers: Vec<_> = addressed().filter_map(|facts| facts.named_number.clone()).collect();
    let addresses = addressed().filter_map(|facts| facts.mark.as_ref());
    let marks = addresses.chain(&named_numbers).cloned().collect();
    let marked = contacts::marked_among(tx, marks, named_numbers)?;
    let rows = consents::table.filter(among_ids(consents::contact_id, &ids));
    let rows: Vec<Row> = direct!(tx.connection(), engine => rows.select(Row::as_select()).load(engine))?;
    let mut rows: HashMap<_, _> = rows.into_iter().map(|row| ((row.contact_id, row.purpose.clone()), row)).collect();
    let mut known = HashMap::with_capacity(about.len());
    for (contact, purpose) in about {
        let Some(facts) = held.remove(contact).map(LockedContact::into_facts) else { continue };
        let row = rows.remove(&(*contact, purpose.as_str().to_owned()));
        known.insert(*contact, Known::of(facts, &marked, *purpose, row)?);
    }
    Ok(known)
}

/// A contact's consent for a purpose.
pub fn of(tx: &mut ReadTx<'_>, contact: ContactId, purpose: Purpose) -> Result<Option<Row>, Error> {
    let of_contact = consents::contact_id.eq(contact).and(consents::purpose.eq(purpose.as_str()));
    let row = consents::table.filter(of_contact);
    Ok(direct!(tx.connection(), engine => row.select(Row::as_select()).first(engine)).optional()?)
}

//! Reading shared contacts.

use std::collections::HashMap;

use super::model::{SharedContact, SharedContactFilter, SharedContactRead};
use crate::domain::{ContactId, DisclosureBatchId, Error, Limit, ListPage, OrganisationId, Scope};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{Recorded, WriteTx};
use crate::resources::agreements::store::reads;
use crate::resources::contacts::model::Contact;
use crate::resources::contacts::store as contacts;
use crate::resources::disclosures::batches::model::{Batch, ReadOperation};
use crate::resources::disclosures::batches::store as batches;
use crate::resources::disclosures::store::{Shown, ShownFilter, live_shown};

/// How many people are looked through at a time for those that were changed lately.
const CANDIDATES: usize = 200;

/// How many times a page looks for more people. A page that has not found enough then is short, and its cursor goes on.
const ROUNDS: usize = 20;

/// A page, and the record of what it shows.
type Page = (ListPage<SharedContact, ContactId>, Option<DisclosureBatchId>);

/// The actor's organisation. What it is shown is locked against recalls and suspensions, so that the record of the read precedes
/// them.
fn own(tx: &mut WriteTx<'_>) -> Result<OrganisationId, Error> {
    let Scope::Organisation(own) = tx.scope() else {
        return Err(Error::internal("shared contacts of no organisation"));
    };
    reads::lock_for_read(tx, own)?;
    Ok(own)
}

/// The people whose data is disclosed to the actor's organisation, newest first.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn list(
    mut tx: WriteTx<'_>,
    filter: &SharedContactFilter,
    after: Option<ContactId>,
    limit: Limit,
) -> Result<Recorded<Page>, Error> {
    let page = matching(&mut tx, filter, after, limit.get())?;
    let people = page.items.iter().map(|item| item.contact_id).collect();
    let batch = Batch { purpose: filter.purpose, ..Batch::of(tx.new_id(), ReadOperation::SharedContacts, people) };
    let look = Entry::new(Action::SharedContactsList).with("updated_since", filter.updated_since.is_some());
    let shown = batch.shown();
    batches::finish(tx, &batch, look, (page, shown))
}

/// The disclosures by person, in the same order.
fn by_person(shown: Vec<Shown>) -> Vec<(ContactId, Vec<Shown>)> {
    let mut people: Vec<(ContactId, Vec<Shown>)> = Vec::new();
    for disclosure in shown {
        match people.last_mut() {
            Some((last, theirs)) if *last == disclosure.contact_id => theirs.push(disclosure),
            _ => people.push((disclosure.contact_id, vec![disclosure])),
        }
    }
    people
}

fn matching(
    tx: &mut WriteTx<'_>,
    filter: &SharedContactFilter,
    mut after: Option<ContactId>,
    most: usize,
) -> Result<ListPage<SharedContact, ContactId>, Error> {
    let own = own(tx)?;
    let at_a_time = if filter.updated_since.is_some() { CANDIDATES } else { most + 1 };
    let shown = ShownFilter { purpose: filter.purpose, contact: None };
    let mut items = Vec::new();
    for _ in 0..ROUNDS {
        let at_most = i64::try_from(at_a_time).unwrap_or(i64::MAX);
        let candidates = by_person(live_shown(tx, own, &shown, after, at_most)?);
        let is_last = candidates.len() < at_a_time;
        let ids: Vec<ContactId> = candidates.iter().map(|(contact, _)| *contact).collect();
        let mut people: HashMap<ContactId, Contact> =
            contacts::in_use(tx, &ids)?.into_iter().map(|contact| (contact.id, contact)).collect();
        for (contact, disclosures) in candidates {
            if items.len() == most {
                return Ok(ListPage { items, next: after });
            }
            after = Some(contact);
            let found = people.remove(&contact).and_then(|person| SharedContact::of(person, disclosures));
            items.extend(found.filter(|found| filter.updated_since.is_none_or(|since| found.updated_at >= since)));
        }
        if is_last {
            return Ok(ListPage { items, next: None });
        }
    }
    Ok(ListPage { items, next: after })
}

/// One person whose data is disclosed to the actor's organisation.
///
/// # Errors
/// 404 without a live disclosure, and when the person's data is restricted.
pub fn read(mut tx: WriteTx<'_>, id: ContactId) -> Result<Recorded<SharedContactRead>, Error> {
    let own = own(&mut tx)?;
    let theirs = ShownFilter { purpose: None, contact: Some(id) };
    let disclosures = live_shown(&mut tx, own, &theirs, None, 1)?;
    if disclosures.is_empty() {
        return Err(Error::not_found());
    }
    let person = contacts::in_use(&mut tx, &[id])?.pop().ok_or_else(Error::not_found)?;
    let contact = SharedContact::of(person, disclosures).ok_or_else(Error::not_found)?;
    let batch = Batch::of(tx.new_id(), ReadOperation::SharedContact, vec![id]);
    let look = Entry::new(Action::SharedContactsRead).contact(id);
    batches::finish(tx, &batch, look, SharedContactRead { contact, disclosure_batch: batch.id })
}

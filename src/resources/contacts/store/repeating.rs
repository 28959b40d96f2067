//! Erasures that an old backup has undone. The vault remembers whose keys were destroyed, and which plans were executed that left
//! something of the person. Each start erases again what is in both the vault and the data.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::super::model::ContactStatus;
use super::erasure::{carry_out, locked};
use super::{contacts, plans, restrict};
use crate::domain::{ContactId, Error};
use crate::personal::cards;
use crate::platform::audit::{Action, Entry};
use crate::platform::db::among_ids;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx, unless_key_missing};
use crate::platform::vault::store::destroyed_keys;
use crate::platform::vault::store::executed_plans::ExecutedPlan;
use crate::policy::erasure;
use crate::policy::subject_requests::WITHHELD;

/// Erases again the people who came back with an old backup of the data: those whose keys were destroyed, and those of whom a
/// plan erased a part. Plans that a crash kept out of the vault are noted there.
///
/// # Errors
/// Internal, when a plan in the vault cannot be read.
pub fn repeat(mut tx: WriteTx<'_>) -> Result<Recorded<()>, Error> {
    let forgotten = plans::not_in_the_vault(&mut tx)?;
    let noted = forgotten.len();
    for plan in forgotten {
        tx.note_executed_plan(plan)?;
    }
    let undone = by_contact(plans::not_in_the_data(&mut tx)?);
    let destroyed = with_destroyed_keys(&mut tx)?;
    let partly: Vec<ContactId> = undone.keys().copied().filter(|contact| !destroyed.contains(contact)).collect();
    let partly = still_there(&mut tx, &partly)?;
    let mut entries = Vec::new();
    for (&contact, is_whole) in destroyed.iter().map(|id| (id, true)).chain(partly.iter().map(|id| (id, false))) {
        erase_again(&mut tx, contact, undone.get(&contact).map(Vec::as_slice).unwrap_or_default(), is_whole)?;
        entries.push(Entry::new(Action::ErasuresRepeat).contact(contact));
    }
    for plan in undone.into_values().flatten() {
        plans::restore(&mut tx, &plan)?;
    }
    if !entries.is_empty() {
        tracing::warn!(people = entries.len(), "a restored backup contains erased people; erasing them again");
    }
    if noted > 0 {
        entries.push(Entry::new(Action::ErasuresNote).with("plans", noted));
    }
    if entries.is_empty() { tx.unchanged(None, ()) } else { tx.record_each(entries, ()) }
}

/// Erases a person once more, and restricts them if a part of them stays.
fn erase_again(tx: &mut WriteTx<'_>, contact: ContactId, undone: &[ExecutedPlan], is_whole: bool) -> Result<(), Error> {
    let mut person = locked(tx, contact)?;
    let plans: Vec<_> = undone.iter().map(|plan| (plan.plan_id, plan.plan.as_str())).collect();
    let (lawful, theirs) = erasure::once_more(cards(tx)?, &plans, is_whole)?;
    person.records = theirs;
    carry_out(tx, person, lawful)?;
    let stays = !is_whole && super::facts(tx, contact)?.is_some_and(|facts| facts.restriction.is_none());
    if stays {
        // Its words are of no use here, so that a missing key is no reason not to start.
        unless_key_missing(tx.also(|tx| restrict::restrict(tx, contact, WITHHELD)))?;
    }
    Ok(())
}

/// The plans of each contact, oldest first.
fn by_contact(plans: Vec<ExecutedPlan>) -> BTreeMap<ContactId, Vec<ExecutedPlan>> {
    let mut of: BTreeMap<ContactId, Vec<ExecutedPlan>> = BTreeMap::new();
    for plan in plans {
        of.entry(plan.contact_id).or_default().push(plan);
    }
    of
}

/// The contacts that are not erased although their keys were destroyed.
fn with_destroyed_keys(tx: &mut ReadTx<'_>) -> Result<Vec<ContactId>, Error> {
    // From the keys that were destroyed to the contacts: a join would go through all contacts.
    let back = contacts::table
        .filter(contacts::id.eq_any(destroyed_keys::table.select(destroyed_keys::owner_id)))
        .filter(contacts::status.ne(<&str>::from(ContactStatus::Erased)));
    Ok(back.select(contacts::id).load(tx.connection())?)
}

/// Those of the contacts that are there, and neither erased nor merged.
fn still_there(tx: &mut ReadTx<'_>, ids: &[ContactId]) -> Result<Vec<ContactId>, Error> {
    let there = contacts::status.ne(<&str>::from(ContactStatus::Erased)).and(contacts::merged_into.is_null());
    let there = contacts::table.filter(among_ids(contacts::id, ids).and(there));
    Ok(there.select(contacts::id).order(contacts::id).load(tx.connection())?)
}

//! Erasures that an old backup has undone. The vault remembers whose keys were destroyed, and which plans were executed that left
//! something of the person. Each start erases again what is in both the vault and the data.

use std::collections::{BTreeMap, HashSet};

use diesel::prelude::*;

use super::super::model::ContactStatus;
use super::erasure::{carry_out, locked};
use super::{contacts, plans, restrict};
use crate::domain::{ContactId, ErasurePlanId, Error};
use crate::personal::{Person, cards};
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
    let undone = plans::not_in_the_data(&mut tx)?;
    let destroyed = with_destroyed_keys(&mut tx)?;
    let found = Found::of(&mut tx, &undone)?;
    let mut entries = Vec::new();
    for &contact in &destroyed {
        erase_again(&mut tx, contact, &found.plans_about(contact), true)?;
        entries.push(Entry::new(Action::ErasuresRepeat).contact(contact));
    }
    for (&contact, plans) in found.plans.iter().filter(|(contact, _)| !destroyed.contains(contact)) {
        if found.is_erased(contact) {
            answer_again(&mut tx, contact, plans)?;
        } else {
            erase_again(&mut tx, contact, plans, false)?;
        }
        entries.push(Entry::new(Action::ErasuresRepeat).contact(contact));
    }
    for plan in &undone {
        if let Some(contact) = found.holder_of(plan) {
            plans::restore(&mut tx, plan, contact)?;
        }
    }
    if !entries.is_empty() {
        tracing::warn!(people = entries.len(), "a restored backup contains erased people; erasing them again");
    }
    if noted > 0 {
        entries.push(Entry::new(Action::ErasuresNote).with("plans", noted));
    }
    if entries.is_empty() { tx.unchanged(None, ()) } else { tx.record_each(entries, ()) }
}

/// Which of the contacts of undone plans are in the data. A backup from before a merge has contacts that the plan's person had,
/// and may lack the one that the plan names.
struct Found<'a> {
    /// For each contact that no merge has ended, the plans of its person, oldest first.
    plans: BTreeMap<ContactId, Vec<&'a ExecutedPlan>>,
    erased: HashSet<ContactId>,
    /// The contacts of each plan that are in the data, the plan's own first.
    holders: BTreeMap<ErasurePlanId, Vec<ContactId>>,
}

impl<'a> Found<'a> {
    fn of(tx: &mut ReadTx<'_>, undone: &'a [ExecutedPlan]) -> Result<Self, Error> {
        let mut found = Self { plans: BTreeMap::new(), erased: HashSet::new(), holders: BTreeMap::new() };
        for plan in undone {
            let mut ids = vec![plan.contact_id];
            ids.extend(erasure::contacts_of(plan.plan_id, &plan.plan)?.into_iter().filter(|id| *id != plan.contact_id));
            let there = contacts::table.filter(among_ids(contacts::id, &ids).and(contacts::merged_into.is_null()));
            let there: Vec<(ContactId, String)> =
                there.select((contacts::id, contacts::status)).load(tx.connection())?;
            for id in ids {
                let Some((_, status)) = there.iter().find(|(there, _)| *there == id) else { continue };
                if status == <&str>::from(ContactStatus::Erased) {
                    found.erased.insert(id);
                }
                found.plans.entry(id).or_default().push(plan);
                found.holders.entry(plan.plan_id).or_default().push(id);
            }
        }
        Ok(found)
    }

    fn plans_about(&self, contact: ContactId) -> Vec<&'a ExecutedPlan> {
        self.plans.get(&contact).cloned().unwrap_or_default()
    }

    fn is_erased(&self, contact: ContactId) -> bool {
        self.erased.contains(&contact)
    }

    /// The contact under which a plan is noted as executed: its own, or another of its person; `None` if the data has none.
    fn holder_of(&self, plan: &ExecutedPlan) -> Option<ContactId> {
        self.holders.get(&plan.plan_id)?.first().copied()
    }
}

/// What plans say, as the policy takes it.
fn texts<'a>(plans: &[&'a ExecutedPlan]) -> Vec<(ErasurePlanId, &'a str)> {
    plans.iter().map(|plan| (plan.plan_id, plan.plan.as_str())).collect()
}

/// Erases a person once more, and restricts them if a part of them stays.
fn erase_again(
    tx: &mut WriteTx<'_>,
    contact: ContactId,
    undone: &[&ExecutedPlan],
    is_whole: bool,
) -> Result<(), Error> {
    let mut person = locked(tx, contact)?;
    let (lawful, theirs) = erasure::once_more(cards(tx)?, &texts(undone), is_whole)?;
    person.records = theirs;
    carry_out(tx, person, lawful)?;
    let stays = !is_whole && super::facts(tx, contact)?.is_some_and(|facts| facts.restriction.is_none());
    if stays {
        // Its words are of no use here, so that a missing key is no reason not to start.
        unless_key_missing(tx.also(|tx| restrict::restrict(tx, contact, WITHHELD)))?;
    }
    Ok(())
}

/// Carries out once more what was answered about the records of a person who is erased in the data too.
fn answer_again(tx: &mut WriteTx<'_>, contact: ContactId, undone: &[&ExecutedPlan]) -> Result<(), Error> {
    let (lawful, records) = erasure::once_more(cards(tx)?, &texts(undone), true)?;
    carry_out(tx, Person { records, ..Person::unknown(contact) }, lawful)
}

/// The contacts that are not erased although their keys were destroyed.
fn with_destroyed_keys(tx: &mut ReadTx<'_>) -> Result<Vec<ContactId>, Error> {
    // From the keys that were destroyed to the contacts: a join would go through all contacts.
    let back = contacts::table
        .filter(contacts::id.eq_any(destroyed_keys::table.select(destroyed_keys::owner_id)))
        .filter(contacts::status.ne(<&str>::from(ContactStatus::Erased)));
    Ok(back.select(contacts::id).load(tx.connection())?)
}

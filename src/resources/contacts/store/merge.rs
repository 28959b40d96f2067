//! Two contacts that are one person (UK GDPR Article 5(1)(d)).

use diesel::prelude::*;

use super::super::model::{AddressCheck, Contact, MergeContacts};
use super::super::particulars::Particulars;
use super::anonymise::empty_one;
use super::changes::{address_change, rewrite};
use super::indexes::Indexes;
use super::reindex::take_normal_form;
use super::{claim_address, contacts, live, person};
use crate::domain::{Code, ContactId, Error, Fault};
use crate::personal::{Merging, holders, holds};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::dialect;
use crate::platform::transaction::{Recorded, WriteTx};

/// Merges `asked.from_contact_id` into `into`, which keeps what it has and takes over what it lacks. The
/// other is an id from then on, which says where the person is now.
///
/// # Errors
/// 404; 409 when a third contact has the address that the first would take over; 410 when either was erased or merged; 422 when they are the same, or the other is not there; 423 when either is
/// restricted, or a legal hold keeps the data of either.
pub fn merge(mut tx: WriteTx<'_>, into: ContactId, asked: &MergeContacts) -> Result<Recorded<Contact>, Error> {
    let from = asked.from_contact_id;
    dialect::lock_all(tx.connection(), "contacts", &[into.uuid(), from.uuid()])?;
    let survivor = live(&mut tx, into)?;
    if into == from {
        let detail = "must be another contact than the one that it is merged into";
        return Err(Error::invalid(vec![Fault::new("/from_contact_id", "same_contact", detail)]));
    }
    let other = live(&mut tx, from).map_err(|error| match error.code() {
        Code::NotFound => Error::invalid(vec![Fault::unknown_reference("/from_contact_id")]),
        _ => error,
    })?;
    for id in [into, from] {
        let person = person::person(&mut tx, id)?;
        holds::must_be_free(&mut tx, &person)?;
    }
    let (day, other_day) = (survivor.last_activity_on, other.last_activity_on);
    let (before, own, key) = survivor.used()?;
    let (gone, others, _) = other.used()?;
    let theirs = Indexes::of(&tx, &others);
    let before_merge = own.clone();
    let last_activity_on = day.max(other_day);
    let mut together = Particulars {
        name: own.name,
        email: own.email.or(others.email),
        telephone: own.telephone.or(others.telephone),
        organisation: own.organisation.or(others.organisation),
        job_title: own.job_title.or(others.job_title),
        source_kind: own.source_kind,
        source_detail: own.source_detail,
        earlier_sources: own.earlier_sources,
    };
    together.keep_sources(others.earlier_sources.into_iter().chain(gone.source));
    end(&mut tx, from, into)?;
    let new_address = together.email.is_some() && together.email != before_merge.email;
    let ours = Indexes::of(&tx, &together);
    if let Some(index) = ours.email.as_ref().filter(|_| new_address) {
        claim_address(&mut tx, index, into)?;
    }
    rewrite(&mut tx, (into, before.version), &key, (&before_merge, &together), last_activity_on)?;
    if before.address_check == Some(AddressCheck::SameMailbox) {
        take_normal_form(&mut tx, into, &together)?;
    }
    person::merge(&mut tx, (from, into), &theirs, &ours)?;
    let merging = Merging { from, into, from_mark: theirs.email, into_mark: ours.email };
    let change = address_change(&tx, &before_merge, &together);
    for holder in holders(&tx)? {
        if let Some(change) = change {
            holder.address_changed(&mut tx, into, change)?;
        }
        holder.merge(&mut tx, &merging)?;
    }
    let goes = Entry::new(Action::ContactsMergedAway).contact(from).subject(into);
    tx.also(|tx| tx.record(goes, ()))?;
    let contact = live(&mut tx, into)?.contact;
    let changed = before_merge.changed(&together, false);
    tx.record(Entry::new(Action::ContactsMerge).contact(into).subject(from).changed(changed), contact)
}

/// Empties the merged contact, which points to the survivor from then on. Its key stays as long as the survivor's: the
/// proofs of its decisions are sealed under it.
fn end(tx: &mut WriteTx<'_>, gone: ContactId, into: ContactId) -> Result<(), Error> {
    // Contacts that were merged into the ending one now point to the survivor: one step leads to the
    // person.
    let earlier = contacts::table.filter(contacts::merged_into.eq(gone));
    diesel::update(earlier).set(contacts::merged_into.eq(into)).execute(tx.connection())?;
    empty_one(tx, gone, Some(into))
}

//! How contacts are created, change and end. A transaction over several rows and addresses locks the
//! rows first, each kind in a fixed order.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::model::{AddressCheck, Contact, ContactStatus, CreateContact, PatchContact};
use super::super::particulars::Particulars;
use super::indexes::{Indexes, email_index, find_by, named_number, unless_taken};
use super::person::remember_changes;
use super::reindex::{checked, take_normal_form};
use super::{Newcomer, claim_address, contacts, insert_unless_taken, live, open_any_status, there};
use crate::domain::{ContactId, Error, Fault, Instant, london_date};
use crate::personal::{AddressChange, holders};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::dialect;
use crate::platform::http::{Change, IfMatch};
use crate::platform::transaction::{Each, ManyTx, ReadTx, Recorded, WriteTx};
use crate::platform::vault::DataKey;
use crate::platform::vault::store::data_keys;

/// Signs people up, each at the place of its caller.
///
/// # Errors
/// For each, 409 `contact_exists`, or 422 when the data was obtained in the future. For all.
pub fn create(tx: &mut ManyTx<'_, '_>, asked: &[&CreateContact]) -> Result<Each<Contact>, Error> {
    let mut newcomers = Vec::with_capacity(asked.len());
    let mut answers = Vec::with_capacity(asked.len());
    for (place, asked) in asked.iter().enumerate() {
        match newcomer(&tx.of(place)?, asked) {
            Ok(newcomer) => newcomers.push((place, newcomer)),
            Err(error) => answers.push((place, Err(error))),
        }
    }
    answers.extend(insert_unless_taken(tx, newcomers)?);
    answers.sort_unstable_by_key(|(place, _)| *place);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

fn newcomer(tx: &WriteTx<'_>, asked: &CreateContact) -> Result<Newcomer, Error> {
    let obtained_on = asked.source.obtained_on;
    if obtained_on > london_date(tx.now()) {
        return Err(Error::invalid(vec![Fault::new("/source/obtained_on", "future", "must not be in the future")]));
    }
    let asked = asked.clone();
    let particulars = Particulars {
        name: asked.name,
        email: asked.email,
        telephone: asked.telephone.map(|number| number.or_extension(asked.telephone_extension)),
        organisation: asked.organisation,
        job_title: asked.job_title,
        source_kind: asked.source.kind,
        source_detail: asked.source.detail,
        earlier_sources: Vec::new(),
    };
    Ok(Newcomer::new(tx, particulars, obtained_on))
}

/// Writes the particulars of a contact anew, whose address is claimed already; its version rises. What it had before and has
/// no longer is remembered.
pub(crate) fn rewrite(
    tx: &mut WriteTx<'_>,
    (id, version): (ContactId, i32),
    key: &DataKey,
    (before, particulars): (&Particulars, &Particulars),
    last_activity_on: NaiveDate,
) -> Result<(), Error> {
    let after = Indexes::of(tx, particulars);
    remember_changes(tx, id, &Indexes::of(tx, before), &after)?;
    let search_tokens = find_by(tx, id, &after, &particulars.name)?;
    let Indexes { email, telephone: telephone_index, named_number } = after;
    // A contact whose address stays keeps its index: after an upgrade another contact can have that of the normal form. What
    // the mail server said of an address goes with the address.
    let new_email = particulars.email != before.email;
    let address = new_email.then(|| (contacts::email_index.eq(email), contacts::email_bounced_at.eq(None::<Instant>)));
    let settled =
        (new_email || particulars.telephone != before.telephone).then(|| contacts::address_check.eq(None::<String>));
    let changes = (
        contacts::updated_at.eq(tx.now()),
        contacts::last_activity_on.eq(last_activity_on),
        contacts::particulars.eq(particulars.seal(key, tx.entropy(), id)?),
        address,
        settled,
        contacts::telephone_index.eq(telephone_index),
        contacts::named_number.eq(named_number),
        contacts::search_tokens.eq(search_tokens),
        contacts::version.eq(version + 1),
    );
    unless_taken(diesel::update(contacts::table.find(id)).set(changes).execute(tx.connection()))?;
    Ok(())
}

/// Returns what of a contact's particulars the rooms follow, once they are rewritten: another e-mail address, or another number and
/// name beside the same address. `None` without an e-mail address, because nothing can be sent.
pub(in super::super) fn address_change(
    tx: &ReadTx<'_>,
    before: &Particulars,
    after: &Particulars,
) -> Option<AddressChange> {
    after.email.as_ref()?;
    let number = |of: &Particulars| of.telephone.as_ref().map(|number| named_number(tx, number, &of.name));
    if after.email != before.email {
        Some(AddressChange::Email)
    } else if after.telephone.is_some() && number(after) != number(before) {
        Some(AddressChange::NamedNumber)
    } else {
        None
    }
}

/// Corrects a contact.
///
/// # Errors
/// 404; 410 when it was erased or merged; 412 when it has changed since; 423 when it is restricted; and as [`correct`].
pub fn update(
    mut tx: WriteTx<'_>,
    id: ContactId,
    if_match: &IfMatch,
    patch: PatchContact,
) -> Result<Recorded<Contact>, Error> {
    dialect::lock(tx.connection(), "contacts", id.uuid())?;
    let opened = live(&mut tx, id)?;
    if_match.check(opened.contact.version)?;
    let (before, known, key) = opened.used()?;
    correct(tx, &before, known, &key, patch)
}

/// Corrects a contact as the person has asked (UK GDPR Article 16), restricted or not: what is contested is put right
/// while it is not used.
///
/// # Errors
/// 404; 410 when it was erased or merged; and as [`correct`].
pub fn rectify(mut tx: WriteTx<'_>, id: ContactId, patch: PatchContact) -> Result<Recorded<Contact>, Error> {
    dialect::lock(tx.connection(), "contacts", id.uuid())?;
    let row = there(&mut tx, id)?;
    let (before, known, key) = open_any_status(&mut tx, row)?.any_status()?;
    correct(tx, &before, known, &key, patch)
}

/// Corrects a locked contact.
///
/// # Errors
/// 409 when another contact has the address; 422 when neither address nor number would be left.
fn correct(
    mut tx: WriteTx<'_>,
    before: &Contact,
    known: Particulars,
    key: &DataKey,
    patch: PatchContact,
) -> Result<Recorded<Contact>, Error> {
    let id = before.id;
    let was = known.clone();
    let confirms_number = matches!(patch.telephone, Change::Set(_));
    let telephone = patch.telephone_after(known.telephone);
    if telephone.is_none() && matches!(patch.telephone_extension, Change::Set(_)) {
        let detail = "needs the telephone number of the extension, in telephone";
        return Err(Error::invalid(vec![Fault::new("/telephone_extension", "telephone_needed", detail)]));
    }
    let particulars = Particulars {
        name: patch.name.unwrap_or(known.name),
        email: patch.email.apply(known.email),
        telephone,
        organisation: patch.organisation.apply(known.organisation),
        job_title: patch.job_title.apply(known.job_title),
        source_kind: known.source_kind,
        source_detail: known.source_detail,
        earlier_sources: known.earlier_sources,
    };
    if particulars.email.is_none() && particulars.telephone.is_none() {
        let detail = "an email or a telephone must remain";
        return Err(Error::invalid(vec![Fault::new("/email", "unreachable", detail)]));
    }
    let another_address = particulars.email != was.email;
    if let Some(email) = particulars.email.as_ref().filter(|_| another_address) {
        let index = email_index(&tx, email);
        claim_address(&mut tx, &index, id)?;
    }
    let today = london_date(tx.now());
    rewrite(&mut tx, (id, before.version), key, (&was, &particulars), today)?;
    match before.address_check {
        Some(AddressCheck::SameMailbox) => take_normal_form(&mut tx, id, &particulars)?,
        Some(AddressCheck::TelephoneZero) if confirms_number => checked(&mut tx, id)?,
        _ => {}
    }
    if let Some(change) = address_change(&tx, &was, &particulars) {
        for holder in holders(&tx)? {
            holder.address_changed(&mut tx, id, change)?;
        }
    }
    let contact = live(&mut tx, id)?.contact;
    let changed = was.changed(&particulars, false);
    tx.record(Entry::new(Action::ContactsUpdate).contact(id).changed(changed), contact)
}

/// Destroys the keys of erased contacts that a crash left behind, between the commit of an erasure and
/// that of the vault's own file. The key of one that was merged goes with the one that it is now.
pub fn sweep_keys(mut tx: WriteTx<'_>) -> Result<Recorded<()>, Error> {
    // A contact without particulars was erased; these are the words of an index.
    let keyed: Vec<(ContactId, Option<ContactId>)> = contacts::table
        .inner_join(data_keys::table.on(data_keys::owner_id.eq(contacts::id)))
        .filter(contacts::particulars.is_null())
        .select((contacts::id, contacts::merged_into))
        .load(tx.connection())?;
    let survivors: Vec<ContactId> = keyed.iter().filter_map(|(_, into)| *into).collect();
    let alive: Vec<ContactId> = contacts::table
        .filter(contacts::id.eq_any(survivors).and(contacts::status.ne(<&str>::from(ContactStatus::Erased))))
        .select(contacts::id)
        .load(tx.connection())?;
    let is_left = |into: Option<ContactId>| into.is_none_or(|into| !alive.contains(&into));
    let left: Vec<ContactId> = keyed.iter().filter(|(_, into)| is_left(*into)).map(|(id, _)| *id).collect();
    if left.is_empty() {
        return tx.unchanged(None, ());
    }
    for id in &left {
        tx.destroy_key(id.uuid())?;
    }
    tx.record(Entry::new(Action::KeysSweep).with("count", left.len()), ())
}

//! What goes into a package: what each room holds, what the notice says, and who looked.

use serde_json::{Value, json};
use strum::VariantArray;

use super::super::model::SubjectRequest;
use super::model::{Package, PackageAccess, PackagePart, Particulars, Recipient, RecipientCategory};
use crate::domain::{Card, ContactId, EntryId, Error, Instant};
use crate::personal::{Held, Holder, Person};
use crate::platform::audit::{self, Action};
use crate::platform::transaction::ReadTx;
use crate::policy::retention::PACKAGES;
use crate::policy::transfers::TRANSFERS;
use crate::resources::contacts::model::{Contact, Source};
use crate::resources::contacts::store as contacts;
use crate::resources::notices::store as notices;
use crate::resources::subject_requests::store::records_of_person;

/// Returns what each table of a room holds of a person.
///
/// # Errors
/// Internal when the room does not answer for one of its tables.
pub(super) fn of_room(tx: &mut ReadTx<'_>, holder: &dyn Holder, person: &Person) -> Result<Vec<PackagePart>, Error> {
    let mut told = holder.export(tx, person)?;
    let part = |card: &Card| {
        let Some(at) = told.iter().position(|part| part.table == card.table) else {
            return Err(Error::internal(format_args!("{} is in no package", card.table)));
        };
        let Held { searched_by, records, .. } = told.swap_remove(at);
        let (name, meaning) = (card.table.to_owned(), card.meaning.to_owned());
        Ok(PackagePart { table: name, meaning, searched_by: searched_by.to_vec(), records })
    };
    holder.cards().iter().map(part).collect()
}

/// A page of who looked at a person's data until an instant, newest first, and its last entry; `None` after the last page.
pub(super) fn looks(
    tx: &mut ReadTx<'_>,
    person: &Person,
    until: Instant,
    after: Option<EntryId>,
    most: usize,
) -> Result<Option<(Vec<PackageAccess>, EntryId)>, Error> {
    let records = records_of_person(tx, person)?;
    let theirs = audit::About { contacts: &person.ids, records: &records };
    let entries = audit::page_about(tx.connection(), &theirs, until, after, most)?;
    let Some(last) = entries.last().map(|entry| entry.id) else { return Ok(None) };
    let told = |entry: audit::EntryAbout| PackageAccess { at: entry.at, action: entry.action, roles: entry.roles };
    Ok(Some((entries.into_iter().map(told).collect(), last)))
}

/// Whether an act of the audit gave data to a category of recipients.
fn received(category: RecipientCategory, PackageAccess { action, roles, .. }: &PackageAccess) -> bool {
    match category {
        RecipientCategory::MailServer => Action::named(action) == Some(Action::MessagesSent),
        RecipientCategory::ApprovedContractor => roles.split(',').any(|role| role == "contractor"),
    }
}

/// The recipients that the accesses to the person's data tell of. The accesses come newest first.
pub(super) fn recipients(accesses: &[PackageAccess]) -> Vec<Recipient> {
    let one = |&category: &RecipientCategory| {
        let mut acts = accesses.iter().filter(|access| received(category, access));
        let newest = acts.next()?;
        let (times, oldest) = acts.fold((1, newest), |(times, _), older| (times + 1, older));
        Some(Recipient { category, times, first_at: oldest.at, last_at: newest.at })
    };
    RecipientCategory::VARIANTS.iter().filter_map(one).collect()
}

/// A package with the information that goes with every copy, and no data yet.
///
/// # Errors
/// 410 when the contact was erased.
pub(super) fn empty(tx: &mut ReadTx<'_>, request: &SubjectRequest, contact: ContactId) -> Result<Package, Error> {
    let (known, earlier_sources) = contacts::with_sources(tx, contact)?;
    let now = tx.now();
    Ok(Package {
        reference: request.reference.clone(),
        kind: request.kind,
        contact_id: contact,
        built_at: now,
        expires_at: now.plus(PACKAGES),
        released_at: None,
        particulars: particulars(tx, &known, &earlier_sources)?,
        search: None,
        held: Vec::new(),
        accesses: Vec::new(),
        recipients: Vec::new(),
        withheld: Vec::new(),
    })
}

fn particulars(tx: &mut ReadTx<'_>, contact: &Contact, earlier_sources: &[Source]) -> Result<Particulars, Error> {
    let notice = notices::in_force(tx)?;
    let purposes = notice.purposes.iter().map(|purpose| {
        json!({
            "purpose": purpose.code, "lawful_basis": purpose.lawful_basis, "data": purpose.data,
            "recipients": purpose.recipients, "retention": purpose.retention,
        })
    });
    Ok(Particulars {
        controller: notice.controller.into(),
        notice_version: notice.version,
        purposes: purposes.collect(),
        keep_until: contact.keep_until.ok_or_else(|| Error::internal("a contact without its dates"))?,
        source: serde_json::to_value(&contact.source).unwrap_or(Value::Null),
        earlier_sources: earlier_sources.iter().filter_map(|source| serde_json::to_value(source).ok()).collect(),
        rights: notice.rights.into_iter().map(String::from).collect(),
        contact: notice.contact.into(),
        complaint_route: notice.complaint_route.into(),
        automated_decisions: "None: no machine makes decisions about you on its own, and we do not profile you."
            .to_owned(),
        transfers: TRANSFERS.to_owned(),
    })
}

//! What a refusal does, and its end.

use crate::domain::{ContactId, Error};
use crate::platform::audit::{Action, Entry};
use crate::platform::http::NoContent;
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::sharing::RecallCause;
use crate::resources::contacts::sharing_refusals::store as refusals;
use crate::resources::contacts::store as contacts;
use crate::resources::disclosures::store::{Recall, recall};
use crate::resources::organisations::model::OrganisationKind;

/// Records that a person refuses to share their data with recipients of a kind, and recalls the live disclosures to such
/// recipients. Returns the audit entry to record, or `None` if the person refuses it already. The contact is locked; it may be
/// restricted, because a refusal protects the person.
///
/// # Errors
/// When the refusal cannot be written.
pub fn refuse_locked(tx: &mut WriteTx<'_>, contact: ContactId, kind: OrganisationKind) -> Result<Option<Entry>, Error> {
    let is_new = refusals::add(tx, contact, kind)?;
    let ids = contacts::person(tx, contact)?.ids;
    let recalled = recall(tx, &Recall::Person { ids, kind }, RecallCause::RefusedByPerson)?;
    let entry = Entry::new(Action::ContactsRefuseSharing).contact(contact).with("recipient_kind", <&str>::from(kind));
    Ok((is_new || recalled > 0).then(|| entry.with("recalled", recalled)))
}

/// Records that a person no longer refuses to share their data with recipients of a kind. Returns the audit entry to record, or
/// `None` if the person does not refuse it. The contact is locked.
///
/// # Errors
/// When the refusal cannot be deleted.
pub fn allow_locked(tx: &mut WriteTx<'_>, contact: ContactId, kind: OrganisationKind) -> Result<Option<Entry>, Error> {
    let entry = Entry::new(Action::ContactsAllowSharing).contact(contact).with("recipient_kind", <&str>::from(kind));
    Ok(refusals::remove(tx, contact, kind)?.then_some(entry))
}

fn ended(tx: WriteTx<'_>, entry: Option<Entry>) -> Result<Recorded<NoContent>, Error> {
    match entry {
        Some(entry) => tx.record(entry, NoContent),
        None => tx.unchanged(None, NoContent),
    }
}

/// As [`refuse_locked`], for a contact that is not locked yet.
///
/// # Errors
/// 404; 410 when the contact was erased or merged.
pub fn refuse(mut tx: WriteTx<'_>, contact: ContactId, kind: OrganisationKind) -> Result<Recorded<NoContent>, Error> {
    contacts::lock(&mut tx, contact)?.ok_or_else(Error::not_found)?.there()?;
    let entry = refuse_locked(&mut tx, contact, kind)?;
    ended(tx, entry)
}

/// As [`allow_locked`], for a contact that is not locked yet.
///
/// # Errors
/// 404; 410 when the contact was erased or merged; 423 when it is restricted.
pub(super) fn allow(
    mut tx: WriteTx<'_>,
    contact: ContactId,
    kind: OrganisationKind,
) -> Result<Recorded<NoContent>, Error> {
    let contact = contacts::lock(&mut tx, contact)?.ok_or_else(Error::not_found)?.active()?.id();
    let entry = allow_locked(&mut tx, contact, kind)?;
    ended(tx, entry)
}

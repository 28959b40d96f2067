//! Refusing and allowing by a link.

use chrono::Duration;

use super::letter::kind_of_message;
use super::links::{self, Link};
use super::model::Allowance;
use crate::domain::{Code, ContactId, Error};
use crate::platform::audit::{Action, Entry};
use crate::platform::http::{Unjudged, WithoutBody};
use crate::platform::outbox::{self, Outgoing};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::restriction;
use crate::resources::contacts::sharing_refusals::store as sharing_refusals;
use crate::resources::contacts::store::{self as contacts, ContactFacts};
use crate::resources::disclosures::refusals::store as refusals;
use crate::resources::organisations::model::OrganisationKind;

/// How long after one letter about a refusal the mailbox gets no other.
const ONE_EVERY: Duration = Duration::hours(1);

/// Refuses at once, and ends the links that would allow it. Returns the audit entry, or `None` if nothing changes. The contact is
/// locked.
///
/// # Errors
/// When the refusal cannot be written.
pub(in super::super) fn refuse(
    tx: &mut WriteTx<'_>,
    contact: ContactId,
    kind: OrganisationKind,
) -> Result<Option<Entry>, Error> {
    // The person may have asked to allow it before.
    let ids = contacts::person(tx, contact)?.ids;
    let ended = links::expire(tx, &ids, kind)?;
    let takes_back = || Entry::new(Action::PreferencesUse).contact(contact).with("recipient_kind", <&str>::from(kind));
    Ok(refusals::refuse_locked(tx, contact, kind)?.or_else(|| (ended > 0).then(takes_back)))
}

/// Asks the mailbox to confirm that sharing is allowed again, and returns whether there is something to confirm. The contact is
/// locked. The service sends at most one letter an hour about the same refusal.
///
/// # Errors
/// 423 when the contact is restricted.
pub(in super::super) fn ask(tx: &mut WriteTx<'_>, known: &ContactFacts, kind: OrganisationKind) -> Result<bool, Error> {
    let Some(since) = sharing_refusals::since(tx, known.id, kind)? else { return Ok(false) };
    restriction::may_be_used(known.restriction.as_ref())?;
    let mark = known.mark.clone().unwrap_or_default();
    let span = ONE_EVERY.min(tx.now().to_chrono() - since.to_chrono());
    let message = kind_of_message(kind);
    if !outbox::store::queued_within(tx, message, &mark, span)? {
        outbox::queue(tx, Outgoing { kind: message, contact: Some(known.id), subject: None, mark: Some(mark) })?;
    }
    Ok(true)
}

/// The link of a token, and the contact whose mailbox it was sent to.
///
/// # Errors
/// 404; 410 when the link has expired, the refusal has ended, or the contact has another address; 423 when the contact is
/// restricted.
fn open(tx: &mut ReadTx<'_>, token: &str) -> Result<(ContactId, Link), Error> {
    let link = links::find(tx, token)?;
    let gone = |detail: &'static str| Error::new(Code::Gone, detail);
    if link.expires_at <= tx.now() {
        return Err(gone("This link has expired. Use the link in a newer email, or ask for another."));
    }
    let known = contacts::facts(tx, link.contact)?.ok_or_else(Error::not_found)?;
    let known = match known.merged_into {
        Some(into) => contacts::facts(tx, into)?.ok_or_else(Error::not_found)?,
        None => known,
    };
    if known.mark.as_ref() != Some(&link.mark) {
        return Err(gone("Your address has changed since we sent this link."));
    }
    restriction::may_be_used(known.restriction.as_ref())?;
    if sharing_refusals::since(tx, known.id, link.kind)? != Some(link.refused_since) {
        return Err(gone(
            "There is nothing left to confirm. Your choices about sharing have changed since we sent this link.",
        ));
    }
    Ok((known.id, link))
}

/// What the link asks. Changes nothing: mail scanners follow links.
///
/// # Errors
/// As [`open`].
pub(super) fn show(tx: &mut ReadTx<'_>, token: &str) -> Result<Allowance, Error> {
    let (contact, link) = open(tx, token)?;
    tx.look(Entry::new(Action::PreferencesRead).contact(contact));
    Ok(Allowance { recipient_kind: link.kind, refused: true, expires_at: link.expires_at })
}

/// The mailbox allows it.
///
/// # Errors
/// As [`open`]; then those of the body.
pub(super) fn confirm(
    mut tx: WriteTx<'_>,
    token: &str,
    body: Unjudged<WithoutBody>,
) -> Result<Recorded<Allowance>, Error> {
    let (first_look, _) = open(&mut tx, token)?;
    contacts::lock(&mut tx, first_look)?;
    // Locked from here on: another request may have used the link before.
    let (contact, link) = open(&mut tx, token)?;
    let WithoutBody = body.judge()?;
    let allowed = Allowance { recipient_kind: link.kind, refused: false, expires_at: link.expires_at };
    match refusals::allow_locked(&mut tx, contact, link.kind)? {
        Some(entry) => tx.record(entry, allowed),
        None => tx.unchanged(None, allowed),
    }
}

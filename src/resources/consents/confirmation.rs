//! Confirmation links: the mailbox's answer to a grant that any person could have typed.
//!
//! A token is 256 bits at random, stored as its SHA-256, used once, good for seven days. The sender of the mail mints it when
//! the mail leaves; no answer of the API ever holds one. It speaks for the mailbox it was sent to, and for no address that the
//! contact gets later.

use super::evidence::Evidence;
use super::model::{Confirmation, Consent, State, Wording};
use super::store::confirmation_links::{self, Link, link_of};
use super::store::decisions::{self, evidence};
use super::store::{self, append};
use crate::domain::{Code, ConsentId, ContactId, DecisionId, Error, Purpose};
use crate::platform::audit::{Action, Entry};
use crate::platform::http::{Unjudged, WithoutBody};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::{consent, restriction};
use crate::resources::contacts::store as contacts;
use crate::resources::{notices, suppressions};

/// A grant that waits for its mailbox.
pub struct Waiting {
    /// The purpose of the consent.
    pub purpose: Purpose,
    /// The wording that the person was shown.
    pub wording: Wording,
}

/// The grant that the mailbox of `contact` is to confirm; or why there is nothing to confirm any more.
pub fn waiting(
    tx: &mut WriteTx<'_>,
    contact: ContactId,
    decision: DecisionId,
) -> Result<Result<Waiting, &'static str>, Error> {
    let grant = decisions::row(tx, decision)?;
    let purpose = grant.purpose()?;
    let Some(known) = store::facts(tx, contact, purpose)? else { return Ok(Err("erased")) };
    if known.contact.id != contact {
        return Ok(Err("merged"));
    }
    if known.facts.erased {
        return Ok(Err("erased"));
    }
    if known.facts.restriction.is_some() {
        return Ok(Err("restricted"));
    }
    let method = grant.decision()?.method;
    if consent::confirm(&known.facts, decision, method, grant.notice_version, tx.earliest()).is_err() {
        let current = known.facts.current.as_ref();
        if current.is_some_and(|current| current.objected_at.is_some() && current.pending.is_none()) {
            return Ok(Err("objected"));
        }
        return Ok(Err(match current.map(|current| (current.state, current.pending)) {
            Some((State::Withdrawn, _)) => "withdrawn",
            Some((_, Some(pending))) if pending.decision_id == decision => "expired",
            Some((State::Given, None)) => "confirmed",
            _ => "superseded",
        }));
    }
    let evidence = evidence(tx, &grant)?.and_then(|evidence| evidence.wording);
    Ok(evidence.map(|wording| Waiting { purpose, wording }).ok_or("erased"))
}

/// What the link asks the mailbox's owner. Changes nothing: mail scanners follow links.
///
/// # Errors
/// 404 and 410; 423 when the contact is restricted.
pub(super) fn show(tx: &mut ReadTx<'_>, token: &str) -> Result<Confirmation, Error> {
    let link = link_of(tx, token)?;
    let grant = decisions::row(tx, link.decision)?;
    let known = contacts::facts(tx, grant.contact_id)?.ok_or_else(Error::not_found)?;
    restriction::may_be_used(known.restriction.as_ref())?;
    if known.mark.as_ref() == Some(&link.mark) { shown(tx, &link, &grant) } else { Err(other_mailbox()) }
}

/// The link was sent to another mailbox than the contact has now.
fn other_mailbox() -> Error {
    Error::new(Code::Gone, "The contact's address has changed since this link was sent.")
}

fn shown(tx: &mut ReadTx<'_>, link: &Link, grant: &decisions::Row) -> Result<Confirmation, Error> {
    let consent = store::read(tx, grant.consent_id)?;
    let evidence = evidence(tx, grant)?;
    let gone = || Error::new(Code::Gone, "There is nothing left to confirm.");
    Ok(Confirmation {
        purpose: consent.purpose,
        state: consent.state,
        wording: evidence.and_then(|evidence| evidence.wording).ok_or_else(gone)?,
        expires_at: link.expires_at,
    })
}

/// The mailbox says yes.
///
/// # Errors
/// 404; 410 when the link is spent or has expired, or the grant no longer waits; 423 when the contact is restricted; then
/// those of the body.
pub(super) fn confirm(
    mut tx: WriteTx<'_>,
    token: &str,
    body: Unjudged<WithoutBody>,
) -> Result<Recorded<Confirmation>, Error> {
    let first_look = link_of(&mut tx, token)?;
    let grant = decisions::row(&mut tx, first_look.decision)?;
    // Locked from here on: another request may have used the link before.
    contacts::lock(&mut tx, grant.contact_id)?;
    let link = link_of(&mut tx, token)?;
    let purpose = grant.purpose()?;
    let known = store::facts(&mut tx, grant.contact_id, purpose)?.ok_or_else(Error::not_found)?;
    if known.contact.id != grant.contact_id || known.contact.mark.as_ref() != Some(&link.mark) {
        return Err(other_mailbox());
    }
    let now = tx.now();
    let method = grant.decision()?.method;
    let lawful = consent::confirm(&known.facts, link.decision, method, grant.notice_version, now)?;
    let WithoutBody = body.judge()?;
    confirmation_links::use_up(&mut tx, link.decision)?;
    for mark in [Some(&link.mark), known.contact.named_number.as_ref()].into_iter().flatten() {
        suppressions::store::lift(&mut tx, mark, purpose)?;
    }
    // The mailbox has answered: it takes mail, and it is this person's.
    contacts::bounce::lift(&mut tx, grant.contact_id)?;
    suppressions::store::former::pass_on(&mut tx, &link.mark, grant.contact_id)?;
    let notices = notices::store::published(&mut tx)?;
    let origin = store::Origin::new("link:confirmation");
    let decided = store::Decided { purpose, known, lawful, evidence: Evidence::none(), origin };
    let consent: Consent = append(&mut tx, decided, &notices)?;
    let confirmation = Confirmation { state: consent.state, ..shown(&mut tx, &link, &grant)? };
    let consent: ConsentId = consent.id;
    tx.record(Entry::new(Action::ConfirmationsUse).contact(grant.contact_id).subject(consent), confirmation)
}

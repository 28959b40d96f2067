//! Disclosing: the gate. The store loads the facts in the transaction that writes, `policy::sharing` judges the call and each
//! person, and only what it allows is written.

use std::collections::{HashMap, HashSet};

use crate::domain::{ContactId, DisclosedField, DisclosureId, Error, Fault, OrganisationId, Purpose};
use crate::platform::transaction::{Recorded, WriteTx};
use crate::policy::Lawful;
use crate::policy::sharing::{self, Asked, Disclosure, Facts, Recipient, RowCode, Transfer, Window};
use crate::resources::agreements::model::Terms;
use crate::resources::agreements::store as agreements;
use crate::resources::contacts::model::ContactStatus;
use crate::resources::contacts::sharing_refusals::store as sharing_refusals;
use crate::resources::contacts::store::{self as contacts, ContactFacts};
use crate::resources::disclosures::model::{Disclose, DisclosureResult, DisclosureResults, DisclosureRow, NewGateway};
use crate::resources::organisations::model::{OrganisationKind, OrganisationStatus};
use crate::resources::organisations::store as organisations;

use super::grounds::NewGrounds;
use super::writing;

/// A person's ruling.
type Ruling<'a> = Result<Lawful<Disclosure<'a>>, RowCode>;

/// Discloses people's data by a caller's decision, under an agreement or because a law requires it.
///
/// # Errors
/// 422 for an organisation or agreement that is not there, and as [`sharing::under_agreement`] and [`sharing::required_by_law`]; then
/// nothing is stored.
pub fn disclose(mut tx: WriteTx<'_>, asked: &Disclose) -> Result<Recorded<DisclosureResults>, Error> {
    let fields: Vec<DisclosedField> = asked.fields.iter().map(|&field| field.into()).collect();
    let terms = asked.agreement_id.map(|id| agreements::locked_terms(&mut tx, id)).transpose()?;
    let found = recipient(&mut tx, asked.organisation_id)?;
    let (recipient, kind) = match (found, &terms) {
        (Some(found), None | Some(Some(_))) => found,
        (found, terms) => return Err(unknown(found.is_none(), matches!(terms, Some(None)))),
    };
    let (now, expires_at) = (tx.now(), asked.expires_at);
    let transfer = match (terms.flatten(), asked.purpose, &asked.legal_gateway) {
        (Some(terms), Some(purpose), None) => {
            let asked = Asked { purpose, fields: &fields, expires_at, window: None };
            sharing::under_agreement(recipient, &terms, &asked, now)?
        }
        (None, None, Some(NewGateway { code, .. })) => {
            sharing::required_by_law(recipient, *code, &fields, expires_at, now)?
        }
        _ => return Err(Error::internal("a disclosure of two bases or none")),
    };
    let rulings = judged(&mut tx, &transfer, kind, &asked.contact_ids)?;
    let allowed = rulings.values().filter_map(|ruling| ruling.as_ref().ok());
    let grounds = NewGrounds { necessity: &asked.necessity, gateway: asked.legal_gateway.as_ref() };
    let (made, entries) = writing::write(&mut tx, &transfer, allowed, Some(&grounds))?;
    let result = if asked.legal_gateway.is_some() { DisclosureResult::Proposed } else { DisclosureResult::Disclosed };
    let row = |&contact_id: &ContactId| {
        let code = rulings.get(&contact_id).and_then(|ruling| ruling.as_ref().err().copied());
        let result = if code.is_some() { DisclosureResult::Refused } else { result };
        DisclosureRow { contact_id, result, disclosure_id: made.get(&contact_id).copied(), code }
    };
    let results = DisclosureResults { results: asked.contact_ids.iter().map(row).collect() };
    if entries.is_empty() { tx.unchanged(None, results) } else { tx.record_each(entries, results) }
}

/// The faults of ids that name nothing.
fn unknown(organisation: bool, agreement: bool) -> Error {
    let at = |pointer, is_unknown: bool| is_unknown.then(|| Fault::unknown_reference(pointer));
    let faults = [at("/organisation_id", organisation), at("/agreement_id", agreement)];
    Error::invalid(faults.into_iter().flatten().collect::<Vec<_>>())
}

/// An organisation as a recipient, and its kind; `None` when there is none.
pub(super) fn recipient(
    tx: &mut WriteTx<'_>,
    id: OrganisationId,
) -> Result<Option<(Recipient, OrganisationKind)>, Error> {
    let standing = organisations::standing(tx, id)?;
    Ok(standing.map(|(kind, status)| (Recipient { id, is_active: status == OrganisationStatus::Active }, kind)))
}

/// What an attendee list or an audience discloses.
#[derive(Clone, Copy, Debug)]
pub struct Implicit<'a> {
    /// The agreement.
    pub terms: &'a Terms,
    /// The purpose.
    pub purpose: Purpose,
    /// The members that the list shows.
    pub fields: &'a [DisclosedField],
    /// The organisation's part in the event; `None` for an audience. The disclosure ends with it, or with the agreement.
    pub window: Option<Window>,
}

/// Discloses the people whom a list shows, and returns those of whom it may, each with their disclosure. Leaves out people who are
/// unknown, erased or restricted, and people who refuse. Makes no second disclosure of a person.
///
/// `listed` returns the people who are on the list now. It runs once the people are locked, because a cancellation or a withdrawal
/// may have removed a person since the caller read the list.
///
/// # Errors
/// As [`sharing::under_agreement`], and those of `listed`.
pub fn disclose_shown(
    tx: &mut WriteTx<'_>,
    implicit: &Implicit<'_>,
    people: &[ContactId],
    listed: impl FnOnce(&mut WriteTx<'_>) -> Result<HashSet<ContactId>, Error>,
) -> Result<Vec<(ContactId, DisclosureId)>, Error> {
    let &Implicit { terms, purpose, fields, window } = implicit;
    let found = recipient(tx, terms.organisation_id)?;
    let (recipient, kind) = found.ok_or_else(|| Error::internal("an agreement with no organisation"))?;
    let asked = Asked { purpose, fields, expires_at: None, window };
    let transfer = sharing::under_agreement(recipient, terms, &asked, tx.now())?;
    let rulings = judged(tx, &transfer, kind, people)?;
    let listed = listed(tx)?;
    let allowed = rulings.iter().filter(|(contact, _)| listed.contains(contact));
    let allowed = allowed.filter_map(|(_, ruling)| ruling.as_ref().ok());
    let (made, entries) = writing::write(tx, &transfer, allowed, None)?;
    if !entries.is_empty() {
        tx.also(|tx| tx.record_each(entries, ()))?;
    }
    Ok(people.iter().filter_map(|contact| Some((*contact, *made.get(contact)?))).collect())
}

/// Locks the people and judges each, in a number of queries that does not depend on how many they are.
fn judged<'a>(
    tx: &mut WriteTx<'_>,
    transfer: &'a Lawful<Transfer>,
    kind: OrganisationKind,
    people: &[ContactId],
) -> Result<HashMap<ContactId, Ruling<'a>>, Error> {
    let locked = contacts::lock_all(tx, people)?;
    let refusing = sharing_refusals::refusing_among(tx, people, kind)?;
    let judge = |&contact: &ContactId| {
        let facts = locked.get(&contact).map(|locked| facts_of(locked.facts(), refusing.contains(&contact)));
        (contact, sharing::judge(transfer, contact, facts.as_ref()))
    };
    Ok(people.iter().map(judge).collect())
}

/// What the policy must know of a contact. A contact that was merged into another reads as erased.
pub(super) fn facts_of(contact: &ContactFacts, refuses: bool) -> Facts {
    Facts { erased: contact.status == ContactStatus::Erased, restriction: contact.restriction, refuses }
}

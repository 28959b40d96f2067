//! What people decide about one disclosure: to approve what a law requires, and to recall.

use std::collections::HashMap;

use diesel::prelude::*;

use super::disclosing::{facts_of, recipient};
use super::reading::shown;
use super::{Recall, Row, TABLE, disclosures, grounds, recall};
use crate::domain::{DisclosureId, Error, Lifecycle, Party};
use crate::platform::audit::{Action, Changed, Entry};
use crate::platform::db::dialect;
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::sharing::{self, Proposal, RecallCause, Status};
use crate::resources::contacts::store::{self as contacts, LockedContact};
use crate::resources::disclosures::model::Disclosure;

fn row(tx: &mut ReadTx<'_>, id: DisclosureId) -> Result<Row, Error> {
    let row: Option<Row> = disclosures::table.find(id).select(Row::as_select()).first(tx.connection()).optional()?;
    row.ok_or_else(Error::not_found)
}

/// Locks the person, then the disclosure.
pub(super) fn locked(tx: &mut WriteTx<'_>, id: DisclosureId) -> Result<(Row, LockedContact), Error> {
    let contact = row(tx, id)?.contact_id;
    let person = contacts::lock(tx, contact)?.ok_or_else(Error::not_found)?;
    dialect::lock(tx.connection(), TABLE, id.uuid())?;
    let row = row(tx, id)?;
    if row.contact_id == contact { Ok((row, person)) } else { Err(Error::unavailable("a merge moved the disclosure")) }
}

/// Approves a disclosure that a law requires: from now on the data can be handed over.
///
/// # Errors
/// 404; 403 `same_person`; 409 when it is not proposed or the organisation is not active; 410 or 423 when the person was erased or
/// restricted since.
pub fn approve(mut tx: WriteTx<'_>, id: DisclosureId) -> Result<Recorded<Disclosure>, Error> {
    let (row, person) = locked(&mut tx, id)?;
    let status = row.status(tx.now())?;
    let by_law = row.grounds_id.map(|id| grounds::of(&mut tx, &[id])).transpose()?;
    let by_law = by_law.into_iter().flat_map(HashMap::into_values).find_map(|grounds| {
        let gateway = grounds.gateway?.code;
        Some((gateway, grounds.proposer))
    });
    let Some((gateway, proposer)) = by_law else { return Err(status.stays()) };
    let (recipient, _) = recipient(&mut tx, row.organisation_id)?.ok_or_else(Error::not_found)?;
    let proposal = Proposal { gateway, status, recipient, proposer: &proposer };
    // A refusal does not bind a law.
    let facts = facts_of(person.facts(), false);
    let approval = sharing::approve(tx.actor(), &proposal, Some(&facts), tx.now())?;
    let approver = Party::from(tx.actor());
    let changes = (
        disclosures::status.eq(<&str>::from(approval.status)),
        disclosures::disclosed_at.eq(approval.disclosed_at),
        disclosures::approved_by.eq(approver.subject),
        disclosures::approved_issuer.eq(approver.issuer),
        disclosures::approved_at.eq(tx.now()),
        disclosures::updated_at.eq(tx.now()),
        disclosures::version.eq(row.version + 1),
    );
    diesel::update(disclosures::table.find(id)).set(changes).execute(tx.connection())?;
    let entry = Entry::new(Action::DisclosuresApprove).contact(row.contact_id).subject(id);
    finish(tx, id, entry.changed(Changed::named(&["status"])))
}

/// Recalls a disclosure that is live or proposed.
///
/// # Errors
/// 404; 409 when it was recalled or has expired.
pub fn recall_one(mut tx: WriteTx<'_>, id: DisclosureId) -> Result<Recorded<Disclosure>, Error> {
    let (row, _) = locked(&mut tx, id)?;
    row.status(tx.now())?.go_to(Status::Recalled)?;
    recall(&mut tx, &Recall::One(id), RecallCause::Decision)?;
    let recalled = as_shown(&mut tx, id)?;
    // The recall has its entry.
    tx.unchanged(None, recalled)
}

fn as_shown(tx: &mut ReadTx<'_>, id: DisclosureId) -> Result<Disclosure, Error> {
    let row = row(tx, id)?;
    shown(tx, vec![row])?.pop().ok_or_else(Error::not_found)
}

fn finish(mut tx: WriteTx<'_>, id: DisclosureId, entry: Entry) -> Result<Recorded<Disclosure>, Error> {
    let disclosure = as_shown(&mut tx, id)?;
    tx.record(entry, disclosure)
}

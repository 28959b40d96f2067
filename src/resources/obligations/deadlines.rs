//! The obligations that the council must attend to: those whose last day has passed, and those whose recipient no mail reaches.

use std::collections::HashSet;

use crate::domain::{Error, OrganisationId, SubjectId, SubjectRequestId, london_date};
use crate::platform::outbox::store as outbox;
use crate::platform::transaction::ReadTx;
use crate::policy::deadlines::{Deadline, DeadlineKind, Due};
use crate::resources::disclosures::obligations::model::ObligationStatus;
use crate::resources::disclosures::obligations::store::{self, OpenObligation};
use crate::resources::organisations::store as organisations;
use crate::resources::subject_requests::store as requests;

use super::letters::mailbox;

/// The record that messages and deadlines name.
fn subject(obligation: &OpenObligation) -> SubjectId {
    SubjectId::from_uuid(obligation.id.uuid())
}

/// The organisations that can be told by mail.
fn reachable(tx: &mut ReadTx<'_>, open: &[OpenObligation]) -> Result<HashSet<OrganisationId>, Error> {
    let recipients: HashSet<_> = open.iter().map(|obligation| obligation.organisation_id).collect();
    let mut reachable = HashSet::new();
    for id in recipients {
        if mailbox(&organisations::read(tx, id)?).is_ok() {
            reachable.insert(id);
        }
    }
    Ok(reachable)
}

/// The open obligations that the council must attend to, in no order. A recipient is untold if it has no mailbox, is suspended or
/// has ended, or no mail about the obligation has left.
///
/// # Errors
/// Internal when a row cannot be read.
pub fn deadlines(tx: &mut ReadTx<'_>) -> Result<Vec<Deadline>, Error> {
    let open = store::open_ones(tx)?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let reachable = reachable(tx, &open)?;
    let subjects: Vec<SubjectId> = open.iter().map(subject).collect();
    let mailed = outbox::reached_about(tx, &subjects)?;
    let ids: Vec<SubjectRequestId> = open.iter().map(|obligation| obligation.request_id).collect();
    let references = requests::references(tx, &ids)?;
    let today = london_date(tx.now());
    let kind = |obligation: &OpenObligation| {
        if obligation.due_on < today {
            return Some(DeadlineKind::RecipientOverdue);
        }
        let is_told = reachable.contains(&obligation.organisation_id) && mailed.contains(&subject(obligation));
        (!is_told).then_some(DeadlineKind::RecipientUntold)
    };
    let owed = open.iter().filter_map(|obligation| {
        Some(Deadline {
            kind: kind(obligation)?,
            id: subject(obligation),
            reference: references.get(&obligation.request_id).cloned()?,
            due: Due::On(obligation.due_on),
            status: ObligationStatus::Open.into(),
        })
    });
    Ok(owed.collect())
}

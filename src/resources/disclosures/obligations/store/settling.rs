//! Settling an obligation: by the recipient's acknowledgement, or by a closure.

use diesel::prelude::*;

use super::super::model::{AcknowledgeObligation, CloseObligation, Obligation, ObligationStatus};
use super::{explanation_place, obligations, read};
use crate::domain::{Error, Lifecycle, ObligationId, london_date};
use crate::platform::audit::{Action, Before, Entry};
use crate::platform::db::dialect;
use crate::platform::transaction::WriteTx;
use crate::policy::obligations as law;

/// The obligation, locked until the transaction ends.
fn locked(tx: &mut WriteTx<'_>, id: ObligationId) -> Result<Obligation, Error> {
    dialect::lock(tx.connection(), "obligations", id.uuid())?;
    read(tx, id)
}

/// The obligation as it is now, and the audit entry of the act that settled it.
fn settled(tx: &mut WriteTx<'_>, action: Action, before: &Obligation) -> Result<(Entry, Obligation), Error> {
    let was = Before::of(before)?;
    let after = read(tx, before.id)?;
    let entry = Entry::new(action).contact(after.contact_id).subject(after.id);
    Ok((entry.changed(was.changed(&after)?), after))
}

/// Records what the recipient did, and returns the obligation with the audit entry to record.
///
/// # Errors
/// 404; 422 for an act that does less than the obligation requires, or a day in the future or before the opening; 409 when the
/// obligation is settled.
pub fn acknowledge(
    tx: &mut WriteTx<'_>,
    id: ObligationId,
    asked: &AcknowledgeObligation,
) -> Result<(Entry, Obligation), Error> {
    let before = locked(tx, id)?;
    let days = (london_date(before.opened_at), london_date(tx.now()));
    let faults = law::acknowledgement_faults(before.action, asked.action, asked.acted_on, days);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let status = before.status.go_to(ObligationStatus::Acknowledged)?;
    let changes = (
        obligations::status.eq(<&str>::from(status)),
        obligations::acknowledged.eq(<&str>::from(asked.action)),
        obligations::acted_on.eq(asked.acted_on),
        obligations::settled_by.eq(tx.actor().label()),
        obligations::settled_at.eq(tx.now()),
        obligations::updated_at.eq(tx.now()),
        obligations::version.eq(before.version + 1),
    );
    diesel::update(obligations::table.find(id)).set(changes).execute(tx.connection())?;
    settled(tx, Action::ObligationsAcknowledge, &before)
}

/// Closes an obligation without the recipient's act, and returns it with the audit entry to record.
///
/// # Errors
/// 404; 409 when the obligation is settled.
pub fn close(tx: &mut WriteTx<'_>, id: ObligationId, asked: &CloseObligation) -> Result<(Entry, Obligation), Error> {
    let before = locked(tx, id)?;
    let status = before.status.go_to(ObligationStatus::Closed)?;
    let explanation = tx.seal_for_service(&explanation_place(id), asked.explanation.as_str().as_bytes())?;
    let changes = (
        obligations::status.eq(<&str>::from(status)),
        obligations::closure_reason.eq(<&str>::from(asked.reason)),
        obligations::explanation.eq(explanation),
        obligations::settled_by.eq(tx.actor().label()),
        obligations::settled_at.eq(tx.now()),
        obligations::updated_at.eq(tx.now()),
        obligations::version.eq(before.version + 1),
    );
    diesel::update(obligations::table.find(id)).set(changes).execute(tx.connection())?;
    settled(tx, Action::ObligationsClose, &before)
}

//! Settling an obligation, and completing the request with the last of them.
//!
//! The request is locked before the obligation. Of two obligations that are settled at the same moment, the second one sees that
//! the first is settled.

use crate::domain::{Error, ObligationId};
use crate::platform::audit::Entry;
use crate::platform::transaction::{Recorded, WriteTx};
use crate::resources::disclosures::obligations::model::{AcknowledgeObligation, CloseObligation, Obligation};
use crate::resources::disclosures::obligations::store;
use crate::resources::subject_requests::store as requests;

/// Settles an obligation by `act`. If no other obligation of the request is open, completes the request.
fn settle(
    mut tx: WriteTx<'_>,
    id: ObligationId,
    act: impl FnOnce(&mut WriteTx<'_>) -> Result<(Entry, Obligation), Error>,
) -> Result<Recorded<Obligation>, Error> {
    let request = store::read(&mut tx, id)?.request_id;
    requests::lock(&mut tx, request)?;
    let (entry, obligation) = act(&mut tx)?;
    if store::has_open(&mut tx, request)? {
        return tx.record(entry, obligation);
    }
    tx.also(|tx| tx.record(entry, ()))?;
    requests::recipients_done(tx, request).map(|done| done.map(|_| obligation))
}

/// Records what the recipient did.
///
/// # Errors
/// As [`store::acknowledge`].
pub(super) fn acknowledge(
    tx: WriteTx<'_>,
    id: ObligationId,
    asked: &AcknowledgeObligation,
) -> Result<Recorded<Obligation>, Error> {
    settle(tx, id, |tx| store::acknowledge(tx, id, asked))
}

/// Closes an obligation without the recipient's act.
///
/// # Errors
/// As [`store::close`].
pub(super) fn close(tx: WriteTx<'_>, id: ObligationId, asked: &CloseObligation) -> Result<Recorded<Obligation>, Error> {
    settle(tx, id, |tx| store::close(tx, id, asked))
}

//! Erasures that a legal hold kept from being carried out whole, and that are due now.

use diesel::prelude::*;

use super::subject_requests as requests;
use crate::domain::{Error, StoredRow, SubjectId};
use crate::platform::transaction::ReadTx;
use crate::policy::deadlines::{Deadline, DeadlineKind, Due};
use crate::policy::subject_requests::RequestStatus;
use crate::resources::contacts::store as contacts;
use crate::resources::holds::store::catching as holds;

/// The requests for erasure of which the rest is due at once, because no hold catches the person any longer. Record another
/// request for the same person, and have its plan executed.
pub fn deadlines(tx: &mut ReadTx<'_>) -> Result<Vec<Deadline>, Error> {
    let mut due = Vec::new();
    for (id, contact) in holds::refused(tx)? {
        let person = contacts::person(tx, contact)?;
        if holds::is_held(tx, &person)? {
            continue;
        }
        let columns = (requests::reference, requests::received_on, requests::status);
        let (reference, received_on, status): (String, _, String) =
            requests::table.find(id).select(columns).first(tx.connection())?;
        let status: RequestStatus = StoredRow::new("subject_requests", id).read("status", status.parse())?;
        due.push(Deadline {
            kind: DeadlineKind::HeldErasure,
            id: SubjectId::from_uuid(id.uuid()),
            reference,
            due: Due::WithoutUndueDelay(received_on),
            status: status.into(),
        });
    }
    Ok(due)
}

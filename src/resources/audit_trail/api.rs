//! The handlers.

use super::model::{AuditEntry, AuditFilter, Look};
use super::store;
use crate::domain::{ContactId, EntryId, Error};
use crate::platform::auth::{Access, AccessesRead, AuditRead};
use crate::platform::http::{ById, Listed, Listing, NoFilter};

/// Read the audit
///
/// Newest first. Reads of personal data by staff and council appear within 250 milliseconds.
#[utoipa::path(get, path = "/v1/audit")]
pub(super) async fn list(
    access: Access<AuditRead>,
    asked: Listing<AuditFilter, EntryId>,
) -> Result<Listed<AuditEntry>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, None, after, limit)).await?;
    Ok(page.turn(found))
}

/// Who looked at a person's data
///
/// Newest first. Reads of the person's own record, consents and receipts; lists and searches in which
/// the person may have appeared stand in the audit. When, what, in which role and of which organisation: who it was in
/// person is in the audit alone.
#[utoipa::path(get, path = "/v1/contacts/{id}/accesses")]
pub(super) async fn accesses(
    access: Access<AccessesRead>,
    asked: Listing<NoFilter, EntryId>,
    ById(id): ById<ContactId>,
) -> Result<Listed<Look>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::accesses(tx, id, after, limit)).await?;
    Ok(page.turn(found))
}

//! The handlers.

use super::model::{AuditEntry, AuditFilter, Look};
use super::store;
use crate::domain::{ContactId, EntryId, Error};
use crate::platform::access::Access;
use crate::platform::auth::{AccessesRead, AuditRead};
use crate::platform::http::{ById, Listed, Listing, NoFilter};

/// Read the audit
///
/// Newest first. Reads of personal data by staff and council appear within 250 milliseconds. `contact_id` finds entries
/// about that contact alone, and searches that showed it among at most 20 people, which name them all in
/// `detail.contact_ids`.
#[utoipa::path(get, path = "/v1/audit")]
pub(super) async fn list(
    access: Access<AuditRead>,
    asked: Listing<AuditFilter, EntryId>,
) -> Result<Listed<AuditEntry>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Who looked at a person's data
///
/// Newest first. Reads of the person's own record, consents and receipts, and searches that showed the person among at
/// most 20 people, whichever of their ids they had then. Lists, exports and larger searches are in the audit, with the
/// filter and the count. An entry has the time, the action, the roles and the organisation. The caller's name is in the
/// audit alone.
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

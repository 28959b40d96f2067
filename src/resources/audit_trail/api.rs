//! The handlers.

use super::model::{AuditEntry, AuditFilter, Look};
use super::store;
use crate::domain::{ContactId, EntryId, Error};
use crate::platform::access::Access;
use crate::platform::auth::{AccessesRead, AuditRead};
use crate::platform::http::{ById, Listed, Listing, NoFilter};

/// List audit entries
///
/// Newest first. Reads of personal data by staff and council appear within 250 milliseconds.
/// `contact_id` finds entries about that contact alone. It also finds searches that showed the contact
/// among at most 20 people, because these name them all in `detail.contact_ids`.
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

/// List the accesses to a person's data
///
/// Newest first. Shows reads of the person's own record, consents and receipts, under any contact id
/// that the person had. It includes searches that showed at most 20 people. The audit records lists,
/// exports and larger searches, with their filter and count. An entry here has the time, the action,
/// the roles and the organisation. Only the audit shows the caller's name.
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

//! The handlers of sharing refusals.

use super::store;
use crate::domain::{ContactId, Error};
use crate::platform::access::Access;
use crate::platform::auth::{ContactsRead, ContactsUpdate};
use crate::platform::http::{ById, ByWord, Done, Listed, Listing, NoContent, NoFilter, WithoutBody};
use crate::resources::contacts::sharing_refusals;
use crate::resources::contacts::sharing_refusals::model::SharingRefusal;
use crate::resources::organisations::model::OrganisationKind;

/// List the kinds of recipient that must not receive a person's data
///
/// Sorted by the name of the kind.
#[utoipa::path(get, path = "/v1/contacts/{id}/sharing-refusals", operation_id = "sharing_refusals")]
pub(super) async fn list(
    access: Access<ContactsRead>,
    asked: Listing<NoFilter, OrganisationKind>,
    ById(id): ById<ContactId>,
) -> Result<Listed<SharingRefusal>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| sharing_refusals::store::list(tx, id, after, limit)).await?;
    Ok(page.turn(found))
}

/// Refuse sharing with a kind of recipient
///
/// The refusal is in force at once, also for a person whose data is restricted. It recalls the live
/// disclosures to organisations of this kind, except those that a law requires. You can repeat it as
/// often as you like; the refusal stays. A refusal of the kind `council` means disclosures to the council
/// as a recipient: callers with the role `council` see the person as before.
#[utoipa::path(put, path = "/v1/contacts/{id}/sharing-refusals/{recipient_kind}")]
pub(super) async fn refuse_sharing(
    access: Access<ContactsUpdate>,
    _: WithoutBody,
    ById(id): ById<ContactId>,
    ByWord(kind): ByWord<OrganisationKind>,
) -> Result<Done<NoContent>, Error> {
    access.write(move |tx| store::refuse(tx, id, kind)).await
}

/// Allow sharing with a kind of recipient again
///
/// You can repeat it as often as you like; without a refusal it changes nothing. It does not revive the
/// disclosures that the refusal recalled.
#[utoipa::path(delete, path = "/v1/contacts/{id}/sharing-refusals/{recipient_kind}")]
pub(super) async fn allow_sharing(
    access: Access<ContactsUpdate>,
    ById(id): ById<ContactId>,
    ByWord(kind): ByWord<OrganisationKind>,
) -> Result<Done<NoContent>, Error> {
    access.write(move |tx| store::allow(tx, id, kind)).await
}

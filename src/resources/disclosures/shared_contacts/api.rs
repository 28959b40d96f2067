//! The handlers.

use super::model::{SharedContact, SharedContactFilter, SharedContactRead};
use super::store;
use crate::domain::{ContactId, Error};
use crate::platform::access::Access;
use crate::platform::auth::SharedContactsRead;
use crate::platform::http::{ById, DisclosedList, Listing, Plain};

/// List the people whose data is disclosed to your organisation
///
/// Newest contact first, with the members that the live disclosures allow. The list leaves out people whose data is restricted,
/// and disclosures under an agreement that is suspended. A page can be shorter than `limit`, even empty, before the last one. This
/// operation makes no disclosure. The service records which people each answer shows.
#[utoipa::path(get, path = "/v1/shared-contacts")]
pub async fn list(
    access: Access<SharedContactsRead>,
    asked: Listing<SharedContactFilter, ContactId>,
) -> Result<DisclosedList<SharedContact>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let (found, batch) = access.disclose(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(DisclosedList::new(page.turn(found), batch))
}

/// Read a person whose data is disclosed to your organisation
///
/// The members that the live disclosures allow. Without a live disclosure, and while the person's data is restricted, the
/// response is 404. This operation makes no disclosure. The service records the read.
#[utoipa::path(get, path = "/v1/shared-contacts/{id}")]
pub async fn read(
    access: Access<SharedContactsRead>,
    ById(id): ById<ContactId>,
) -> Result<Plain<SharedContactRead>, Error> {
    access.disclose(move |tx| store::read(tx, id)).await.map(Plain)
}

//! The handlers.

use super::model::{Contact, ContactFilter, CreateContact, PatchContact, SearchContacts};
use super::{search as lookup, store};
use crate::domain::{ContactId, Error};
use crate::platform::auth::{Access, ContactsCreate, ContactsDelete, ContactsRead, ContactsSearch, ContactsUpdate};
use crate::platform::http::{ById, Created, Done, Found, IfMatch, Listed, Listing, NoContent, NoFilter, Patch, Valid};

/// List contacts
///
/// Newest first, without those that were erased unless they are asked for.
#[utoipa::path(get, path = "/v1/contacts")]
pub(super) async fn list(
    access: Access<ContactsRead>,
    asked: Listing<ContactFilter, ContactId>,
) -> Result<Listed<Contact>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Sign a person up
///
/// Signing up consents to nothing: consents are recorded by themselves.
#[utoipa::path(post, path = "/v1/contacts")]
pub(super) async fn create(
    access: Access<ContactsCreate>,
    Valid(asked): Valid<CreateContact>,
) -> Result<Done<Created<Contact>>, Error> {
    access.create(move |tx| store::create(tx, asked)).await
}

/// Look a person up
///
/// By the whole e-mail address, the whole telephone number, or beginnings of the words of the name. A
/// search is a `POST`, so that no person's data stands in a URL.
#[utoipa::path(post, path = "/v1/contacts/search")]
pub(super) async fn search(
    access: Access<ContactsSearch>,
    asked: Listing<NoFilter, ContactId>,
    Valid(wanted): Valid<SearchContacts>,
) -> Result<Listed<Contact>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| lookup::search(tx, &wanted, after, limit)).await?;
    Ok(page.turn(found))
}

/// Read a contact
#[utoipa::path(get, path = "/v1/contacts/{id}")]
pub(super) async fn read(access: Access<ContactsRead>, ById(id): ById<ContactId>) -> Result<Found<Contact>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// Correct a contact
#[utoipa::path(patch, path = "/v1/contacts/{id}")]
pub(super) async fn update(
    access: Access<ContactsUpdate>,
    Patch(patch): Patch<PatchContact>,
    if_match: IfMatch,
    ById(id): ById<ContactId>,
) -> Result<Done<Found<Contact>>, Error> {
    access.change(move |tx| store::update(tx, id, &if_match, patch)).await
}

/// Delete a contact on which nothing depends
///
/// The person's data and key are destroyed; the id stays, and the address bears a suppression mark. A
/// contact with consents or other records is erased by an erasure request instead.
#[utoipa::path(delete, path = "/v1/contacts/{id}")]
pub(super) async fn delete(
    access: Access<ContactsDelete>,
    if_match: IfMatch,
    ById(id): ById<ContactId>,
) -> Result<Done<NoContent>, Error> {
    access.write(move |tx| store::delete(tx, id, &if_match)).await
}

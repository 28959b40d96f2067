//! The handlers.

use super::export::Contacts;
use super::import::{Form as ImportForm, ImportFile, ImportQuery, Imported};
use super::model::{Contact, ContactFilter, CreateContact, FoundContact, MergeContacts, PatchContact, SearchContacts};
use super::rights::{self as ruled, ContactRights};
use super::search as lookup;
use super::store::{self, changes, erasure, merge as merging};
use crate::domain::{ContactId, Error};
use crate::platform::access::{Access, Batched};
use crate::platform::auth::{
    ContactsCreate, ContactsDelete, ContactsExport, ContactsImport, ContactsMerge, ContactsRead, ContactsSearch,
    ContactsUpdate,
};
use crate::platform::http::csv::CsvUnder;
use crate::platform::http::{
    ById, Created, Done, Found, IfMatch, Listed, Listing, NoContent, NoFilter, Patch, Plain, Query, Valid,
};
use crate::platform::transaction::{Each, ManyTx};

/// List contacts
///
/// Newest first: the active ones, unless others are asked for. Of the restricted, id, status and version alone. With `Accept: text/csv`, a
/// stream of all that match (from `cursor` on, whatever `limit` says), the restricted left out.
#[utoipa::path(get, path = "/v1/contacts")]
pub(super) async fn list(
    access: Access<ContactsRead>,
    csv: CsvUnder<ContactsExport>,
    asked: Listing<ContactFilter, ContactId>,
) -> Result<Contacts, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    if csv.is_wanted() {
        return Contacts::export(access.narrow()?, filter, after).await;
    }
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(Contacts::Page(page.turn(found)))
}

impl Batched for CreateContact {
    type Made = Contact;

    fn carry_out(tx: &mut ManyTx<'_, '_>, asked: &[&Self]) -> Result<Each<Contact>, Error> {
        changes::create(tx, asked)
    }
}

/// Sign a person up
///
/// Signing up consents to nothing: consents are recorded by themselves.
#[utoipa::path(post, path = "/v1/contacts")]
pub(super) async fn create(
    access: Access<ContactsCreate>,
    Valid(asked): Valid<CreateContact>,
) -> Result<Done<Created<Contact>>, Error> {
    access.create_batched(asked).await
}

/// Look a person up
///
/// By the whole e-mail address, the whole telephone number, or beginnings of the words of the name. People who had the address
/// or number before are found too, each with `former: true`. A search is a `POST`, so that no person's data stands in a URL.
#[utoipa::path(post, path = "/v1/contacts/search")]
pub(super) async fn search(
    access: Access<ContactsSearch>,
    asked: Listing<NoFilter, ContactId>,
    Valid(wanted): Valid<SearchContacts>,
) -> Result<Listed<FoundContact>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| lookup::search(tx, &wanted, after, limit)).await?;
    Ok(page.turn(found))
}

/// Read a contact
///
/// Of one that is restricted, id, status and version alone.
#[utoipa::path(get, path = "/v1/contacts/{id}")]
pub(super) async fn read(access: Access<ContactsRead>, ById(id): ById<ContactId>) -> Result<Found<Contact>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// Which right applies to which purpose
///
/// For each purpose of the notice in force that the person has decided about or has a contract for, every right of the
/// UK GDPR: whether it applies on the recorded basis, why, and which one does where it does not.
#[utoipa::path(get, path = "/v1/contacts/{id}/rights")]
pub(super) async fn rights(
    access: Access<ContactsRead>,
    ById(id): ById<ContactId>,
) -> Result<Plain<ContactRights>, Error> {
    access.read(move |tx| ruled::of(tx, id)).await.map(Plain)
}

/// Correct a contact
///
/// Where the e-mail address changes, consents that its mailbox gave or confirmed are `pending` until the new mailbox confirms
/// them; it is asked once.
#[utoipa::path(patch, path = "/v1/contacts/{id}")]
pub(super) async fn update(
    access: Access<ContactsUpdate>,
    Patch(patch): Patch<PatchContact>,
    if_match: IfMatch,
    ById(id): ById<ContactId>,
) -> Result<Done<Found<Contact>>, Error> {
    access.change(move |tx| changes::update(tx, id, &if_match, patch)).await
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
    access.write(move |tx| erasure::delete(tx, id, &if_match)).await
}

/// Merge two contacts that are one person
///
/// The contact of the path stays and takes over what it lacks; the other answers 410 `merged` from then
/// on. For each purpose the stricter consent wins. Suppression marks of both addresses stay in force.
#[utoipa::path(post, path = "/v1/contacts/{id}/merge")]
pub(super) async fn merge(
    access: Access<ContactsMerge>,
    Valid(asked): Valid<MergeContacts>,
    ById(id): ById<ContactId>,
) -> Result<Done<Found<Contact>>, Error> {
    access.change(move |tx| merging::merge(tx, id, &asked)).await
}

/// Import contacts from a file
///
/// One row for each person, as CSV with a header row or as JSON lines. Every row has its own result and
/// its own fate: a bad row never loses a good one. A contact is found again by its e-mail address (or,
/// where the row has none, by telephone number and name) and updated with what the row gives; an empty
/// cell changes nothing. A row with an address that a person had before, or a number that they had before under this name,
/// creates no contact: it is `unchanged` with the code `former_address` and the person's `contact_id`. An address that was erased or is
/// suppressed stays so, and so does the number of an erased person together with their name; a row for a person whose data is
/// restricted is rejected (`restricted`). Consents cannot be
/// imported. With `dry_run=true` the answer has the results, and the service changes nothing. Doing an import again does
/// no harm.
///
/// Results are sent as soon as their rows are settled, and the import goes on as they are read. A caller that breaks off
/// ends the import after the rows that are in hand. With `Accept: application/x-ndjson` each result is a line.
/// An `Idempotency-Key` keeps the JSON answer alone, which is then sent after the last row.
#[utoipa::path(post, path = "/v1/contacts/imports")]
pub(super) async fn import(
    access: Access<ContactsImport>,
    Query(query): Query<ImportQuery>,
    form: ImportForm,
    file: ImportFile,
) -> Result<Done<Imported>, Error> {
    Imported::open(access, file, query.dry_run, form).await
}

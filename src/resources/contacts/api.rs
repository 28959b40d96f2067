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
/// Newest first. Lists active contacts, unless `status` asks for others. A restricted contact shows id,
/// status and version alone. With `Accept: text/csv`, streams all matches from `cursor` on, whatever
/// `limit` says, without the restricted contacts.
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

/// Add a contact
///
/// A new contact has consented to nothing. Record each consent separately.
///
/// Two people can share a telephone number and a name, so the service creates a contact that shares both
/// with another. Search for the number first: the search finds every contact that has it. Merge two
/// contacts that are one person.
#[utoipa::path(post, path = "/v1/contacts")]
pub(super) async fn create(
    access: Access<ContactsCreate>,
    Valid(asked): Valid<CreateContact>,
) -> Result<Done<Created<Contact>>, Error> {
    access.create_batched(asked).await
}

/// Search for a person
///
/// Search by the whole e-mail address, the whole telephone number, or beginnings of the words of the
/// name. The search also finds people who had the address or number before, each with `former: true`.
/// It is a `POST`, so that no personal data is in a URL.
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
/// A restricted contact shows id, status and version alone.
#[utoipa::path(get, path = "/v1/contacts/{id}")]
pub(super) async fn read(access: Access<ContactsRead>, ById(id): ById<ContactId>) -> Result<Found<Contact>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// List the rights that apply to each purpose
///
/// Covers each purpose of the notice in force that the person has decided about or has a contract for.
/// For every right of the UK GDPR it says whether the right applies on the recorded basis, and why. If
/// it does not, it names the right that does.
#[utoipa::path(get, path = "/v1/contacts/{id}/rights")]
pub(super) async fn rights(
    access: Access<ContactsRead>,
    ById(id): ById<ContactId>,
) -> Result<Plain<ContactRights>, Error> {
    access.read(move |tx| ruled::of(tx, id)).await.map(Plain)
}

/// Correct a contact
///
/// If the e-mail address changes, each consent that the old mailbox gave or confirmed becomes
/// `pending`. The service asks the new mailbox once to confirm them.
#[utoipa::path(patch, path = "/v1/contacts/{id}")]
pub(super) async fn update(
    access: Access<ContactsUpdate>,
    Patch(patch): Patch<PatchContact>,
    if_match: IfMatch,
    ById(id): ById<ContactId>,
) -> Result<Done<Found<Contact>>, Error> {
    access.change(move |tx| changes::update(tx, id, &if_match, patch)).await
}

/// Delete a contact without dependent records
///
/// The service destroys the person's data and key. The id stays, and the address stays suppressed. To
/// erase a contact with consents or other records, use an erasure request. Use one too if a complaint or request without
/// a contact may be about the person: the plan lists it in `matches`.
#[utoipa::path(delete, path = "/v1/contacts/{id}")]
pub(super) async fn delete(
    access: Access<ContactsDelete>,
    if_match: IfMatch,
    ById(id): ById<ContactId>,
) -> Result<Done<NoContent>, Error> {
    access.write(move |tx| erasure::delete(tx, id, &if_match)).await
}

/// Merge two contacts of one person
///
/// The contact in the path stays, and takes over every member that it lacks. The other contact then
/// answers 410 `merged`. For each purpose the stricter consent wins. The suppressions of both addresses
/// stay in force.
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
/// One row for each person, as CSV with a header row or as JSON lines. Every row has its own result: a
/// bad row never affects a good one. The service finds an existing contact by its e-mail address, or by
/// telephone number and name if the row has no address. It updates the contact with the values of the
/// row; an empty cell changes nothing. A row may name an address that a person had before, or a number
/// that the person had before under this name. Such a row creates no contact: it is `unchanged` with
/// the code `former_address` and the person's `contact_id`. A row without an address may name a number and
/// a name that several live contacts have. Such a row changes none of them: it is `unchanged` with the code
/// `several_contacts`. An erased or suppressed address stays so, and so does the number of an erased person
/// together with the name. A row for a person whose data is
/// restricted is rejected (`restricted`). Consents cannot be imported.
///
/// A row with another `source_detail` or `obtained_on` than the contact's replaces the whole source. A row
/// with neither leaves it. `changed_members` names the members that a row changes. With `dry_run=true` the response
/// has the results, and the service changes nothing. It is safe to repeat an import.
///
/// The service sends each result as soon as its row is settled, and continues while you read. If you
/// disconnect, the import stops after the rows in progress. With `Accept: application/x-ndjson` each
/// result is a line. With an `Idempotency-Key`, the JSON response alone can be replayed, so the service
/// sends it after the last row.
#[utoipa::path(post, path = "/v1/contacts/imports")]
pub(super) async fn import(
    access: Access<ContactsImport>,
    Query(query): Query<ImportQuery>,
    form: ImportForm,
    file: ImportFile,
) -> Result<Done<Imported>, Error> {
    Imported::open(access, file, query.dry_run, form).await
}

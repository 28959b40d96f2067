//! The handlers.

use super::handover::{self, AsCsv, Csv};
use super::model::{Disclose, Disclosure, DisclosureFilter, DisclosureResults, Handover, ReceivedDisclosure};
use super::store::{self, Place, of_person};
use crate::domain::{ContactId, DisclosureId, Error};
use crate::platform::access::Access;
use crate::platform::auth::{ContactsRead, DisclosuresApprove, DisclosuresCreate, DisclosuresRead};
use crate::platform::http::{
    ById, Done, Either, Found, Listed, Listing, NoFilter, PageOrJson, Plain, Shown, Valid, WithoutBody,
};

/// List disclosures
///
/// Newest first; recalled ones in the order of their recall and, with `status=expired`, expired ones in that of their end, the last
/// first. A contractor sees those to its own organisation, without
/// proposed ones and without live ones under a suspended agreement. Of a recalled one it sees what it needs to delete its copy.
#[utoipa::path(get, path = "/v1/disclosures")]
pub(super) async fn list(
    access: Access<DisclosuresRead>,
    asked: Listing<DisclosureFilter, Place>,
) -> Result<Listed<Disclosure>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Disclose people's data
///
/// Discloses the data of up to 1,000 people to one organisation, under an agreement or because a law requires it. Each person has a
/// result, in the order of the request. A person who has this disclosure already keeps it, with the fields of both and the later
/// end. What a law requires is proposed: another person, from the council, must approve each disclosure.
#[utoipa::path(post, path = "/v1/disclosures")]
pub(super) async fn disclose(
    access: Access<DisclosuresCreate>,
    Valid(asked): Valid<Disclose>,
) -> Result<Done<Plain<DisclosureResults>>, Error> {
    access.write(move |tx| Ok(store::disclose(tx, &asked)?.map(Plain))).await
}

/// Read a disclosure
#[utoipa::path(get, path = "/v1/disclosures/{id}")]
pub(super) async fn read(
    access: Access<DisclosuresRead>,
    ById(id): ById<DisclosureId>,
) -> Result<Found<Disclosure>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// Approve a disclosure that a law requires
///
/// From then on the data can be handed over. Another person than the one who recorded the demand approves it.
#[utoipa::path(post, path = "/v1/disclosures/{id}/approval")]
pub(super) async fn approve(
    access: Access<DisclosuresApprove>,
    _: WithoutBody,
    ById(id): ById<DisclosureId>,
) -> Result<Done<Found<Disclosure>>, Error> {
    access.change(move |tx| store::approve(tx, id)).await
}

/// Recall a disclosure
///
/// The organisation no longer sees the data, and must not use its copy any longer. Final. A proposal that is recalled is turned down.
#[utoipa::path(post, path = "/v1/disclosures/{id}/recall")]
pub(super) async fn recall(
    access: Access<DisclosuresCreate>,
    _: WithoutBody,
    ById(id): ById<DisclosureId>,
) -> Result<Done<Found<Disclosure>>, Error> {
    access.change(move |tx| store::recall_one(tx, id)).await
}

/// Hand the data of a disclosure over
///
/// Exactly the disclosed fields, for an organisation that has no token: as JSON, as CSV with `Accept: text/csv`, or as a page to be
/// printed with `Accept: text/html`. The service records each handover as a read by the organisation.
#[utoipa::path(get, path = "/v1/disclosures/{id}/handover")]
pub(super) async fn hand_over(
    access: Access<DisclosuresCreate>,
    form: AsCsv,
    page: PageOrJson,
    ById(id): ById<DisclosureId>,
) -> Result<Either<Shown<Handover>, Csv>, Error> {
    let handover = access.chunk(move |tx| store::hand_over(tx, id)).await?;
    Ok(if form.0 { Either::Other(Csv(handover)) } else { Either::One(page.show(handover, handover::page)) })
}

/// List the disclosures of a person
///
/// Newest first: which organisations received which members of the person's data, why, until when, and each time they read it. Any
/// id that the person has or had will do.
#[utoipa::path(get, path = "/v1/contacts/{id}/disclosures", operation_id = "disclosures_of_person")]
pub(super) async fn of_person(
    access: Access<ContactsRead>,
    asked: Listing<NoFilter, DisclosureId>,
    ById(id): ById<ContactId>,
) -> Result<Listed<ReceivedDisclosure>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| of_person::list(tx, id, after, limit)).await?;
    Ok(page.turn(found))
}

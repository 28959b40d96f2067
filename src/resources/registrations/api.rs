//! The handlers.

use super::export::Registrations;
use super::model::{
    EventCapacity, PatchRegistration, Prioritise, Register, Registration, RegistrationFilter, RegistrationStep,
};
use super::store::{self, answers, capacity as places, registering, steps, waiting};
use crate::domain::{Error, EventId, RegistrationId};
use crate::platform::access::Access;
use crate::platform::auth::{ContactsExport, RegistrationsRead, RegistrationsWrite};
use crate::platform::http::csv::CsvUnder;
use crate::platform::http::{
    ById, Created, Done, Found, IfMatch, Listed, Listing, NoFilter, Patch, Plain, Valid, WithoutBody,
};

/// List the registrations for an event
///
/// Newest first. Includes ended registrations, unless `status` asks for others. With `Accept:
/// text/csv`, streams all matches with names from `cursor` on, whatever `limit` says.
#[utoipa::path(get, path = "/v1/events/{id}/registrations")]
pub(super) async fn list(
    access: Access<RegistrationsRead>,
    csv: CsvUnder<ContactsExport>,
    asked: Listing<RegistrationFilter, RegistrationId>,
    ById(event): ById<EventId>,
) -> Result<Registrations, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    if csv.is_wanted() {
        return Registrations::export(access.narrow()?, event, filter, after).await;
    }
    let found = access.read(move |tx| store::list(tx, event, &filter, after, limit)).await?;
    Ok(Registrations::Page(page.turn(found)))
}

/// Register a person for an event
///
/// The person gets a place, or joins the tail of the waiting list, and gets a mail about it. A
/// registration gives no consent.
#[utoipa::path(post, path = "/v1/events/{id}/registrations")]
pub(super) async fn register(
    access: Access<RegistrationsWrite>,
    Valid(asked): Valid<Register>,
    ById(event): ById<EventId>,
) -> Result<Done<Created<Registration>>, Error> {
    access.create(move |tx| registering::register(tx, event, asked)).await
}

/// Read the capacity of an event
///
/// The number of places that are taken, held and free now, and of people who wait.
#[utoipa::path(get, path = "/v1/events/{id}/capacity")]
pub(super) async fn capacity(
    access: Access<RegistrationsRead>,
    ById(event): ById<EventId>,
) -> Result<Plain<EventCapacity>, Error> {
    access.read(move |tx| places::read(tx, event)).await.map(Plain)
}

/// Read a registration
#[utoipa::path(get, path = "/v1/registrations/{id}")]
pub(super) async fn read(
    access: Access<RegistrationsRead>,
    ById(id): ById<RegistrationId>,
) -> Result<Found<Registration>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// Change a registration
///
/// You can change how the person's attendance is shared, and what the person needs in order to take
/// part, while the registration is live.
#[utoipa::path(patch, path = "/v1/registrations/{id}")]
pub(super) async fn update(
    access: Access<RegistrationsWrite>,
    Patch(patch): Patch<PatchRegistration>,
    if_match: IfMatch,
    ById(id): ById<RegistrationId>,
) -> Result<Done<Found<Registration>>, Error> {
    access.change(move |tx| answers::update(tx, id, &if_match, &patch)).await
}

/// List the steps of a registration
///
/// Newest first: the author, the act, the time and the reason. A step in the history never changes, and
/// is never removed.
#[utoipa::path(get, path = "/v1/registrations/{id}/history")]
pub(super) async fn history(
    access: Access<RegistrationsRead>,
    asked: Listing<NoFilter, i32>,
    ById(id): ById<RegistrationId>,
) -> Result<Listed<RegistrationStep>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| steps::list(tx, id, after, limit)).await?;
    Ok(page.turn(found))
}

/// Cancel a registration
///
/// Final. The service offers the place to the head of the waiting list. A person who registers again
/// joins its tail.
#[utoipa::path(post, path = "/v1/registrations/{id}/cancellation")]
pub(super) async fn cancel(
    access: Access<RegistrationsWrite>,
    _: WithoutBody,
    ById(id): ById<RegistrationId>,
) -> Result<Done<Found<Registration>>, Error> {
    access.change(move |tx| answers::cancel(tx, id)).await
}

/// Accept the offered place
#[utoipa::path(post, path = "/v1/registrations/{id}/acceptance")]
pub(super) async fn accept(
    access: Access<RegistrationsWrite>,
    _: WithoutBody,
    ById(id): ById<RegistrationId>,
) -> Result<Done<Found<Registration>>, Error> {
    access.change(move |tx| answers::accept(tx, id)).await
}

/// Decline the offered place
///
/// Final. The service offers the place to the next person on the waiting list.
#[utoipa::path(post, path = "/v1/registrations/{id}/decline")]
pub(super) async fn decline(
    access: Access<RegistrationsWrite>,
    _: WithoutBody,
    ById(id): ById<RegistrationId>,
) -> Result<Done<Found<Registration>>, Error> {
    access.change(move |tx| answers::decline(tx, id)).await
}

/// Move a registration up the waiting list
///
/// Moves it to the head of the waiting list, or before another registration that waits. The history
/// keeps the reason.
#[utoipa::path(post, path = "/v1/registrations/{id}/priority")]
pub(super) async fn prioritise(
    access: Access<RegistrationsWrite>,
    Valid(asked): Valid<Prioritise>,
    ById(id): ById<RegistrationId>,
) -> Result<Done<Found<Registration>>, Error> {
    access.change(move |tx| waiting::prioritise(tx, id, &asked)).await
}

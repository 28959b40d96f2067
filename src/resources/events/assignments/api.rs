//! The handlers.

use super::model::{Assign, Assignment, PatchAssignment};
use super::store;
use crate::domain::{AssignmentId, Error, EventId};
use crate::platform::access::Access;
use crate::platform::auth::{EventsRead, EventsWrite};
use crate::platform::http::{
    ById, ByPart, Created, Done, Found, IfMatch, Listed, Listing, NoContent, NoFilter, Patch, Valid,
};

/// List the organisations that are assigned to an event
///
/// Newest first. A contractor sees the assignments of its own organisation.
#[utoipa::path(get, path = "/v1/events/{id}/assignments", operation_id = "list_assignments")]
pub async fn list(
    access: Access<EventsRead>,
    asked: Listing<NoFilter, AssignmentId>,
    ById(event): ById<EventId>,
) -> Result<Listed<Assignment>, Error> {
    let page = asked.page;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, event, after, limit)).await?;
    Ok(page.turn(found))
}

/// Assign an organisation to an event
///
/// The organisation sees the event, and can read its attendee list between `starts_at` and `ends_at`, as far as the profile
/// shows it. It needs a live agreement that names the purpose: `venue_security` for the profile of that name, and
/// `event_administration` for the others. The agreement must allow the members of a contact that the profile shows.
#[utoipa::path(post, path = "/v1/events/{id}/assignments", operation_id = "assign_organisation")]
pub async fn assign(
    access: Access<EventsWrite>,
    Valid(asked): Valid<Assign>,
    ById(event): ById<EventId>,
) -> Result<Done<Created<Assignment>>, Error> {
    access.create(move |tx| store::assign(tx, event, &asked)).await
}

/// Read an assignment
#[utoipa::path(get, path = "/v1/events/{id}/assignments/{part}", operation_id = "read_assignment")]
pub async fn read(
    access: Access<EventsRead>,
    ById(event): ById<EventId>,
    ByPart(id): ByPart<AssignmentId>,
) -> Result<Found<Assignment>, Error> {
    access.read(move |tx| store::read(tx, event, id)).await.map(Found)
}

/// Move the end of an assignment
///
/// The disclosures that the attendee list made end at the new end too.
#[utoipa::path(patch, path = "/v1/events/{id}/assignments/{part}", operation_id = "update_assignment")]
pub async fn update(
    access: Access<EventsWrite>,
    Patch(patch): Patch<PatchAssignment>,
    if_match: IfMatch,
    ById(event): ById<EventId>,
    ByPart(id): ByPart<AssignmentId>,
) -> Result<Done<Found<Assignment>>, Error> {
    access.change(move |tx| store::update(tx, event, id, &if_match, &patch)).await
}

/// Withdraw an assignment
///
/// The organisation does not see the event any longer, and what its attendee list disclosed is recalled. Data that another
/// assignment of the organisation still shows stays disclosed. To end an assignment without a recall, move its end.
#[utoipa::path(delete, path = "/v1/events/{id}/assignments/{part}", operation_id = "withdraw_assignment")]
pub async fn withdraw(
    access: Access<EventsWrite>,
    if_match: IfMatch,
    ById(event): ById<EventId>,
    ByPart(id): ByPart<AssignmentId>,
) -> Result<Done<NoContent>, Error> {
    access.write(move |tx| store::withdraw(tx, event, id, &if_match)).await
}

//! The handlers.

use super::calendar::{self as ical, Calendar};
use super::model::{CreateEvent, Event, EventFilter, PatchEvent};
use super::store;
use crate::domain::{Error, EventId};
use crate::platform::access::Access;
use crate::platform::auth::{EventsRead, EventsWrite};
use crate::platform::http::{ById, Created, Done, Found, IfMatch, Listed, Listing, Patch, Text, Valid, WithoutBody};
use crate::policy::events::EventStatus;

/// List events
///
/// Newest first, including drafts.
#[utoipa::path(get, path = "/v1/events")]
pub(super) async fn list(
    access: Access<EventsRead>,
    asked: Listing<EventFilter, EventId>,
) -> Result<Listed<Event>, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let found = access.read(move |tx| store::list(tx, &filter, after, limit)).await?;
    Ok(page.turn(found))
}

/// Draft an event
///
/// People cannot register for an event until it is published. Until then you can add what it lacks.
#[utoipa::path(post, path = "/v1/events")]
pub(super) async fn create(
    access: Access<EventsWrite>,
    Valid(asked): Valid<CreateEvent>,
) -> Result<Done<Created<Event>>, Error> {
    access.create(move |tx| store::create(tx, asked)).await
}

/// Read an event
#[utoipa::path(get, path = "/v1/events/{id}")]
pub(super) async fn read(access: Access<EventsRead>, ById(id): ById<EventId>) -> Result<Found<Event>, Error> {
    access.read(move |tx| store::read(tx, id)).await.map(Found)
}

/// Change an event
///
/// You can change a draft or a published event. A published event must keep its times and its location.
#[utoipa::path(patch, path = "/v1/events/{id}")]
pub(super) async fn update(
    access: Access<EventsWrite>,
    Patch(patch): Patch<PatchEvent>,
    if_match: IfMatch,
    ById(id): ById<EventId>,
) -> Result<Done<Found<Event>>, Error> {
    access.change(move |tx| store::update(tx, id, &if_match, patch)).await
}

/// Publish an event
///
/// The event must have times in the future, and a location.
#[utoipa::path(post, path = "/v1/events/{id}/publication")]
pub(super) async fn publish(
    access: Access<EventsWrite>,
    _: WithoutBody,
    ById(id): ById<EventId>,
) -> Result<Done<Found<Event>>, Error> {
    access.change(move |tx| store::go_to(tx, id, EventStatus::Published)).await
}

/// Cancel an event
///
/// Final. You can also cancel a draft.
#[utoipa::path(post, path = "/v1/events/{id}/cancellation")]
pub(super) async fn cancel(
    access: Access<EventsWrite>,
    _: WithoutBody,
    ById(id): ById<EventId>,
) -> Result<Done<Found<Event>>, Error> {
    access.change(move |tx| store::go_to(tx, id, EventStatus::Cancelled)).await
}

/// Complete an event
///
/// Use this after the event has ended. Final.
#[utoipa::path(post, path = "/v1/events/{id}/completion")]
pub(super) async fn complete(
    access: Access<EventsWrite>,
    _: WithoutBody,
    ById(id): ById<EventId>,
) -> Result<Done<Found<Event>>, Error> {
    access.change(move |tx| store::go_to(tx, id, EventStatus::Completed)).await
}

/// Read an event as a calendar file
///
/// An iCalendar object (RFC 5545) with one event. Its `UID` is stable and its `SEQUENCE` rises with
/// every change, so calendars that have it can update it. A draft has no calendar file.
#[utoipa::path(get, path = "/v1/events/{id}/calendar")]
pub(super) async fn calendar(access: Access<EventsRead>, ById(id): ById<EventId>) -> Result<Text<Calendar>, Error> {
    access.read(move |tx| ical::of(tx, id)).await.map(|entry| Text::new(entry.object))
}

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
/// Newest first, drafts too.
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
/// Nobody can register for it before it is published; what it lacks until then can be added.
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
/// While it is a draft, or published; one that is published must go on saying when and where.
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
/// It must say when, in the future, and where.
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
/// Final. A draft can be cancelled as well.
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
/// Once it has ended. Final.
#[utoipa::path(post, path = "/v1/events/{id}/completion")]
pub(super) async fn complete(
    access: Access<EventsWrite>,
    _: WithoutBody,
    ById(id): ById<EventId>,
) -> Result<Done<Found<Event>>, Error> {
    access.change(move |tx| store::go_to(tx, id, EventStatus::Completed)).await
}

/// The event for a calendar
///
/// An iCalendar object (RFC 5545) of one event, whose `UID` stays and whose `SEQUENCE` rises with every change, so that
/// a calendar that has it already follows. Not of a draft.
#[utoipa::path(get, path = "/v1/events/{id}/calendar")]
pub(super) async fn calendar(access: Access<EventsRead>, ById(id): ById<EventId>) -> Result<Text<Calendar>, Error> {
    access.read(move |tx| ical::of(tx, id)).await.map(|entry| Text::new(entry.object))
}

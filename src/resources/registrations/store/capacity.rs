//! The places of an event as they are now.

use std::collections::HashMap;

use diesel::prelude::*;

use super::schema::{event_places, registrations};
use crate::domain::{Error, EventId, Instant, StoredRow};
use crate::platform::audit::{Action, Entry};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::policy::registrations::{Places, RegistrationStatus, WhyNoOffer, offer_until, why_no_offer};
use crate::resources::events::{model::Event, model::Promotion, store as events};
use crate::resources::registrations::model::{EndedRegistrations, EventCapacity};

/// The places of an event. Offers that have run out hold none, whether or not that was written down.
///
/// # Errors
/// 404 when there is no such event.
pub(crate) fn read(tx: &mut ReadTx<'_>, event: EventId) -> Result<EventCapacity, Error> {
    let now = tx.now();
    let run_out = registrations::table
        .filter(
            registrations::event_id
                .eq(event)
                .and(registrations::status.eq(<&str>::from(RegistrationStatus::Offered)))
                .and(registrations::offer_expires_at.le(tx.earliest())),
        )
        .count()
        .single_value();
    // One statement: what is counted and what has run out belong together. The event comes after it, so that a capacity
    // raised meanwhile does not look like one that was exceeded.
    let found: Option<(i32, i32, i32, Option<i64>)> = event_places::table
        .find(event)
        .select((event_places::confirmed, event_places::offered, event_places::waitlisted, run_out))
        .first(tx.connection())
        .optional()?;
    let (confirmed, offered, waitlisted, run_out) = found.unwrap_or_default();
    let run_out = run_out.and_then(|number| i32::try_from(number).ok()).unwrap_or_default();
    let places = Places { confirmed, offered: offered - run_out, waitlisted };
    let ended = ended(tx, event, run_out)?;
    let event = events::read(tx, event)?;
    Ok(EventCapacity {
        capacity: event.capacity,
        confirmed: places.confirmed,
        offered: places.offered,
        waitlisted: places.waitlisted,
        available: places.available(event.capacity),
        overbooked_by: places.overbooked_by(event.capacity),
        ended,
        why_no_offer: if places.due(event.capacity) > 0 {
            why(tx, &event, now)?.or(Some(WhyNoOffer::OfferExpired))
        } else {
            None
        },
    })
}

/// How many registrations have ended, with so many offers that have run out and are still written down as offers.
fn ended(tx: &mut ReadTx<'_>, event: EventId, run_out: i32) -> Result<EndedRegistrations, Error> {
    let counts: Vec<(String, i64)> = registrations::table
        .filter(registrations::event_id.eq(event))
        .group_by(registrations::status)
        .select((registrations::status, diesel::dsl::count_star()))
        .load(tx.connection())?;
    let mut ended = EndedRegistrations { expired: run_out.into(), ..EndedRegistrations::default() };
    for (status, count) in counts {
        let of_event = format_args!("event {event}");
        let stored = StoredRow::new("registrations", of_event);
        let ending = match stored.read("status", status.parse())? {
            RegistrationStatus::Declined => &mut ended.declined,
            RegistrationStatus::Expired => &mut ended.expired,
            RegistrationStatus::Cancelled => &mut ended.cancelled,
            RegistrationStatus::Attended => &mut ended.attended,
            RegistrationStatus::NoShow => &mut ended.no_show,
            RegistrationStatus::AttendanceUnknown => &mut ended.attendance_unknown,
            RegistrationStatus::Confirmed | RegistrationStatus::Offered | RegistrationStatus::Waitlisted => continue,
        };
        *ending += count;
    }
    Ok(ended)
}

/// The reason why no waiting registration gets a place; `None` when one can.
fn why(tx: &mut ReadTx<'_>, event: &Event, now: Instant) -> Result<Option<WhyNoOffer>, Error> {
    let times = events::times(event);
    let list = event.waiting_list;
    let no_deadline = || offer_until(tx.calendar(), now, list.offer_working_hours, times.starts_at).is_none();
    let why = why_no_offer(event.status, &times, now);
    let why =
        why.or_else(|| (list.promotion == Promotion::Offer && no_deadline()).then_some(WhyNoOffer::CalendarExhausted));
    if why.is_some() {
        return Ok(why);
    }
    let nobody = super::moves::next_in_line(tx, event.id, 1)?.is_empty();
    Ok(nobody.then_some(WhyNoOffer::Restricted))
}

/// An event with an expired offer that is not settled yet, or with a free place that a waiting
/// registration can now have, because its obstacle has gone: a restriction, or the end of the table of
/// bank holidays.
pub fn unsettled(tx: &mut ReadTx<'_>) -> Result<Option<EventId>, Error> {
    let offered = registrations::status.eq(<&str>::from(RegistrationStatus::Offered));
    let due = registrations::table.filter(offered.and(registrations::offer_expires_at.le(tx.earliest())));
    let first = due.order(registrations::offer_expires_at).select(registrations::event_id);
    let first: Option<EventId> = first.first(tx.connection()).optional()?;
    if first.is_some() {
        return Ok(first);
    }
    let now = tx.now();
    let waited_for = waited_for(tx)?;
    let ids: Vec<EventId> = waited_for.keys().copied().collect();
    for event in events::to_come(tx, &ids)? {
        let due = waited_for.get(&event.id).map_or(0, |places| places.due(event.capacity));
        if due > 0 && why(tx, &event, now)?.is_none() {
            return Ok(Some(event.id));
        }
    }
    Ok(None)
}

/// The places of the events with a waiting list.
fn waited_for(tx: &mut ReadTx<'_>) -> Result<HashMap<EventId, Places>, Error> {
    let waited_for = event_places::table.filter(event_places::waitlisted.gt(0));
    let columns = (event_places::event_id, event_places::confirmed, event_places::offered, event_places::waitlisted);
    let rows: Vec<(EventId, i32, i32, i32)> = waited_for.select(columns).load(tx.connection())?;
    let places = |(event, confirmed, offered, waitlisted)| (event, Places { confirmed, offered, waitlisted });
    Ok(rows.into_iter().map(places).collect())
}

/// Settles the offers of an event that have run out, and offers their places on; `false` when nothing was left to do.
pub fn settle(mut tx: WriteTx<'_>, event: EventId) -> Result<Recorded<bool>, Error> {
    let mut locked = super::places::LockedPlaces::of(&mut tx, event)?;
    let before = locked.places;
    super::moves::settle(&mut tx, &mut locked)?;
    if locked.places == before {
        return tx.unchanged(None, false);
    }
    locked.save(&mut tx)?;
    tx.record(Entry::new(Action::RegistrationsSettle).subject(event), true)
}
